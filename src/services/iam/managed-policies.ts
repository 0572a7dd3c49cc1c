import { createHash } from 'node:crypto';
import type { PolicyRecord } from './iam-record.ts';

/**
 * The policies that AWS maintains for Lambda's execution roles and users, and the few that nearly every account attaches.
 * Source: "AWS Managed Policy Reference Guide".
 */
interface ManagedPolicySpec {
  readonly name: string;
  readonly path: '/' | '/service-role/';
  readonly createdOn: string;
  readonly statements: readonly StatementSpec[];
}

interface StatementSpec {
  readonly Sid?: string;
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: { readonly StringEquals: Readonly<Record<string, string>> };
}

const WRITE_LOGS = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

function allow(Action: string | readonly string[], Resource: string | readonly string[] = '*'): StatementSpec {
  return { Effect: 'Allow', Action, Resource };
}

const CONSOLE_READ_BEFORE_IAM = [
  'cloudformation:DescribeStacks',
  'cloudformation:ListStacks',
  'cloudformation:ListStackResources',
  'cloudwatch:GetMetricData',
  'cloudwatch:ListMetrics',
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSubnets',
  'ec2:DescribeVpcs',
  'kms:ListAliases',
];
const CONSOLE_READ_IAM = [
  'iam:GetPolicy',
  'iam:GetPolicyVersion',
  'iam:GetRole',
  'iam:GetRolePolicy',
  'iam:ListAttachedRolePolicies',
  'iam:ListRolePolicies',
  'iam:ListRoles',
];
const CONSOLE_READ_AFTER_LAMBDA = [
  'logs:DescribeLogGroups',
  'states:DescribeStateMachine',
  'states:ListStateMachines',
  'tag:GetResources',
  'xray:GetTraceSummaries',
  'xray:BatchGetTraces',
];
const READ_FUNCTION_LOGS = allow(
  ['logs:DescribeLogStreams', 'logs:GetLogEvents', 'logs:FilterLogEvents', 'logs:StartLiveTail', 'logs:StopLiveTail'],
  'arn:aws:logs:*:*:log-group:/aws/lambda/*',
);

const SPECS: readonly ManagedPolicySpec[] = [
  { name: 'AWSLambdaBasicExecutionRole', path: '/service-role/', createdOn: '2015-04-09T15:03:43Z', statements: [allow(WRITE_LOGS)] },
  {
    name: 'AWSLambdaVPCAccessExecutionRole',
    path: '/service-role/',
    createdOn: '2016-02-11T23:15:26Z',
    statements: [
      {
        Sid: 'AWSLambdaVPCAccessExecutionPermissions',
        ...allow([
          ...WRITE_LOGS,
          'ec2:CreateNetworkInterface',
          'ec2:DescribeNetworkInterfaces',
          'ec2:DescribeSubnets',
          'ec2:DeleteNetworkInterface',
          'ec2:AssignPrivateIpAddresses',
          'ec2:UnassignPrivateIpAddresses',
        ]),
      },
    ],
  },
  {
    name: 'AWSLambdaENIManagementAccess',
    path: '/service-role/',
    createdOn: '2016-12-06T00:37:27Z',
    statements: [
      allow([
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DeleteNetworkInterface',
        'ec2:AssignPrivateIpAddresses',
        'ec2:UnassignPrivateIpAddresses',
      ]),
    ],
  },
  {
    name: 'AWSLambdaSQSQueueExecutionRole',
    path: '/service-role/',
    createdOn: '2018-06-14T21:50:45Z',
    statements: [allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...WRITE_LOGS])],
  },
  {
    name: 'AWSLambdaKinesisExecutionRole',
    path: '/service-role/',
    createdOn: '2015-04-09T15:14:16Z',
    statements: [
      allow([
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetRecords',
        'kinesis:GetShardIterator',
        'kinesis:ListShards',
        'kinesis:ListStreams',
        'kinesis:SubscribeToShard',
        ...WRITE_LOGS,
      ]),
    ],
  },
  {
    name: 'AWSLambdaDynamoDBExecutionRole',
    path: '/service-role/',
    createdOn: '2015-04-09T15:09:29Z',
    statements: [
      allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams', ...WRITE_LOGS]),
    ],
  },
  {
    name: 'AWSLambdaMSKExecutionRole',
    path: '/service-role/',
    createdOn: '2020-08-11T17:35:05Z',
    statements: [
      allow([
        'kafka:DescribeCluster',
        'kafka:DescribeClusterV2',
        'kafka:GetBootstrapBrokers',
        'ec2:CreateNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeVpcs',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeSubnets',
        'ec2:DescribeSecurityGroups',
        ...WRITE_LOGS,
      ]),
    ],
  },
  {
    name: 'AWSLambdaBasicDurableExecutionRolePolicy',
    path: '/service-role/',
    createdOn: '2025-12-02T00:00:00Z',
    statements: [allow([...WRITE_LOGS, 'lambda:CheckpointDurableExecution', 'lambda:GetDurableExecutionState'])],
  },
  { name: 'AWSLambdaRole', path: '/service-role/', createdOn: '2015-02-06T18:41:28Z', statements: [allow(['lambda:InvokeFunction'])] },
  {
    name: 'AWSLambdaExecute',
    path: '/',
    createdOn: '2015-02-06T18:40:46Z',
    statements: [allow(['logs:*'], 'arn:aws:logs:*:*:*'), allow(['s3:GetObject', 's3:PutObject'], 'arn:aws:s3:::*')],
  },
  {
    name: 'AWSLambdaInvocation-DynamoDB',
    path: '/',
    createdOn: '2015-02-06T18:40:47Z',
    statements: [
      allow(['lambda:InvokeFunction']),
      allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator', 'dynamodb:ListStreams']),
    ],
  },
  {
    name: 'AWSLambda_FullAccess',
    path: '/',
    createdOn: '2020-11-17T21:14:08Z',
    statements: [
      allow([...CONSOLE_READ_BEFORE_IAM, ...CONSOLE_READ_IAM, 'lambda:*', ...CONSOLE_READ_AFTER_LAMBDA]),
      { ...allow('iam:PassRole'), Condition: { StringEquals: { 'iam:PassedToService': 'lambda.amazonaws.com' } } },
      READ_FUNCTION_LOGS,
    ],
  },
  {
    name: 'AWSLambda_ReadOnlyAccess',
    path: '/',
    createdOn: '2020-11-17T21:10:28Z',
    statements: [
      allow([...CONSOLE_READ_BEFORE_IAM, ...CONSOLE_READ_IAM, 'lambda:Get*', 'lambda:List*', ...CONSOLE_READ_AFTER_LAMBDA]),
      READ_FUNCTION_LOGS,
    ],
  },
  {
    name: 'AWSXRayDaemonWriteAccess',
    path: '/',
    createdOn: '2018-08-28T23:00:33Z',
    statements: [
      allow([
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ]),
    ],
  },
  {
    name: 'CloudWatchLambdaInsightsExecutionRolePolicy',
    path: '/',
    createdOn: '2020-10-07T19:27:26Z',
    statements: [
      allow('logs:CreateLogGroup'),
      allow(['logs:CreateLogStream', 'logs:PutLogEvents'], 'arn:aws:logs:*:*:log-group:/aws/lambda-insights:*'),
    ],
  },
  {
    name: 'CloudWatchLogsFullAccess',
    path: '/',
    createdOn: '2015-02-06T18:40:02Z',
    statements: [allow(['logs:*', 'cloudwatch:GenerateQuery'])],
  },
  { name: 'AmazonS3FullAccess', path: '/', createdOn: '2015-02-06T18:40:58Z', statements: [allow(['s3:*', 's3-object-lambda:*'])] },
  {
    name: 'AmazonS3ReadOnlyAccess',
    path: '/',
    createdOn: '2015-02-06T18:40:59Z',
    statements: [allow(['s3:Get*', 's3:List*', 's3:Describe*', 's3-object-lambda:Get*', 's3-object-lambda:List*'])],
  },
  { name: 'AmazonSQSFullAccess', path: '/', createdOn: '2015-02-06T18:41:07Z', statements: [allow(['sqs:*'])] },
  { name: 'AmazonSNSFullAccess', path: '/', createdOn: '2015-02-06T18:41:05Z', statements: [allow(['sns:*'])] },
  {
    name: 'IAMFullAccess',
    path: '/',
    createdOn: '2015-02-06T18:40:38Z',
    statements: [
      allow([
        'iam:*',
        'organizations:DescribeAccount',
        'organizations:DescribeOrganization',
        'organizations:DescribeOrganizationalUnit',
        'organizations:DescribePolicy',
        'organizations:ListChildren',
        'organizations:ListParents',
        'organizations:ListPoliciesForTarget',
        'organizations:ListRoots',
        'organizations:ListPolicies',
        'organizations:ListTargetsForPolicy',
      ]),
    ],
  },
  { name: 'AdministratorAccess', path: '/', createdOn: '2015-02-06T18:39:46Z', statements: [allow('*')] },
];

/** One of AWS's own policies by its ARN, `arn:aws:iam::aws:policy/…`. */
export function managedPolicy(arn: string): PolicyRecord | undefined {
  return MANAGED.get(arn);
}

export function managedPolicies(): readonly PolicyRecord[] {
  return [...MANAGED.values()];
}

const MANAGED: ReadonlyMap<string, PolicyRecord> = new Map(
  SPECS.map((spec) => [`arn:aws:iam::aws:policy${spec.path}${spec.name}`, toRecord(spec)]),
);

function toRecord({ name, path, createdOn, statements }: ManagedPolicySpec): PolicyRecord {
  const createdAtMs = Date.parse(createdOn);
  const document = JSON.stringify({ Version: '2012-10-17', Statement: statements }, undefined, 4);
  return {
    kind: 'policy',
    accountId: 'aws',
    name,
    path,
    id: policyId(name),
    createdAtMs,
    updatedAtMs: createdAtMs,
    tags: [],
    versions: [{ id: 'v1', document, createdAtMs }],
    defaultVersionId: 'v1',
    versionCounter: 1,
  };
}

/** Opaque, as AWS's are; made from the name so that it stays the same. */
function policyId(name: string): string {
  let id = 'ANPA';
  for (const byte of createHash('sha256').update(name).digest().subarray(0, 17)) id += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.charAt(byte & 31);
  return id;
}
