import type { Tag } from '@aws-sdk/client-iam';
import { cannotBeFound, limitExceeded, quotaExceeded } from './iam-errors.ts';
import type { InlinePolicy, RecordTag, RoleRecord, UserRecord } from './iam-record.ts';

/** Changes to what a role or a user is allowed, each a new record. Limits are AWS's default quotas ("IAM and AWS STS quotas"). */
type Holder = RoleRecord | UserRecord;

const MAX_ATTACHED_POLICIES = 10;
const MAX_TAGS = 50;
/** Of all inline policies of one entity together, white space not counted. */
const MAX_INLINE_BYTES = { role: 10_240, user: 2048 } as const;

/** @throws AwsError LimitExceeded */
export function withInlinePolicy<Entity extends Holder>(entity: Entity, policy: InlinePolicy): Entity {
  const inlinePolicies = [...entity.inlinePolicies.filter(({ name }) => name !== policy.name), policy];
  const limit = MAX_INLINE_BYTES[entity.kind];
  if (inlinePolicies.reduce((sum, { document }) => sum + sizeOf(document), 0) > limit) {
    throw limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${entity.kind} ${entity.name}`);
  }
  return { ...entity, inlinePolicies };
}

/** @throws AwsError NoSuchEntity */
export function inlinePolicy(entity: Holder, policyName: string): InlinePolicy {
  const policy = entity.inlinePolicies.find(({ name }) => name === policyName);
  if (policy === undefined) throw cannotBeFound(`${entity.kind} policy`, policyName);
  return policy;
}

/** @throws AwsError NoSuchEntity */
export function withoutInlinePolicy<Entity extends Holder>(entity: Entity, policyName: string): Entity {
  const gone = inlinePolicy(entity, policyName);
  return { ...entity, inlinePolicies: entity.inlinePolicies.filter((policy) => policy !== gone) };
}

/** Attaching twice is harmless. @throws AwsError LimitExceeded */
export function withAttachedPolicy<Entity extends Holder>(entity: Entity, arn: string): Entity {
  if (entity.attachedPolicyArns.includes(arn)) return entity;
  if (entity.attachedPolicyArns.length >= MAX_ATTACHED_POLICIES) {
    throw quotaExceeded(entity.kind === 'role' ? 'PoliciesPerRole' : 'PoliciesPerUser', MAX_ATTACHED_POLICIES);
  }
  return { ...entity, attachedPolicyArns: [...entity.attachedPolicyArns, arn] };
}

/** @throws AwsError NoSuchEntity when it is not attached */
export function withoutAttachedPolicy<Entity extends Holder>(entity: Entity, arn: string): Entity {
  if (!entity.attachedPolicyArns.includes(arn)) throw cannotBeFound('policy', arn);
  return { ...entity, attachedPolicyArns: entity.attachedPolicyArns.filter((attached) => attached !== arn) };
}

export function withoutBoundary<Entity extends Holder>(entity: Entity): Entity {
  const { boundaryArn: _, ...rest } = entity;
  return rest as Entity;
}

/** A tag of the same key is replaced. @throws AwsError LimitExceeded */
export function withTags<Entity extends { readonly tags: readonly RecordTag[] }>(entity: Entity, tags: readonly RecordTag[]): Entity {
  const kept = entity.tags.filter(({ key }) => !tags.some((tag) => tag.key === key));
  return { ...entity, tags: withinTagLimit([...kept, ...tags]) };
}

export function withoutTags<Entity extends { readonly tags: readonly RecordTag[] }>(entity: Entity, keys: readonly string[]): Entity {
  return { ...entity, tags: entity.tags.filter(({ key }) => !keys.includes(key)) };
}

/** The tags of a request. @throws AwsError LimitExceeded */
export function tagsOf(tags: readonly Tag[] | undefined): readonly RecordTag[] {
  return withinTagLimit((tags ?? []).map(({ Key, Value }) => ({ key: Key ?? '', value: Value ?? '' })));
}

function withinTagLimit(tags: readonly RecordTag[]): readonly RecordTag[] {
  if (tags.length > MAX_TAGS) throw limitExceeded('The number of tags has reached the maximum limit.');
  return tags;
}

/** The size that quotas count: white space is free. */
export function sizeOf(document: string): number {
  return Buffer.byteLength(document.replaceAll(/\s/g, ''));
}
