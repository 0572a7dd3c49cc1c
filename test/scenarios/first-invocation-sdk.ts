/** What a new user does first, with the SDK for JavaScript v3 and Node functions. Prints "all as expected" at the end. */
import assert from 'node:assert/strict';
import { CloudWatchLogsClient, DeleteLogGroupCommand, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, DeleteRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ResourceNotFoundException,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import type { InvokeCommandOutput, Runtime } from '@aws-sdk/client-lambda';
import { zipArchive } from '../support/zip-archive.ts';

const HANDLER = `
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { createRequire } from 'node:module';
export const handler = async (event, context) => {
  console.log('event', event);
  const identity = await new STSClient().send(new GetCallerIdentityCommand({}));
  const commonjs = createRequire('/var/task/')('@aws-sdk/client-lambda');
  return { echo: event, arn: identity.Arn, stream: context.logStreamName, node: process.version, commonjs: typeof commonjs.LambdaClient };
};
export const raises = async () => { throw new RangeError('too far'); };
export const circular = async () => { const loop = {}; loop.self = loop; return loop; };
`;

const iam = new IAMClient();
const lambda = new LambdaClient();
const logs = new CloudWatchLogsClient();
const trust = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
};

const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'sdk-lambda-role', AssumeRolePolicyDocument: JSON.stringify(trust) }));

async function create(name: string, runtime: Runtime, handler: string): Promise<void> {
  const created = await lambda.send(
    new CreateFunctionCommand({
      FunctionName: name,
      Runtime: runtime,
      Handler: handler,
      Role: Role?.Arn,
      Timeout: 20,
      MemorySize: 256,
      Code: { ZipFile: zipArchive([{ name: 'index.mjs', content: HANDLER }]) },
    }),
  );
  assert.equal(created.State, 'Pending');
  await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 120, minDelay: 0.1, maxDelay: 1 }, { FunctionName: name });
}

async function invoke(
  name: string,
  payload: unknown,
): Promise<{ readonly answer: InvokeCommandOutput; readonly body: Record<string, unknown> }> {
  const answer = await lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(payload), LogType: 'Tail' }));
  return { answer, body: JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as Record<string, unknown> };
}

for (const [runtime, version] of [
  ['nodejs24.x', /^v24\./],
  ['nodejs22.x', /^v22\./],
] as const) {
  const name = `sdk-${runtime.replace('.', '-')}`;
  await create(name, runtime, 'index.handler');
  const { answer, body } = await invoke(name, { n: 1 });
  assert.equal(answer.FunctionError, undefined, JSON.stringify(body));
  assert.deepEqual(body['echo'], { n: 1 });
  assert.equal(body['arn'], `arn:aws:sts::000000000000:assumed-role/sdk-lambda-role/${name}`);
  assert.equal(body['commonjs'], 'function');
  assert.match(String(body['node']), version);
  assert.match(Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'), /\tINFO\tevent \{ n: 1 \}\n/);
  const events = await logs.send(
    new GetLogEventsCommand({ logGroupName: `/aws/lambda/${name}`, logStreamName: String(body['stream']), startFromHead: true }),
  );
  const messages = (events.events ?? []).map((event) => event.message ?? '');
  assert.match(
    messages[0] ?? '',
    /^INIT_START Runtime Version: nodejs:\d+\.v\d+\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\n$/,
  );
  assert.match(messages.at(-1) ?? '', /^REPORT RequestId: /);

  const code = (await lambda.send(new GetFunctionCommand({ FunctionName: name }))).Code?.Location ?? '';
  const download = await fetch(code);
  assert.equal(download.status, 200);
  assert.deepEqual(Buffer.from(await download.arrayBuffer()), Buffer.from(zipArchive([{ name: 'index.mjs', content: HANDLER }])));
  assert.equal((await fetch(code.replace(/signature=[0-9a-f]/, 'signature=x'))).status, 403);
  await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
}

await create('sdk-raises', 'nodejs24.x', 'index.raises');
const raised = await invoke('sdk-raises', {});
assert.equal(raised.answer.StatusCode, 200);
assert.equal(raised.answer.FunctionError, 'Unhandled');
assert.equal(raised.body['errorType'], 'RangeError');
assert.equal(raised.body['errorMessage'], 'too far');
assert.match(String((raised.body['trace'] as string[])[1]), /at .*raises.* \(file:\/\/\/var\/task\/index\.mjs:/);

await create('sdk-circular', 'nodejs24.x', 'index.circular');
const circular = await invoke('sdk-circular', {});
assert.equal(circular.answer.FunctionError, 'Unhandled');
assert.equal(circular.body['errorType'], 'Runtime.JSONStringifyError');
assert.equal(circular.body['errorMessage'], 'Unable to stringify response body');

await create('sdk-missing', 'nodejs24.x', 'index.nothing');
const absent = await invoke('sdk-missing', {});
assert.equal(absent.body['errorType'], 'Runtime.HandlerNotFound');
assert.equal(absent.body['errorMessage'], 'index.nothing is undefined or not exported');

for (const name of ['sdk-raises', 'sdk-circular', 'sdk-missing']) {
  await lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
  await logs.send(new DeleteLogGroupCommand({ logGroupName: `/aws/lambda/${name}` }));
}
await assert.rejects(lambda.send(new GetFunctionCommand({ FunctionName: 'sdk-raises' })), ResourceNotFoundException);
await iam.send(new DeleteRoleCommand({ RoleName: 'sdk-lambda-role' }));
console.log('all as expected');
