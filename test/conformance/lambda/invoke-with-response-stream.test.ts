import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  LambdaServiceException,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import type { InvokeWithResponseStreamCommandInput } from '@aws-sdk/client-lambda';
import { LAMBDA_TRUST, ROOT_KEY } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';
import { zipArchive } from '../../support/zip-archive.ts';

const CODE = `export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
  stream.write(JSON.stringify({ event, client: context.clientContext }));
  if (event.fail) throw new Error('no more');
  stream.end();
});`;

suite('InvokeWithResponseStream through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let lambda: LambdaClient;

  before(async () => {
    platform = await startTestPlatform();
    const options = { endpoint: platform.endpoint, region: 'us-east-1', credentials: ROOT_KEY, maxAttempts: 1 };
    lambda = new LambdaClient(options);
    const iam = new IAMClient(options);
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'r', AssumeRolePolicyDocument: LAMBDA_TRUST }));
    iam.destroy();
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName: 'streams',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: Role?.Arn,
        Code: { ZipFile: zipArchive([{ name: 'index.mjs', content: CODE }]) },
        Timeout: 20,
      }),
    );
    await waitUntilFunctionActiveV2({ client: lambda, maxWaitTime: 30, minDelay: 1 }, { FunctionName: 'streams' });
  });

  after(async () => {
    lambda.destroy();
    await platform.close();
  });

  /** The text of all chunks, and the last event. */
  async function invoke(input: Partial<InvokeWithResponseStreamCommandInput> = {}) {
    const answer = await lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: 'streams', ...input }));
    let text = '';
    let last: unknown;
    for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? []) {
      assert.equal(last, undefined, 'nothing comes after InvokeComplete');
      text += Buffer.from(PayloadChunk?.Payload ?? []).toString('utf8');
      last = InvokeComplete;
    }
    return { answer, text, last: last as { readonly [member: string]: string | undefined } | undefined };
  }

  async function failure(work: Promise<unknown>): Promise<readonly [name: string, status: number | undefined, message: string]> {
    try {
      await work;
    } catch (error) {
      assert.ok(error instanceof LambdaServiceException, String(error));
      return [error.name, error.$metadata.httpStatusCode, error.message];
    }
    return assert.fail('expected a service error');
  }

  test('event and client context go in, chunks and the end come out', async () => {
    const { answer, text, last } = await invoke({
      Payload: Buffer.from('{"a":1}'),
      ClientContext: Buffer.from('{"custom":{"b":2}}').toString('base64'),
      Qualifier: '$LATEST',
      LogType: 'Tail',
    });
    assert.deepEqual(JSON.parse(text), { event: { a: 1 }, client: { custom: { b: 2 } } });
    assert.deepEqual([answer.StatusCode, answer.ExecutedVersion], [200, '$LATEST']);
    assert.equal(answer.ResponseStreamContentType, 'application/vnd.amazon.eventstream');
    assert.match(answer.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
    const log = Buffer.from(last?.['LogResult'] ?? '', 'base64').toString('utf8');
    assert.ok(log.includes(`START RequestId: ${answer.$metadata.requestId} Version: $LATEST\n`), log);
  });

  test('the error of the function comes with the end', async () => {
    const { text, last } = await invoke({ Payload: Buffer.from('{"fail":true}') });
    assert.equal(text, '{"event":{"fail":true}}');
    assert.equal(last?.['ErrorCode'], 'Unhandled');
    const details = JSON.parse(last?.['ErrorDetails'] ?? '') as { readonly errorType: string; readonly errorMessage: string };
    assert.deepEqual([details.errorType, details.errorMessage], ['Error', 'no more']);
  });

  test('DryRun is a 204 without events', async () => {
    const { answer, text, last } = await invoke({ InvocationType: 'DryRun' });
    assert.deepEqual([answer.StatusCode, text, last], [204, '', undefined]);
  });

  test('what is wrong with a request is an error before the stream', async () => {
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function';
    const cases: readonly (readonly [Partial<InvokeWithResponseStreamCommandInput>, readonly [string, number, string | RegExp]])[] = [
      [{ FunctionName: 'none' }, ['ResourceNotFoundException', 404, `Function not found: ${arn}:none:$LATEST`]],
      [{ Qualifier: '9' }, ['ResourceNotFoundException', 404, `Function not found: ${arn}:streams:9`]],
      [{ Payload: Buffer.from('{') }, ['InvalidRequestContentException', 400, /^Could not parse request body into json: /]],
      [{ Payload: Buffer.alloc(6_291_457, '1') }, ['RequestTooLargeException', 413, /^Request must be smaller than 6291456 bytes/]],
      [{ ClientContext: 'bm8ganNvbg==' }, ['InvalidRequestContentException', 400, /Client context/]],
      [{ TenantId: 'blue' }, ['InvalidParameterValueException', 400, /tenant ID/]],
      [
        { TenantId: '#' },
        ['ValidationException', 400, /^1 validation error detected: Value '#' at 'tenantId' failed to satisfy constraint/],
      ],
    ];
    for (const [input, [name, status, message]] of cases) {
      const seen = await failure(invoke(input));
      assert.deepEqual(seen.slice(0, 2), [name, status]);
      if (typeof message === 'string') assert.equal(seen[2], message);
      else assert.match(seen[2], message);
    }
    const [name, status] = await failure(
      lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: 'streams', InvocationType: 'Event' as 'DryRun' })),
    );
    assert.deepEqual([name, status], ['ValidationException', 400]);
  });

  test('asynchronous invocations are refused clearly', async () => {
    assert.deepEqual((await failure(lambda.send(new InvokeCommand({ FunctionName: 'streams', InvocationType: 'Event' })))).slice(0, 2), [
      'NotImplemented',
      501,
    ]);
    const old = await failure(lambda.send(new InvokeAsyncCommand({ FunctionName: 'streams', InvokeArgs: Buffer.from('{}') })));
    assert.deepEqual(old.slice(0, 2), ['NotImplementedException', 501]);
  });
});
