import type { AttachedPermissionsBoundary, AttachedPolicy, Policy, PolicyVersion, Role, Tag, User } from '@aws-sdk/client-iam';
import { arnOf } from './iam-record.ts';
import type { PolicyHolder, PolicyRecord, PolicyVersionRecord, RecordTag, RoleRecord, UserRecord } from './iam-record.ts';

/** Records in the SDK's shapes. */

export function roleShape(role: RoleRecord): Role & { readonly RoleId: string } {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: role.id,
    Arn: arnOf(role),
    CreateDate: new Date(role.createdAtMs),
    AssumeRolePolicyDocument: encodeDocument(role.trustPolicy),
    MaxSessionDuration: role.maxSessionSeconds,
    ...(role.description !== undefined && { Description: role.description }),
    ...boundaryShape(role),
    ...(role.tags.length > 0 && { Tags: tagShapes(role.tags) }),
  };
}

/** Lists leave out tags and boundaries. Source: the notes of ListRoles and ListUsers in the API reference. */
export function listedRoleShape(role: RoleRecord): Role {
  const { Tags: _tags, PermissionsBoundary: _boundary, ...listed } = roleShape(role);
  return listed;
}

export function userShape(user: UserRecord): User {
  return { ...listedUserShape(user), ...boundaryShape(user), ...(user.tags.length > 0 && { Tags: tagShapes(user.tags) }) };
}

export function listedUserShape(user: UserRecord): User {
  return { Path: user.path, UserName: user.name, UserId: user.id, Arn: arnOf(user), CreateDate: new Date(user.createdAtMs) };
}

export function policyShape(policy: PolicyRecord, use: { readonly attachments: number; readonly boundaries: number }): Policy {
  return {
    ...listedPolicyShape(policy, use),
    ...(policy.description !== undefined && { Description: policy.description }),
    Tags: tagShapes(policy.tags),
  };
}

/** Lists leave out the description and tags. Source: the notes of ListPolicies in the API reference. */
export function listedPolicyShape(policy: PolicyRecord, use: { readonly attachments: number; readonly boundaries: number }): Policy {
  return {
    PolicyName: policy.name,
    PolicyId: policy.id,
    Arn: arnOf(policy),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersionId,
    AttachmentCount: use.attachments,
    PermissionsBoundaryUsageCount: use.boundaries,
    IsAttachable: true,
    CreateDate: new Date(policy.createdAtMs),
    UpdateDate: new Date(policy.updatedAtMs),
  };
}

export function policyVersionShape(policy: PolicyRecord, version: PolicyVersionRecord): PolicyVersion {
  return {
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersionId,
    CreateDate: new Date(version.createdAtMs),
  };
}

export function attachedPolicyShape(arn: string): AttachedPolicy {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}

export function tagShapes(tags: readonly RecordTag[]): Tag[] {
  return tags.map(({ key, value }) => ({ Key: key, Value: value }));
}

/** Policies travel URL-encoded "compliant with RFC 3986" in answers. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function boundaryShape({ boundaryArn }: PolicyHolder): { readonly PermissionsBoundary?: AttachedPermissionsBoundary } {
  return boundaryArn === undefined
    ? {}
    : { PermissionsBoundary: { PermissionsBoundaryType: 'PermissionsBoundaryPolicy', PermissionsBoundaryArn: boundaryArn } };
}
