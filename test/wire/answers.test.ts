import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as cloudwatch from '@aws-sdk/client-cloudwatch';
import * as logs from '@aws-sdk/client-cloudwatch-logs';
import * as iam from '@aws-sdk/client-iam';
import * as lambda from '@aws-sdk/client-lambda';
import * as s3 from '@aws-sdk/client-s3';
import * as sns from '@aws-sdk/client-sns';
import * as sqs from '@aws-sdk/client-sqs';
import { SmithyRpcV2CborProtocol } from '@smithy/core/cbor';
import { AwsError } from '#aws/errors.ts';
import { wireOf } from './fixture-services.ts';
import { type Handlers, REQUEST_ID, startWireServer, type WireServer } from './wire-server.ts';

/** The official clients must understand what we write. */
const serve = async (service: string, handlers: Handlers): Promise<WireServer> => startWireServer(await wireOf(service), handlers);

const options = ({ endpoint }: WireServer) => ({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
});

async function collect<Item>(items: AsyncIterable<Item> | undefined): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items ?? []) collected.push(item);
  return collected;
}

async function* events(...items: readonly unknown[]): AsyncGenerator {
  for (const item of items) {
    if (item instanceof Error) throw item;
    yield await Promise.resolve(item);
  }
}

describe('restJson1', () => {
  test('a structured output, with headers and nested values', async () => {
    await using server = await serve('lambda', {
      CreateFunction: (input) => ({
        FunctionName: input['FunctionName'],
        Timeout: 60,
        Environment: { Variables: { A: 'ü' } },
        Layers: [{ Arn: 'arn', CodeSize: 12 }],
        Unknown: 'is not written',
      }),
    });
    const client = new lambda.LambdaClient(options(server));
    const { $metadata, ...output } = await client.send(
      new lambda.CreateFunctionCommand({ FunctionName: 'f', Role: 'arn:aws:iam::000000000000:role/r', Code: {} }),
    );
    assert.equal($metadata.httpStatusCode, 201);
    assert.equal($metadata.requestId, REQUEST_ID);
    assert.deepEqual(output, {
      FunctionName: 'f',
      Timeout: 60,
      Environment: { Variables: { A: 'ü' } },
      Layers: [{ Arn: 'arn', CodeSize: 12 }],
    });
  });

  test('timestamps are epoch seconds, with a fraction', async () => {
    const LastModified = new Date('2026-01-02T03:04:05.678Z');
    await using server = await serve('lambda', { GetEventSourceMapping: ({ UUID }) => ({ UUID, LastModified }) });
    const output = await new lambda.LambdaClient(options(server)).send(new lambda.GetEventSourceMappingCommand({ UUID: REQUEST_ID }));
    assert.deepEqual(output.LastModified, LastModified);
  });

  test('Invoke: bytes as the body, status and headers from members', async () => {
    await using server = await serve('lambda', {
      Invoke: (input) => ({
        StatusCode: 202,
        ExecutedVersion: '$LATEST',
        FunctionError: 'Unhandled',
        LogResult: 'bG9n',
        Payload: input['Payload'],
      }),
    });
    const output = await new lambda.LambdaClient(options(server)).send(new lambda.InvokeCommand({ FunctionName: 'f', Payload: '{"a":1}' }));
    assert.equal(output.StatusCode, 202);
    assert.equal(output.ExecutedVersion, '$LATEST');
    assert.equal(output.FunctionError, 'Unhandled');
    assert.equal(output.LogResult, 'bG9n');
    assert.equal(output.Payload?.transformToString(), '{"a":1}');
  });

  test('Invoke says that its payload is JSON', async () => {
    const wire = await wireOf('lambda');
    const path = '/2015-03-31/functions/f/invocations';
    const call = wire.open({ method: 'POST', path, query: '', headers: {}, body: Buffer.from('1') });
    const { headers } = call.writeOutput({ StatusCode: 200, Payload: Buffer.from('1') }, REQUEST_ID);
    assert.equal(headers['content-type'], 'application/json');
  });

  test('no content is written for 204', async () => {
    const wire = await wireOf('lambda');
    const call = wire.open({
      method: 'DELETE',
      path: '/2017-10-31/functions/f/concurrency',
      query: '',
      headers: {},
      body: Buffer.alloc(0),
    });
    assert.equal(call.operation, 'DeleteFunctionConcurrency');
    assert.deepEqual(call.writeOutput(undefined, REQUEST_ID), { status: 204, headers: { 'x-amzn-RequestId': REQUEST_ID }, body: '' });
  });

  test('InvokeWithResponseStream: chunks, then the completion', async () => {
    await using server = await serve('lambda', {
      InvokeWithResponseStream: () => ({
        StatusCode: 200,
        ExecutedVersion: '$LATEST',
        ResponseStreamContentType: 'text/plain',
        EventStream: events(
          { PayloadChunk: { Payload: Buffer.from('hello ') } },
          { PayloadChunk: { Payload: Buffer.from('world') } },
          { InvokeComplete: { ErrorCode: 'Unhandled', LogResult: 'bG9n' } },
        ),
      }),
    });
    const client = new lambda.LambdaClient(options(server));
    const output = await client.send(new lambda.InvokeWithResponseStreamCommand({ FunctionName: 'f' }));
    assert.equal(output.ExecutedVersion, '$LATEST');
    const received = await collect(output.EventStream);
    const chunks = received.flatMap((event) => event.PayloadChunk?.Payload ?? []);
    assert.equal(Buffer.concat(chunks).toString(), 'hello world');
    assert.deepEqual(received.at(-1), { InvokeComplete: { ErrorCode: 'Unhandled', LogResult: 'bG9n' } });
  });

  test('a modelled error has the message under the spelling of its shape, and its members', async () => {
    await using server = await serve('lambda', {
      GetFunction: () => {
        throw new AwsError('ResourceNotFoundException', 'Function not found: arn', { status: 404, members: { Type: 'User' } });
      },
      Invoke: () => {
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
          status: 429,
          members: { Type: 'User', Reason: 'CallerRateLimitExceeded', retryAfterSeconds: '3' },
        });
      },
    });
    const client = new lambda.LambdaClient(options(server));
    await assert.rejects(client.send(new lambda.GetFunctionCommand({ FunctionName: 'f' })), (error) => {
      assert.ok(error instanceof lambda.ResourceNotFoundException);
      assert.deepEqual([error.message, error.Type, error.$metadata.httpStatusCode], ['Function not found: arn', 'User', 404]);
      return true;
    });
    await assert.rejects(client.send(new lambda.InvokeCommand({ FunctionName: 'f' })), (error) => {
      assert.ok(error instanceof lambda.TooManyRequestsException);
      assert.deepEqual([error.message, error.Reason, error.retryAfterSeconds], ['Rate Exceeded.', 'CallerRateLimitExceeded', '3']);
      return true;
    });
  });

  test('a code that the model lacks, and an operation without a handler', async () => {
    await using server = await serve('lambda', {});
    const client = new lambda.LambdaClient(options(server));
    await assert.rejects(client.send(new lambda.GetFunctionCommand({ FunctionName: '*' })), { name: 'ValidationException' });
    await assert.rejects(client.send(new lambda.GetFunctionCommand({ FunctionName: 'f' })), {
      name: 'NotImplementedException',
      message: 'Not here yet',
    });
  });
});

describe('awsQuery', () => {
  test('an output with lists, dates and characters that XML escapes', async () => {
    const CreateDate = new Date('2026-01-02T03:04:05Z');
    const Role = {
      Path: '/',
      RoleName: 'r',
      RoleId: 'AROA',
      Arn: 'arn',
      CreateDate,
      Description: '<a & "b">\r\n',
      Tags: [{ Key: 'k', Value: '' }],
    };
    await using server = await serve('iam', { GetRole: () => ({ Role }), DeleteRole: () => undefined });
    const client = new iam.IAMClient(options(server));
    const output = await client.send(new iam.GetRoleCommand({ RoleName: 'r' }));
    assert.deepEqual(output.Role, Role);
    assert.equal(output.$metadata.requestId, REQUEST_ID);
    assert.equal((await client.send(new iam.DeleteRoleCommand({ RoleName: 'r' }))).$metadata.httpStatusCode, 200);
  });

  test('maps', async () => {
    await using server = await serve('sns', { GetTopicAttributes: () => ({ Attributes: { A: '1', B: '<x>' } }) });
    const output = await new sns.SNSClient(options(server)).send(new sns.GetTopicAttributesCommand({ TopicArn: 'arn' }));
    assert.deepEqual(output.Attributes, { A: '1', B: '<x>' });
  });

  test('an error, thrown under its shape name or its query code, is answered with the query code', async () => {
    for (const code of ['NoSuchEntity', 'NoSuchEntityException']) {
      await using server = await serve('iam', {
        GetRole: () => {
          throw new AwsError(code, 'The role with name r cannot be found.', { status: 404 });
        },
      });
      await assert.rejects(new iam.IAMClient(options(server)).send(new iam.GetRoleCommand({ RoleName: 'r' })), (error) => {
        assert.ok(error instanceof iam.NoSuchEntityException);
        assert.equal(error.message, 'The role with name r cannot be found.');
        assert.equal(error.$metadata.httpStatusCode, 404);
        return true;
      });
    }
  });

  test('a violated constraint is a ValidationError', async () => {
    await using server = await serve('iam', {});
    await assert.rejects(new iam.IAMClient(options(server)).send(new iam.GetRoleCommand({ RoleName: '!' })), {
      name: 'ValidationError',
      message:
        "1 validation error detected: Value '!' at 'roleName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]+",
    });
  });
});

describe('awsJson', () => {
  test('1.1: an output and an error', async () => {
    await using server = await serve('logs', {
      DescribeLogGroups: () => ({ logGroups: [{ logGroupName: '/aws/lambda/f', creationTime: 1767225600000, storedBytes: 0 }] }),
      CreateLogGroup: () => {
        throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
      },
    });
    const client = new logs.CloudWatchLogsClient(options(server));
    const output = await client.send(new logs.DescribeLogGroupsCommand({}));
    assert.deepEqual(output.logGroups, [{ logGroupName: '/aws/lambda/f', creationTime: 1767225600000, storedBytes: 0 }]);
    await assert.rejects(client.send(new logs.CreateLogGroupCommand({ logGroupName: 'g' })), (error) => {
      assert.ok(error instanceof logs.ResourceAlreadyExistsException);
      assert.equal(error.message, 'The specified log group already exists');
      return true;
    });
  });

  test('StartLiveTail: the initial response, events, and a modelled exception at the end', async () => {
    await using server = await serve('logs', {
      StartLiveTail: () => ({
        responseStream: events(
          { sessionStart: { sessionId: 's', logGroupIdentifiers: ['g'] } },
          { sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [{ message: 'line', timestamp: 1 }] } },
          new AwsError('SessionTimeoutException', 'three hours'),
        ),
      }),
    });
    const client = new logs.CloudWatchLogsClient({ ...options(server), disableHostPrefix: true });
    const output = await client.send(
      new logs.StartLiveTailCommand({ logGroupIdentifiers: ['arn:aws:logs:us-east-1:000000000000:log-group:g'] }),
    );
    const received: logs.StartLiveTailResponseStream[] = [];
    await assert.rejects(
      async () => {
        for await (const event of output.responseStream ?? []) received.push(event);
      },
      { name: 'SessionTimeoutException', message: 'three hours' },
    );
    assert.deepEqual(received, [
      { sessionStart: { sessionId: 's', logGroupIdentifiers: ['g'] } },
      { sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [{ message: 'line', timestamp: 1 }] } },
    ]);
  });

  test('1.0 with query compatibility: the shape in the body, the old code in a header', async () => {
    const binary = Buffer.from([0, 1, 255]);
    await using server = await serve('sqs', {
      ReceiveMessage: () => ({ Messages: [{ Body: 'b', MessageAttributes: { x: { DataType: 'Binary', BinaryValue: binary } } }] }),
      GetQueueUrl: () => {
        throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
      },
    });
    const client = new sqs.SQSClient({ ...options(server), md5: false });
    const output = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl: `${server.endpoint}/q` }));
    assert.deepEqual(Buffer.from(output.Messages?.[0]?.MessageAttributes?.['x']?.BinaryValue ?? []), binary);
    await assert.rejects(client.send(new sqs.GetQueueUrlCommand({ QueueName: 'q' })), (error) => {
      assert.ok(error instanceof sqs.QueueDoesNotExist);
      assert.equal(error.message, 'The specified queue does not exist.');
      return true;
    });
  });
});

describe('rpcv2Cbor', () => {
  const cborClient = (server: WireServer): cloudwatch.CloudWatchClient =>
    new cloudwatch.CloudWatchClient({ ...options(server), protocol: SmithyRpcV2CborProtocol });

  test('input, output and error', async () => {
    const Timestamp = new Date('2026-01-02T03:04:05.678Z');
    const inputs: Record<string, unknown>[] = [];
    await using server = await serve('cloudwatch', {
      PutMetricData: (input) => void inputs.push(input),
      GetMetricStatistics: () => ({ Label: 'm', Datapoints: [{ Timestamp, Sum: 1.5, SampleCount: -3, Unit: 'Count' }] }),
      GetDashboard: () => {
        throw new AwsError('ResourceNotFound', 'Dashboard d does not exist', { status: 404 });
      },
    });
    const client = cborClient(server);
    const MetricData = [
      { MetricName: 'm', Value: 2 ** 40, Timestamp, Values: [1, 0.25, -7], Dimensions: [{ Name: 'n', Value: 'ü'.repeat(200) }] },
    ];
    await client.send(new cloudwatch.PutMetricDataCommand({ Namespace: 'N', MetricData }));
    assert.deepEqual(inputs, [{ Namespace: 'N', MetricData }]);
    const output = await client.send(
      new cloudwatch.GetMetricStatisticsCommand({ Namespace: 'N', MetricName: 'm', StartTime: Timestamp, EndTime: Timestamp, Period: 60 }),
    );
    assert.deepEqual(output.Datapoints, [{ Timestamp, Sum: 1.5, SampleCount: -3, Unit: 'Count' }]);
    await assert.rejects(client.send(new cloudwatch.GetDashboardCommand({ DashboardName: 'd' })), {
      name: 'ResourceNotFound',
      message: 'Dashboard d does not exist',
    });
  });
});

describe('restXml', () => {
  const s3Client = (server: WireServer): s3.S3Client => new s3.S3Client({ ...options(server), forcePathStyle: true });
  const key = { Bucket: 'bucket', Key: 'a b/c' };

  test('a document, bytes with headers, and a structure as payload', async () => {
    const LastModified = new Date('2026-01-02T03:04:05Z');
    await using server = await serve('s3', {
      ListObjectsV2: () => ({
        Name: 'bucket',
        KeyCount: 1,
        IsTruncated: false,
        Contents: [{ Key: 'k&', Size: 3, LastModified, ETag: '"e"' }],
      }),
      GetObject: () => ({ Body: Buffer.from('abc'), ContentType: 'text/plain', LastModified, Metadata: { colour: 'blue' }, ETag: '"e"' }),
      CopyObject: () => ({ CopyObjectResult: { ETag: '"c"', LastModified } }),
      GetBucketNotificationConfiguration: () => ({
        LambdaFunctionConfigurations: [{ Id: 'i', LambdaFunctionArn: 'arn', Events: ['s3:ObjectCreated:*', 's3:ObjectRemoved:*'] }],
      }),
    });
    const client = s3Client(server);
    const list = await client.send(new s3.ListObjectsV2Command({ Bucket: 'bucket' }));
    assert.deepEqual(list.Contents, [{ Key: 'k&', Size: 3, LastModified, ETag: '"e"' }]);
    const object = await client.send(new s3.GetObjectCommand(key));
    assert.equal(await object.Body?.transformToString(), 'abc');
    assert.deepEqual([object.ContentType, object.LastModified, object.Metadata], ['text/plain', LastModified, { colour: 'blue' }]);
    const copy = await client.send(new s3.CopyObjectCommand({ ...key, CopySource: 'bucket/k' }));
    assert.deepEqual(copy.CopyObjectResult, { ETag: '"c"', LastModified });
    const notification = await client.send(new s3.GetBucketNotificationConfigurationCommand({ Bucket: 'bucket' }));
    assert.deepEqual(notification.LambdaFunctionConfigurations?.[0]?.Events, ['s3:ObjectCreated:*', 's3:ObjectRemoved:*']);
  });

  test('errors, with and without a body', async () => {
    await using server = await serve('s3', {
      GetObject: () => {
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      },
      HeadObject: () => {
        throw new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
      },
    });
    const client = s3Client(server);
    await assert.rejects(client.send(new s3.GetObjectCommand(key)), (error) => {
      assert.ok(error instanceof s3.NoSuchKey);
      assert.equal(error.message, 'The specified key does not exist.');
      return true;
    });
    await assert.rejects(client.send(new s3.HeadObjectCommand(key)), { name: 'NotFound' });
  });
});
