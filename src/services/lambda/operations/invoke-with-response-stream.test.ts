import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { InvokeWithResponseStreamCommandInput } from '@aws-sdk/client-lambda';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, StreamEnd } from '#functions/invocation.ts';
import { functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { invokeWithResponseStream } from './invoke-with-response-stream.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

type Answer = Awaited<ReturnType<ReturnType<typeof invokeWithResponseStream>>>;

interface StreamHarness {
  /** What the invoker was asked to run. */
  readonly invoked: { readonly version: FunctionVersion; readonly invocation: Invocation }[];
  readonly discards: () => number;
  readonly run: (input?: Partial<InvokeWithResponseStreamCommandInput>, signal?: AbortSignal) => Promise<Answer>;
}

/** The operation over one function, and an invoker whose response has these chunks and ends so. */
async function harness(chunks: readonly string[] = ['one', 'two'], end: StreamEnd = {}): Promise<StreamHarness> {
  const { functions, lifecycle, clock, ids } = await lambdaControlPlane();
  await functions.create(functionRecord('f'));
  const invoked: StreamHarness['invoked'] = [];
  let discards = 0;
  const operation = invokeWithResponseStream({
    functions,
    lifecycle,
    clock,
    ids,
    chance: () => 0.5,
    invoker: {
      invokeStreaming(version, invocation) {
        invoked.push({ version, invocation });
        const body = {
          discard: () => void (discards += 1),
          async *[Symbol.asyncIterator]() {
            for (const chunk of chunks) yield Buffer.from(chunk);
          },
        };
        return Promise.resolve({ contentType: 'text/plain', body, completion: Promise.resolve(end) });
      },
    },
  });
  return {
    invoked,
    discards: () => discards,
    run: async (input, signal) =>
      operation({ FunctionName: 'f', ...input }, { ...requestContext(), ...(signal !== undefined && { signal }) }),
  };
}

/** `one`, `two`, and the members of the last event. */
async function eventsOf({ EventStream }: Answer): Promise<readonly unknown[]> {
  const events: unknown[] = [];
  for await (const { PayloadChunk, InvokeComplete } of EventStream ?? assert.fail('no stream')) {
    events.push(PayloadChunk === undefined ? InvokeComplete : Buffer.from(PayloadChunk.Payload ?? []).toString('utf8'));
  }
  return events;
}

suite('InvokeWithResponseStream', () => {
  test('answers a chunk for each part of the response, then its end', async () => {
    const { run } = await harness();
    const answer = await run();
    assert.deepEqual([answer.StatusCode, answer.ExecutedVersion], [200, '$LATEST']);
    assert.deepEqual(await eventsOf(answer), ['one', 'two', {}]);
  });

  test('an error of the function is told at the end, also after some chunks', async () => {
    const { run } = await harness(['half'], { error: Buffer.from('{"errorType":"E"}') });
    assert.deepEqual(await eventsOf(await run()), ['half', { ErrorCode: 'Unhandled', ErrorDetails: '{"errorType":"E"}' }]);
  });

  test('FunctionName and Qualifier select the version, and unknown ones are not found', async () => {
    const { invoked, run } = await harness();
    await run({ FunctionName: ARN });
    await run({ Qualifier: '$LATEST' });
    assert.deepEqual(
      invoked.map(({ version, invocation }) => [version.name, invocation.functionArn]),
      [
        ['f', ARN],
        ['f', `${ARN}:$LATEST`],
      ],
    );
    for (const [input, arn] of [
      [{ FunctionName: 'g' }, `${ARN.replace(/f$/, 'g')}:$LATEST`],
      [{ Qualifier: '7' }, `${ARN}:7`],
    ] as const) {
      await rejectsWith(() => run(input), { code: 'ResourceNotFoundException', status: 404, message: `Function not found: ${arn}` });
    }
  });

  test('InvocationType DryRun checks and runs nothing', async () => {
    const { invoked, run } = await harness();
    assert.deepEqual(await run({ InvocationType: 'DryRun' }), { StatusCode: 204 });
    await rejectsWith(() => run({ InvocationType: 'DryRun', Payload: Buffer.from('{') }), {
      code: 'InvalidRequestContentException',
      message: /Could not parse/,
    });
    assert.deepEqual(invoked, []);
  });

  test('LogType Tail answers the end of the log with the end of the stream', async () => {
    const { invoked, run } = await harness(['1'], { logTail: 'UkVQT1JU' });
    assert.deepEqual(await eventsOf(await run({ LogType: 'Tail' })), ['1', { LogResult: 'UkVQT1JU' }]);
    await run();
    assert.deepEqual(
      invoked.map(({ invocation }) => invocation.tailLog),
      [true, false],
    );
  });

  test('ClientContext and Payload reach the function', async () => {
    const { invoked, run } = await harness();
    await run({ ClientContext: Buffer.from('{"custom":{}}').toString('base64'), Payload: Buffer.from('{"a":1}') });
    assert.equal(invoked[0]?.invocation.clientContext, '{"custom":{}}');
    assert.equal(Buffer.from(invoked[0]?.invocation.event ?? []).toString('utf8'), '{"a":1}');
  });

  test('TenantId is refused by a function without tenants', async () => {
    const { invoked, run } = await harness();
    await rejectsWith(() => run({ TenantId: 'blue' }), { code: 'InvalidParameterValueException', status: 400, message: /tenant ID/ });
    assert.deepEqual(invoked, []);
  });

  test('when the client goes away, before the answer or after it, the response is discarded', async () => {
    for (const when of ['before', 'after'] as const) {
      const { discards, run } = await harness();
      const client = new AbortController();
      if (when === 'before') client.abort();
      await run({}, client.signal);
      assert.equal(discards(), when === 'before' ? 1 : 0);
      client.abort();
      assert.equal(discards(), 1);
    }
  });
});
