/**
 * What any policy engine behind the `Authorizer` port must answer, as data, for tests only. The rows under `simple form` hold for an
 * engine that cannot judge conditions; a complete engine answers those by their conditions instead.
 */
export interface PolicyCase {
  readonly name: string;
  /** Statements of one identity-based policy. */
  readonly statements: readonly unknown[];
  readonly boundary?: readonly unknown[];
  readonly action: string;
  readonly resource: string;
  readonly answer: 'allow' | 'no identity-based policy' | 'explicit deny' | 'no permissions boundary' | 'explicit deny in boundary';
  readonly form?: 'simple form';
}

const FUNCTION = 'arn:aws:lambda:us-east-1:000000000000:function:orders';
const INVOKE = 'lambda:InvokeFunction';
const invoke = { action: INVOKE, resource: FUNCTION } as const;
const ALLOW_ALL = { Effect: 'Allow', Action: '*', Resource: '*' };

export const POLICY_CASES: readonly PolicyCase[] = [
  { name: 'no statement', statements: [], ...invoke, answer: 'no identity-based policy' },
  { name: 'everything allowed', statements: [ALLOW_ALL], ...invoke, answer: 'allow' },
  {
    name: 'the very action and resource',
    statements: [{ Effect: 'Allow', Action: INVOKE, Resource: FUNCTION }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'lists of actions and resources',
    statements: [{ Effect: 'Allow', Action: ['lambda:GetFunction', INVOKE], Resource: ['arn:aws:s3:::x', FUNCTION] }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'actions in another case',
    statements: [{ Effect: 'Allow', Action: 'LAMBDA:invokefunction', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a star within an action',
    statements: [{ Effect: 'Allow', Action: 'lambda:Invoke*', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a question mark',
    statements: [{ Effect: 'Allow', Action: 'lambda:?nvokeFunction', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a question mark is one character',
    statements: [{ Effect: 'Allow', Action: 'lambda:?InvokeFunction', Resource: '*' }],
    ...invoke,
    answer: 'no identity-based policy',
  },
  {
    name: 'another action',
    statements: [{ Effect: 'Allow', Action: 'lambda:GetFunction', Resource: '*' }],
    ...invoke,
    answer: 'no identity-based policy',
  },
  {
    name: 'a pattern covers the whole action',
    statements: [{ Effect: 'Allow', Action: 'lambda:Invoke', Resource: '*' }],
    ...invoke,
    answer: 'no identity-based policy',
  },
  {
    name: 'wildcards within a resource',
    statements: [{ Effect: 'Allow', Action: INVOKE, Resource: 'arn:aws:lambda:*:000000000000:function:ord*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'resources distinguish case',
    statements: [{ Effect: 'Allow', Action: INVOKE, Resource: FUNCTION.replace('orders', 'Orders') }],
    ...invoke,
    answer: 'no identity-based policy',
  },
  {
    name: 'a function is not its versions',
    statements: [{ Effect: 'Allow', Action: INVOKE, Resource: FUNCTION }],
    action: INVOKE,
    resource: `${FUNCTION}:1`,
    answer: 'no identity-based policy',
  },
  {
    name: 'a resource pattern does not cover an operation without a resource',
    statements: [{ Effect: 'Allow', Action: '*', Resource: 'arn:aws:lambda:*' }],
    action: 'lambda:ListFunctions',
    resource: '*',
    answer: 'no identity-based policy',
  },
  {
    name: 'an explicit deny wins',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: INVOKE, Resource: '*' }],
    ...invoke,
    answer: 'explicit deny',
  },
  {
    name: 'an explicit deny wins in any order',
    statements: [{ Effect: 'Deny', Action: 'lambda:*', Resource: FUNCTION }, ALLOW_ALL],
    ...invoke,
    answer: 'explicit deny',
  },
  {
    name: 'a deny of another resource',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: INVOKE, Resource: `${FUNCTION}2` }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a deny of another action',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: 'lambda:Delete*', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a boundary that allows',
    statements: [ALLOW_ALL],
    boundary: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a boundary that does not allow',
    statements: [ALLOW_ALL],
    boundary: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }],
    ...invoke,
    answer: 'no permissions boundary',
  },
  { name: 'a boundary grants nothing by itself', statements: [], boundary: [ALLOW_ALL], ...invoke, answer: 'no identity-based policy' },
  {
    name: 'a boundary that denies',
    statements: [ALLOW_ALL],
    boundary: [ALLOW_ALL, { Effect: 'Deny', Action: INVOKE, Resource: '*' }],
    ...invoke,
    answer: 'explicit deny in boundary',
  },
  {
    name: 'a condition on an unknown key never allows',
    statements: [{ ...ALLOW_ALL, Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } } }],
    ...invoke,
    answer: 'no identity-based policy',
    form: 'simple form',
  },
  { name: 'an empty condition is none', statements: [{ ...ALLOW_ALL, Condition: {} }], ...invoke, answer: 'allow' },
  {
    name: 'NotAction never allows',
    statements: [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ...invoke,
    answer: 'no identity-based policy',
    form: 'simple form',
  },
  {
    name: 'NotResource never allows',
    statements: [{ Effect: 'Allow', Action: INVOKE, NotResource: 'arn:aws:s3:::x' }],
    ...invoke,
    answer: 'no identity-based policy',
    form: 'simple form',
  },
  {
    name: 'a variable in the resource never allows',
    statements: [{ Effect: 'Allow', Action: INVOKE, Resource: 'arn:aws:lambda:us-east-1:000000000000:function:${aws:username}*' }],
    action: INVOKE,
    resource: 'arn:aws:lambda:us-east-1:000000000000:function:${aws:username}',
    answer: 'no identity-based policy',
    form: 'simple form',
  },
  {
    name: 'a conditional deny denies on its action alone',
    statements: [
      ALLOW_ALL,
      { Effect: 'Deny', Action: INVOKE, Resource: 'arn:aws:s3:::x', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ],
    ...invoke,
    answer: 'explicit deny',
    form: 'simple form',
  },
  {
    name: 'a conditional deny of another action',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: 's3:*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a deny with NotResource denies on its action alone',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: INVOKE, NotResource: FUNCTION }],
    ...invoke,
    answer: 'explicit deny',
    form: 'simple form',
  },
  {
    name: 'a deny with NotAction denies all other actions',
    statements: [ALLOW_ALL, { Effect: 'Deny', NotAction: 's3:*', Resource: '*' }],
    ...invoke,
    answer: 'explicit deny',
  },
  {
    name: 'a deny with NotAction spares the actions that it names',
    statements: [ALLOW_ALL, { Effect: 'Deny', NotAction: 'lambda:*', Resource: '*' }],
    ...invoke,
    answer: 'allow',
  },
  {
    name: 'a deny with a variable in the resource denies on its action alone',
    statements: [ALLOW_ALL, { Effect: 'Deny', Action: INVOKE, Resource: 'arn:aws:lambda:*:*:function:${aws:username}' }],
    ...invoke,
    answer: 'explicit deny',
    form: 'simple form',
  },
];
