import type { PutSigningProfileCommandInput, PutSigningProfileCommandOutput } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { notSupported, validationFailure } from '../signer-errors.ts';
import { LAMBDA_PLATFORM, profileArn, profileVersionArn, type SignatureValidity } from '../signing-profile.ts';
import { newKeys, type SigningProfiles } from '../signing-profiles.ts';

/** The longest, and what a profile has that names none. */
const MAX_MONTHS = 135;
const VERSION_LENGTH = 10;

/** Makes a profile, or a new version of one that was canceled. Each version has a key of its own. */
export function putSigningProfile(deps: {
  readonly profiles: Pick<SigningProfiles, 'write'>;
  readonly ids: IdSource;
}): Operation<PutSigningProfileCommandInput, Omit<PutSigningProfileCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const { profileName: name = '', platformId, signingMaterial, overrides } = input;
    if (signingMaterial !== undefined) throw notSupported('signingMaterial');
    if (overrides !== undefined) throw notSupported('overrides');
    if (platformId !== LAMBDA_PLATFORM.platformId) throw notSupported(`the platform ${platformId}`);
    const validity = validityOf(input.signatureValidityPeriod);
    const version = deps.ids.base32(VERSION_LENGTH).toLowerCase();
    const key = { accountId: context.caller.accountId, region: context.region, name };
    const profile = await deps.profiles.write(key, (present) => {
      if (present?.versions[present.version]?.status === 'Active') {
        throw validationFailure(`A signing profile with the name ${name} already exists.`);
      }
      const made = { ...newKeys(), validity, signingParameters: { ...input.signingParameters }, status: 'Active' } as const;
      return { ...key, version, versions: { ...present?.versions, [version]: made }, tags: { ...input.tags } };
    });
    return { arn: profileArn(profile), profileVersion: version, profileVersionArn: profileVersionArn(profile) };
  };
}

function validityOf(period: PutSigningProfileCommandInput['signatureValidityPeriod']): SignatureValidity {
  const { value = MAX_MONTHS, type = 'MONTHS' } = period ?? {};
  const months = { DAYS: value / 30.5, MONTHS: value, YEARS: value * 12 }[type];
  if (!Number.isInteger(value) || value < 1 || months > MAX_MONTHS) {
    throw validationFailure(`The signature validity period must be between 1 day and ${MAX_MONTHS} months.`);
  }
  return { value, type };
}
