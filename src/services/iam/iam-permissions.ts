import type { Caller } from '#aws/caller.ts';
import type { RequiredPermission } from '#aws/service.ts';
import type { IamDirectory } from './iam-directory.ts';
import { arnOf } from './iam-record.ts';

/** What an operation needs. Source: "Actions, resources, and condition keys for AWS Identity and Access Management". */
export function iamPermissions(
  directory: IamDirectory,
  operation: string,
  input: Readonly<Record<string, unknown>>,
  caller: Caller,
): readonly RequiredPermission[] {
  return [{ action: `iam:${operation}`, resource: resourceOf(directory, operation, input, caller) }];
}

function resourceOf(directory: IamDirectory, operation: string, input: Readonly<Record<string, unknown>>, caller: Caller): string {
  const { accountId } = caller;
  const path = textOf(input['Path']) ?? '/';
  const prefix = textOf(input['PathPrefix']) ?? '/';
  switch (operation) {
    case 'ListRoles':
      return `arn:aws:iam::${accountId}:role${prefix}`;
    case 'ListUsers':
      return `arn:aws:iam::${accountId}:user${prefix}`;
    case 'ListPolicies':
      return `policy path ${prefix}`;
    case 'CreateRole':
      return `arn:aws:iam::${accountId}:role${path}${textOf(input['RoleName']) ?? ''}`;
    case 'CreateUser':
      return `arn:aws:iam::${accountId}:user${path}${textOf(input['UserName']) ?? ''}`;
    case 'CreatePolicy':
      return `arn:aws:iam::${accountId}:policy${path}${textOf(input['PolicyName']) ?? ''}`;
    default:
      return entityOf(directory, operation, input, caller);
  }
}

/** The entity that the request names: a role or user before the policy that is attached to it. */
function entityOf(directory: IamDirectory, operation: string, input: Readonly<Record<string, unknown>>, caller: Caller): string {
  const { accountId } = caller;
  const roleName = textOf(input['RoleName']);
  if (roleName !== undefined) return arnOf(directory.find('role', accountId, roleName) ?? unknownEntity('role', roleName, caller));
  const userName = textOf(input['UserName']) ?? (DEFAULTS_TO_CALLER.has(operation) && caller.kind === 'user' ? caller.userName : undefined);
  if (userName !== undefined) return arnOf(directory.find('user', accountId, userName) ?? unknownEntity('user', userName, caller));
  return textOf(input['PolicyArn']) ?? '*';
}

const DEFAULTS_TO_CALLER: ReadonlySet<string> = new Set([
  'GetUser',
  'CreateAccessKey',
  'ListAccessKeys',
  'UpdateAccessKey',
  'DeleteAccessKey',
]);

/** What is not there is judged as if it were at the root path, so that a refusal does not tell whether it exists. */
function unknownEntity(kind: 'role' | 'user', name: string, { accountId }: Caller): Parameters<typeof arnOf>[0] {
  return { kind, accountId, path: '/', name };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
