import type { SigningProfileStatus, ValidityType } from '@aws-sdk/client-signer';
import { formatArn } from '#aws/arn.ts';
import type { AccountId } from '#aws/caller.ts';

/** The only platform here: code of functions and layers. */
export const LAMBDA_PLATFORM = { platformId: 'AWSLambda-SHA384-ECDSA', platformDisplayName: 'AWS Lambda' } as const;

export interface SigningProfileKey {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** A document `signer-profiles/<partition>/<account>/<region>/<name>`. */
export interface SigningProfile extends SigningProfileKey {
  readonly accountId: AccountId;
  /** The newest version: what signs. */
  readonly version: string;
  /** All that there ever were, by version: signatures of the older ones are still good. */
  readonly versions: Readonly<Record<string, SigningProfileVersion>>;
  readonly tags: Readonly<Record<string, string>>;
}

export interface SigningProfileVersion {
  /** PKCS #8 and SPKI, in PEM: ECDSA on P-384. */
  readonly privateKey: string;
  readonly publicKey: string;
  readonly validity: SignatureValidity;
  readonly signingParameters: Readonly<Record<string, string>>;
  readonly status: SigningProfileStatus;
}

export interface SignatureValidity {
  readonly value: number;
  readonly type: ValidityType;
}

export function profileArn({ accountId, region, name }: SigningProfileKey): string {
  return formatArn({ service: 'signer', region, accountId, resource: `/signing-profiles/${name}` });
}

export function profileVersionArn(profile: SigningProfileKey & { readonly version: string }): string {
  return `${profileArn(profile)}/${profile.version}`;
}

/** The moment at which a signature of `signedAtMs` is no longer good. */
export function expiryOf(signedAtMs: number, { value, type }: SignatureValidity): number {
  const date = new Date(signedAtMs);
  if (type === 'DAYS') date.setUTCDate(date.getUTCDate() + value);
  else date.setUTCMonth(date.getUTCMonth() + (type === 'YEARS' ? 12 * value : value));
  return date.getTime();
}
