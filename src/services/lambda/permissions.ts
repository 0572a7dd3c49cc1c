import { formatArn, parseArn } from '#aws/arn.ts';
import type { ConditionValues } from '#aws/policy/conditions.ts';
import type { PolicyDocument } from '#aws/policy/policy-document.ts';
import type { RequestContext, RequiredPermission, Service } from '#aws/service.ts';
import { functionArn, type FunctionKey } from '#functions/function-arn.ts';
import { parseFunctionName } from '#functions/function-name.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { parseLayerArn, parseLayerVersionArn } from '#functions/layer-version.ts';
import { findPolicy, policyDocument } from '#functions/resource-policy.ts';

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

type Functions = Pick<FunctionRepository, 'find'>;
type Layers = Pick<LayerRepository, 'find'>;

/** The keys of Lambda for a request that did not come by a function URL, nor says anything about one. */
const DIRECT: ConditionValues = new Map([
  ['lambda:eventsourcetoken', []],
  ['lambda:functionurlauthtype', []],
  ['lambda:invokedviafunctionurl', ['false']],
  ['lambda:principal', []],
]);

/** What the caller must be allowed to do, for every operation of the model. */
export function lambdaPermissions({ functions, layers }: { functions: Functions; layers: Layers }): Service['permissions'] {
  return (operation, input, context) => {
    const action = `lambda:${ACTIONS[operation] ?? operation}`;
    const conditions = conditionsOf(input);
    const target = ON_EVERYTHING.has(operation) ? undefined : namedFunction(input, context);
    if (target === undefined) {
      const resource = ON_EVERYTHING.has(operation) ? '*' : resourceArn(input, context);
      return [
        { action, resource, conditions, ...layerOwner(resource, context, layers) },
        ...furtherPermissions(operation, input, resource),
      ];
    }
    const { accountId, region, name, qualifier } = target;
    const resource = functionArn(target, qualifier);
    const resourcePolicy = (): PolicyDocument | undefined => {
      const record = functions.find(accountId, region, name);
      const policy = record === undefined ? undefined : findPolicy(record, qualifier ?? '$LATEST');
      return policy === undefined ? undefined : policyDocument(policy);
    };
    return [
      { action, resource, owner: accountId, resourcePolicy, conditions },
      ...furtherPermissions(operation, input, resource),
      ...(LAYERED.has(operation) ? getLayers(input, context, layers) : []),
    ];
  };
}

function conditionsOf(input: Input): ConditionValues {
  const { AuthType: authType, FunctionUrlAuthType: permitted = authType, Principal: principal } = input;
  if (permitted === undefined && principal === undefined) return DIRECT;
  const values = new Map(DIRECT);
  if (typeof permitted === 'string') values.set('lambda:functionurlauthtype', [permitted]);
  if (typeof principal === 'string') values.set('lambda:principal', [principal]);
  return values;
}

/** Passing a role to a function, tagging while creating, and the actions that a whole policy stands for. */
function furtherPermissions(operation: string, input: Input, resource: string): readonly RequiredPermission[] {
  switch (operation) {
    case 'CreateFunction':
      return [...passRole(input), ...(isFilled(input['Tags']) ? [{ action: 'lambda:TagResource', resource }] : [])];
    case 'UpdateFunctionConfiguration':
      return passRole(input);
    case 'PutResourcePolicy':
      return [
        { action: 'lambda:AddPermission', resource },
        { action: 'lambda:RemovePermission', resource },
      ];
    default:
      return [];
  }
}

const PASSED_TO_LAMBDA: ConditionValues = new Map([['iam:passedtoservice', ['lambda.amazonaws.com']]]);

function passRole(input: Input): readonly RequiredPermission[] {
  const role = input['Role'];
  return typeof role === 'string' ? [{ action: 'iam:PassRole', resource: role, conditions: PASSED_TO_LAMBDA }] : [];
}

/** Operations that give a function layers. */
const LAYERED: ReadonlySet<string> = new Set(['CreateFunction', 'UpdateFunctionConfiguration']);

/** Lambda Developer Guide, "Adding layers to functions": whoever adds a layer must be allowed to get it. */
function getLayers(input: Input, context: RequestContext, layers: Layers): readonly RequiredPermission[] {
  const { Layers: arns } = input;
  if (!Array.isArray(arns)) return [];
  return arns.flatMap((arn: unknown) => {
    if (typeof arn !== 'string') return [];
    return [{ action: 'lambda:GetLayerVersion', resource: arn, ...layerOwner(arn, context, layers) }];
  });
}

/** Whose layer it is, and whom its policy lets have it. A layer of another region is as one that is not there. */
function layerOwner(arn: string, { region }: RequestContext, layers: Layers): Pick<RequiredPermission, 'owner' | 'resourcePolicy'> {
  const version = parseLayerVersionArn(arn);
  const owner = (version ?? parseLayerArn(arn))?.accountId;
  if (version === undefined) return owner === undefined ? {} : { owner };
  const resourcePolicy = (): PolicyDocument | undefined => {
    const policy = version.region === region ? layers.find(version)?.policy : undefined;
    return policy === undefined ? undefined : policyDocument(policy);
  };
  return { owner: version.accountId, resourcePolicy };
}

function isFilled(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

/** The function, version or alias that an operation is about; undefined for one about something else. */
function namedFunction(input: Input, context: RequestContext): (FunctionKey & { readonly qualifier: string | undefined }) | undefined {
  const { FunctionName: name = functionArnIn(input), Qualifier: qualifier } = input;
  const parts = typeof name === 'string' ? parseFunctionName(name) : undefined;
  if (parts === undefined) return undefined;
  return {
    accountId: parts.accountId ?? context.caller.accountId,
    region: parts.region ?? context.region,
    name: parts.name,
    qualifier: parts.qualifier ?? (typeof qualifier === 'string' ? qualifier : undefined),
  };
}

/** Of operations that take the ARNs of several kinds of resources. */
function functionArnIn({ Resource: resource, ResourceArn: arn = resource }: Input): string | undefined {
  return typeof arn === 'string' && parseArn(arn)?.resource.startsWith('function:') === true ? arn : undefined;
}

/** `*` for what names no resource: only a permission on everything covers it. */
function resourceArn(input: Input, context: RequestContext): string {
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
