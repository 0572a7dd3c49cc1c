import type { AccountId } from '#aws/caller.ts';

/** What IAM keeps: one document each, `iam/<partition>/<account>/<kind>/<name in lower case>`. */
export type IamRecord = RoleRecord | UserRecord | PolicyRecord;
export type RecordKind = IamRecord['kind'];
export type RecordOf<Kind extends RecordKind> = Extract<IamRecord, { readonly kind: Kind }>;

/** What roles and users have in common: permissions. */
export interface PolicyHolder {
  readonly accountId: AccountId;
  readonly name: string;
  /** Begins and ends with a slash. */
  readonly path: string;
  readonly createdAtMs: number;
  readonly tags: readonly RecordTag[];
  readonly inlinePolicies: readonly InlinePolicy[];
  /** In the order in which they were attached. */
  readonly attachedPolicyArns: readonly string[];
  /** The managed policy that bounds what the others may grant. */
  readonly boundaryArn?: string;
}

export interface RoleRecord extends PolicyHolder {
  readonly kind: 'role';
  /** `AROA…`; a role that is deleted and created again has another. */
  readonly id: string;
  readonly description?: string;
  /** JSON, as given. */
  readonly trustPolicy: string;
  readonly maxSessionSeconds: number;
}

export interface UserRecord extends PolicyHolder {
  readonly kind: 'user';
  /** `AIDA…`. */
  readonly id: string;
  readonly accessKeys: readonly AccessKeyRecord[];
}

export interface AccessKeyRecord {
  /** `AKIA…`. */
  readonly id: string;
  /** In clear, since every signature is computed from it. */
  readonly secret: string;
  readonly active: boolean;
  readonly createdAtMs: number;
}

export interface PolicyRecord {
  readonly kind: 'policy';
  /** `aws` owns the policies that exist everywhere; they are never stored. */
  readonly accountId: AccountId | 'aws';
  readonly name: string;
  readonly path: string;
  /** `ANPA…`. */
  readonly id: string;
  readonly description?: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly tags: readonly RecordTag[];
  /** At least one, newest first. */
  readonly versions: readonly PolicyVersionRecord[];
  readonly defaultVersionId: string;
  /** Number of the newest version ever made; numbers are not used again. */
  readonly versionCounter: number;
}

export interface PolicyVersionRecord {
  /** `v1`, `v2`, … */
  readonly id: string;
  /** JSON, as given. */
  readonly document: string;
  readonly createdAtMs: number;
}

export interface InlinePolicy {
  readonly name: string;
  /** JSON, as given. */
  readonly document: string;
}

export interface RecordTag {
  readonly key: string;
  readonly value: string;
}

export function arnOf(record: Pick<IamRecord, 'kind' | 'accountId' | 'path' | 'name'>): string {
  return `arn:aws:iam::${record.accountId}:${record.kind}${record.path}${record.name}`;
}

/** The path of a managed policy, from its ARN: from the first slash to the last. */
export function pathOfPolicy(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
}

/** IAM dates everything by the second. */
export function wholeSecond(wallMs: number): number {
  return wallMs - (wallMs % 1000);
}
