import { formatArn, parseArn } from '#aws/arn.ts';
import type { RequestContext, RequiredPermission } from '#aws/service.ts';
import { functionArn } from '#functions/function-arn.ts';
import { parseFunctionName } from '#functions/function-name.ts';

type Input = Readonly<Record<string, unknown>>;

/** IAM action names that differ from the operation's (Service Authorization Reference, "AWS Lambda"). */
const ACTIONS: Readonly<Record<string, string>> = {
  Invoke: 'InvokeFunction',
  InvokeWithResponseStream: 'InvokeFunction',
  GetLayerVersionByArn: 'GetLayerVersion',
};

/** Operations that IAM cannot restrict to one resource. */
const ON_EVERYTHING: ReadonlySet<string> = new Set([
  'GetAccountSettings',
  'ListFunctions',
  'ListLayers',
  'ListEventSourceMappings',
  'ListCodeSigningConfigs',
  'ListCapacityProviders',
  'CreateCodeSigningConfig',
  'CreateEventSourceMapping',
]);

/** The member that names the resource, where it is not FunctionName; its value is an ARN, or becomes one under the prefix. */
const RESOURCE_MEMBERS: readonly { readonly member: string; readonly prefix: string; readonly suffix?: string }[] = [
  { member: 'Resource', prefix: '' },
  { member: 'ResourceArn', prefix: '' },
  { member: 'Arn', prefix: '' },
  { member: 'CodeSigningConfigArn', prefix: '' },
  { member: 'DurableExecutionArn', prefix: '' },
  { member: 'UUID', prefix: 'event-source-mapping:' },
  { member: 'LayerName', prefix: 'layer:', suffix: 'VersionNumber' },
  { member: 'CapacityProviderName', prefix: 'capacity-provider:' },
];

/** What the caller must be allowed to do, for every operation of the model. */
export function lambdaPermissions(operation: string, input: Input, context: RequestContext): readonly RequiredPermission[] {
  const resource = ON_EVERYTHING.has(operation) ? '*' : resourceArn(input, context);
  return [{ action: `lambda:${ACTIONS[operation] ?? operation}`, resource }, ...furtherPermissions(operation, input, resource)];
}

/** Passing a role to a function, giving it layers, tagging while creating, and the actions that a whole policy stands for. */
function furtherPermissions(operation: string, input: Input, resource: string): readonly RequiredPermission[] {
  switch (operation) {
    case 'CreateFunction':
      return [...passRole(input), ...getLayers(input), ...(isFilled(input['Tags']) ? [{ action: 'lambda:TagResource', resource }] : [])];
    case 'UpdateFunctionConfiguration':
      return [...passRole(input), ...getLayers(input)];
    case 'PutResourcePolicy':
      return [
        { action: 'lambda:AddPermission', resource },
        { action: 'lambda:RemovePermission', resource },
      ];
    default:
      return [];
  }
}

function passRole(input: Input): readonly RequiredPermission[] {
  const role = input['Role'];
  return typeof role === 'string' ? [{ action: 'iam:PassRole', resource: role }] : [];
}

/** Lambda Developer Guide, "Adding layers to functions": whoever adds a layer must be allowed to get it. */
function getLayers(input: Input): readonly RequiredPermission[] {
  const layers = input['Layers'];
  if (!Array.isArray(layers)) return [];
  return layers.flatMap((arn: unknown) => (typeof arn === 'string' ? [{ action: 'lambda:GetLayerVersion', resource: arn }] : []));
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** `*` for what names no resource: only a permission on everything covers it. */
function resourceArn(input: Input, context: RequestContext): string {
  const name = input['FunctionName'];
  if (typeof name === 'string') return namedFunctionArn(name, input['Qualifier'], context);
  for (const { member, prefix, suffix } of RESOURCE_MEMBERS) {
    const value = input[member];
    if (typeof value !== 'string' || value === '') continue;
    const tail = suffix === undefined ? undefined : input[suffix];
    const named = typeof tail === 'number' ? `${value}:${tail}` : value;
    if (parseArn(value) !== undefined) return named;
    return formatArn({ service: 'lambda', region: context.region, accountId: context.caller.accountId, resource: `${prefix}${named}` });
  }
  return '*';
}

function namedFunctionArn(text: string, qualifier: unknown, context: RequestContext): string {
  const parts = parseFunctionName(text);
  // Not a name: the operation answers with a validation error, for those who may do everything.
  if (parts === undefined) return '*';
  const key = { accountId: parts.accountId ?? context.caller.accountId, region: parts.region ?? context.region, name: parts.name };
  return functionArn(key, parts.qualifier ?? (typeof qualifier === 'string' ? qualifier : undefined));
}
