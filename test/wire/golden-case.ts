/** One call, its input, and the request that a real client made of it. Bytes and dates are tagged, as JSON has neither. */
export interface GoldenCase {
  readonly client: string;
  readonly service: string;
  readonly operation: string;
  readonly input: Tagged;
  readonly request: GoldenRequest;
}

export interface GoldenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyBase64: string;
}

/** What a client is asked to send. */
export interface GoldenCall {
  readonly service: string;
  readonly operation: string;
  readonly input: Tagged;
}

export type Tagged = string | number | boolean | null | readonly Tagged[] | { readonly [name: string]: Tagged };

/** `{ $bytes: base64 }` becomes bytes, `{ $date: ISO }` a date. */
export function untag(value: Tagged): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Tagged) => untag(item));
  const entries = Object.entries(value);
  const [name, text] = entries[0] ?? [];
  if (name === '$bytes' && typeof text === 'string') return Buffer.from(text, 'base64');
  if (name === '$date' && typeof text === 'string') return new Date(text);
  return Object.fromEntries(entries.map(([key, item]) => [key, untag(item)]));
}

const bytes = (text: string): Tagged => ({ $bytes: Buffer.from(text).toString('base64') });
const date = (iso: string): Tagged => ({ $date: iso });

const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:my-function';
const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';

/** Calls that together use each kind of binding of each protocol. */
export const goldenCalls: readonly GoldenCall[] = [
  {
    service: 'lambda',
    operation: 'CreateFunction',
    input: {
      FunctionName: 'my-function',
      Runtime: 'python3.12',
      Role: 'arn:aws:iam::000000000000:role/r',
      Handler: 'handler.handler',
      Code: { ZipFile: bytes('PK zip') },
      Timeout: 60,
      MemorySize: 256,
      Publish: false,
      Environment: { Variables: { KEY_A: 'välue "1"', EMPTY: '' } },
      Tags: { team: 'a/b' },
      Layers: ['arn:aws:lambda:us-east-1:000000000000:layer:l:1'],
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
    },
  },
  {
    service: 'lambda',
    operation: 'Invoke',
    input: {
      FunctionName: FUNCTION_ARN,
      InvocationType: 'RequestResponse',
      LogType: 'Tail',
      ClientContext: 'eyJhIjoxfQ==',
      Qualifier: '$LATEST',
      Payload: bytes('{"prompt": "hello"}'),
    },
  },
  { service: 'lambda', operation: 'Invoke', input: { FunctionName: 'my-function' } },
  { service: 'lambda', operation: 'UntagResource', input: { Resource: FUNCTION_ARN, TagKeys: ['a b', 'c=d/e', 'e+f'] } },
  { service: 'lambda', operation: 'ListFunctions', input: { FunctionVersion: 'ALL', Marker: 'abc=/+', MaxItems: 3 } },
  { service: 'lambda', operation: 'ListFunctions', input: {} },
  {
    service: 'lambda',
    operation: 'CreateEventSourceMapping',
    input: {
      FunctionName: 'my-function',
      EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s',
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: date('2026-01-02T03:04:05Z'),
      BatchSize: 10,
      Enabled: true,
      FilterCriteria: { Filters: [{ Pattern: '{"a":[1]}' }] },
    },
  },
  { service: 'lambda', operation: 'PutFunctionConcurrency', input: { FunctionName: 'my-function', ReservedConcurrentExecutions: 0 } },
  {
    service: 'lambda',
    operation: 'UpdateFunctionConfiguration',
    input: { FunctionName: 'my-function', Environment: { Variables: {} }, Layers: [], Description: '' },
  },
  { service: 'lambda', operation: 'GetLayerVersionByArn', input: { Arn: 'arn:aws:lambda:us-east-1:000000000000:layer:l:1' } },
  { service: 'lambda', operation: 'DeleteFunction', input: { FunctionName: 'my-function', Qualifier: '1' } },
  {
    service: 'iam',
    operation: 'CreateRole',
    input: {
      RoleName: 'strands-lambda-role',
      AssumeRolePolicyDocument: TRUST,
      Description: 'für & von',
      MaxSessionDuration: 3600,
      Tags: [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '' },
      ],
    },
  },
  { service: 'iam', operation: 'ListRoles', input: { PathPrefix: '/service-role/', MaxItems: 7 } },
  { service: 'iam', operation: 'UntagRole', input: { RoleName: 'r', TagKeys: ['a', 'b'] } },
  { service: 'sts', operation: 'GetCallerIdentity', input: {} },
  {
    service: 'sts',
    operation: 'AssumeRole',
    input: {
      RoleArn: 'arn:aws:iam::000000000000:role/r',
      RoleSessionName: 'session',
      DurationSeconds: 900,
      PolicyArns: [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }],
      Tags: [{ Key: 'k', Value: 'v' }],
      TransitiveTagKeys: ['k'],
    },
  },
  { service: 'logs', operation: 'CreateLogGroup', input: { logGroupName: '/aws/lambda/f', tags: { a: 'b' } } },
  {
    service: 'logs',
    operation: 'PutLogEvents',
    input: {
      logGroupName: '/aws/lambda/f',
      logStreamName: '2026/01/01/[$LATEST]abc',
      logEvents: [
        { timestamp: 1767225600000, message: 'première\tligne' },
        { timestamp: 1767225600001, message: 'second' },
      ],
    },
  },
  {
    service: 'logs',
    operation: 'FilterLogEvents',
    input: { logGroupName: '/aws/lambda/f', filterPattern: '?ERROR ?"task timed out"', startTime: 0, limit: 5, interleaved: true },
  },
  {
    service: 'sqs',
    operation: 'SendMessage',
    input: {
      QueueUrl: 'http://127.0.0.1:4566/000000000000/q',
      MessageBody: 'body <1> & more',
      DelaySeconds: 3,
      MessageAttributes: {
        text: { DataType: 'String', StringValue: 'v' },
        binary: { DataType: 'Binary', BinaryValue: bytes('\u0000\u0001x') },
      },
    },
  },
  { service: 'sqs', operation: 'CreateQueue', input: { QueueName: 'q.fifo', Attributes: { FifoQueue: 'true' }, tags: { a: 'b' } } },
  {
    service: 'sns',
    operation: 'Publish',
    input: {
      TopicArn: 'arn:aws:sns:us-east-1:000000000000:t',
      Message: 'a=b&c',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'x' },
        raw: { DataType: 'Binary', BinaryValue: bytes('bytes') },
      },
    },
  },
  { service: 'sns', operation: 'CreateTopic', input: { Name: 't', Attributes: { DisplayName: 'd' }, Tags: [{ Key: 'k', Value: 'v' }] } },
  {
    service: 'cloudwatch',
    operation: 'PutMetricData',
    input: {
      Namespace: 'N',
      MetricData: [
        { MetricName: 'm', Value: 1.5, Unit: 'Count', Timestamp: date('2026-01-02T03:04:05Z'), Dimensions: [{ Name: 'd', Value: 'v' }] },
        { MetricName: 'n', Values: [1, 2], Counts: [3, 4] },
      ],
    },
  },
  {
    service: 's3',
    operation: 'PutObject',
    input: {
      Bucket: 'bucket',
      Key: 'a folder/ü+1.txt',
      Body: bytes('object body'),
      ContentType: 'text/plain',
      Metadata: { colour: 'blue' },
    },
  },
  {
    service: 's3',
    operation: 'GetObject',
    input: { Bucket: 'bucket', Key: 'a//b/', Range: 'bytes=0-3', IfModifiedSince: date('2026-01-02T03:04:05Z') },
  },
  { service: 's3', operation: 'ListObjectsV2', input: { Bucket: 'bucket', Prefix: 'a b/', MaxKeys: 5 } },
  { service: 's3', operation: 'PutBucketTagging', input: { Bucket: 'bucket', Tagging: { TagSet: [{ Key: 'k', Value: '<v>&' }] } } },
  {
    service: 's3',
    operation: 'DeleteObjects',
    input: { Bucket: 'bucket', Delete: { Objects: [{ Key: 'a' }, { Key: 'b/c' }], Quiet: true } },
  },
  {
    service: 's3',
    operation: 'UploadPart',
    input: { Bucket: 'bucket', Key: 'k', PartNumber: 2, UploadId: 'u', Body: bytes('part') },
  },
  {
    service: 's3',
    operation: 'CompleteMultipartUpload',
    input: { Bucket: 'bucket', Key: 'k', UploadId: 'u', MultipartUpload: { Parts: [{ ETag: '"e1"', PartNumber: 1 }] } },
  },
  { service: 's3', operation: 'CopyObject', input: { Bucket: 'bucket', Key: 'copy', CopySource: 'bucket/k' } },
  { service: 's3', operation: 'GetBucketLocation', input: { Bucket: 'bucket' } },
  { service: 's3', operation: 'HeadObject', input: { Bucket: 'bucket', Key: 'k' } },
];
