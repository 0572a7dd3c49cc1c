import { parseArn, partitionOf } from '#aws/arn.ts';
import { invalidParameter } from './lambda-errors.ts';
import type { StatementJson } from './resource-policy.ts';

/** What AddPermission grants, and under which conditions. */
export interface Permission {
  readonly statementId: string;
  readonly action: string;
  /** A service, an account, a user or a role, or `*`. */
  readonly principal: string;
  readonly sourceAccount?: string | undefined;
  readonly sourceArn?: string | undefined;
  readonly eventSourceToken?: string | undefined;
  readonly principalOrgId?: string | undefined;
  readonly functionUrlAuthType?: string | undefined;
  readonly invokedViaFunctionUrl?: boolean | undefined;
}

/**
 * The statement that grants it on that function, version or alias. Members, conditions and spelling of their keys in AWS's order
 * (recorded by test_add_lambda_permission_fields).
 * @throws AwsError InvalidParameterValueException for a principal that is none
 */
export function permissionStatement(permission: Permission, resourceArn: string): StatementJson {
  const condition = conditionOf(permission);
  return {
    Sid: permission.statementId,
    Effect: 'Allow',
    Principal: principalOf(permission.principal, resourceArn),
    Action: permission.action,
    Resource: resourceArn,
    ...(Object.keys(condition).length > 0 && { Condition: condition }),
  };
}

function conditionOf(permission: Permission): Readonly<Record<string, object>> {
  const equals = given({
    'AWS:SourceAccount': permission.sourceAccount,
    'lambda:EventSourceToken': permission.eventSourceToken,
    'lambda:FunctionUrlAuthType': permission.functionUrlAuthType,
    'aws:PrincipalOrgID': permission.principalOrgId,
  });
  const like = given({ 'AWS:SourceArn': permission.sourceArn });
  const via = permission.invokedViaFunctionUrl;
  return {
    ...(equals !== undefined && { StringEquals: equals }),
    ...(like !== undefined && { ArnLike: like }),
    ...(via !== undefined && { Bool: { 'lambda:InvokedViaFunctionUrl': String(via) } }),
  };
}

function given(members: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> | undefined {
  const entries = Object.entries(members).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

function principalOf(principal: string, resourceArn: string): unknown {
  if (principal === '*') return '*';
  if (/^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.amazon(?:aws)?\.com(?:\.cn)?$/.test(principal)) return { Service: principal };
  if (/^\d{12}$/.test(principal)) return { AWS: `arn:${partitionOf(parseArn(resourceArn)?.region ?? '')}:iam::${principal}:root` };
  if (/^arn:[a-z-]+:(?:iam|sts)::\d{12}:./.test(principal)) return { AWS: principal };
  throw invalidParameter('The provided principal was invalid. Please check the principal and try again.');
}
