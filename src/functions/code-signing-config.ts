import { formatArn, parseArn } from '#aws/arn.ts';
import type { AccountId } from '#aws/caller.ts';

/** Whose signatures code must have, and what happens otherwise: a document `code-signing-configs/<partition>/<account>/<region>/<id>`. */
export interface CodeSigningConfig extends CodeSigningConfigKey {
  readonly accountId: AccountId;
  readonly description: string;
  /** ARNs of versions of signing profiles. */
  readonly allowedPublishers: readonly string[];
  readonly untrustedArtifact: 'Warn' | 'Enforce';
  /** As AWS writes it, `2026-11-20T10:00:00.000+0000`. */
  readonly lastModified: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface CodeSigningConfigKey {
  readonly accountId: string;
  readonly region: string;
  /** `csc-` and 17 characters of `a-z0-9`. */
  readonly id: string;
}

export function codeSigningConfigArn({ accountId, region, id }: CodeSigningConfigKey): string {
  return formatArn({ service: 'lambda', region, accountId, resource: `code-signing-config:${id}` });
}

/** Undefined for the ARN of anything else. */
export function parseCodeSigningConfigArn(text: string): CodeSigningConfigKey | undefined {
  const arn = parseArn(text);
  const id = /^code-signing-config:(csc-[a-z0-9]{17})$/.exec(arn?.resource ?? '')?.[1];
  return arn?.service !== 'lambda' || id === undefined ? undefined : { accountId: arn.accountId, region: arn.region, id };
}
