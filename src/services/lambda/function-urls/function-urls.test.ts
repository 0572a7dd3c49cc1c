import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { systemIds } from '#base/ids.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionUrl } from '#functions/function-url.ts';
import type { Invocation, InvocationAnswer } from '#functions/invocation.ts';
import { functionRecord, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import { systemClock } from '#base/clock.ts';
import { FunctionUrls, type UrlEndpoint } from './function-urls.ts';
import type { UrlRequest } from './url-exchange.ts';

const URL: FunctionUrl = { id: 'abc', authType: 'NONE', createdAt: '', modifiedAt: '' };
const REQUEST: UrlRequest = {
  requestId: 'request-1',
  id: 'abc',
  method: 'GET',
  path: '/a',
  query: '',
  headers: { host: 'abc.lambda-url.us-east-1.localhost' },
  rawHeaders: [],
  httpVersion: '1.1',
  sourceIp: '127.0.0.1',
  body: Buffer.alloc(0),
  caller: undefined,
  signal: new AbortController().signal,
};
const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

interface Given {
  readonly record?: FunctionRecord;
  readonly url?: Partial<FunctionUrl>;
  readonly qualifier?: string;
  readonly answer?: Partial<InvocationAnswer> | Error;
  readonly chunks?: readonly string[];
}

/** The endpoint of `abc`, and what was invoked. */
function harness({ record = functionRecord('f'), url = {}, qualifier = '$LATEST', answer = {}, chunks = [] }: Given = {}): {
  readonly endpoint: UrlEndpoint;
  readonly invoked: (readonly [FunctionVersion, Invocation])[];
  readonly restored: FunctionVersion[];
} {
  const restored: FunctionVersion[] = [];
  const invoked: (readonly [FunctionVersion, Invocation])[] = [];
  const owner = { accountId: TEST_ACCOUNT, region: TEST_REGION, name: 'f', qualifier, url: { ...URL, ...url } };
  const published = { ...record.latest, version: '1' };
  const urls = new FunctionUrls({
    urls: { find: (id) => (id === 'abc' ? owner : undefined) },
    functions: { find: () => record, publishedVersion: (_record, version) => (version === '1' ? published : undefined) },
    lifecycle: { restore: (version) => void restored.push(version) },
    invoker: {
      invoke: (version, invocation) => {
        invoked.push([version, invocation]);
        if (answer instanceof Error) return Promise.reject(answer);
        return Promise.resolve({ outcome: 'success', body: Buffer.from('"hi"'), ...answer });
      },
      invokeStreaming: (version, invocation) => {
        invoked.push([version, invocation]);
        async function* body(): AsyncGenerator<Uint8Array> {
          for (const chunk of chunks) yield await Promise.resolve(Buffer.from(chunk));
        }
        const error = answer instanceof Error ? {} : { ...(answer.body !== undefined && { error: answer.body }) };
        return Promise.resolve({
          contentType: 'text/plain',
          body: Object.assign(body(), { discard: () => undefined }),
          completion: Promise.resolve(error),
        });
      },
    },
    clock: systemClock,
    ids: systemIds,
    chance: () => 0.5,
  });
  assert.equal(urls.find('other'), undefined);
  return { endpoint: urls.find('abc') ?? assert.fail(), invoked, restored };
}

const failed = (body: string): Given => ({ answer: { outcome: 'function-error', body: Buffer.from(body) } });
const TIMEOUT = '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 3.00 seconds"}';

suite('FunctionUrls', () => {
  test('a request becomes an invocation, its result a response', async () => {
    const { endpoint, invoked } = harness();
    const response = await endpoint.invoke(REQUEST);
    const [[version, { requestId, functionArn, traceId, event, tailLog }] = assert.fail()] = invoked;
    assert.deepEqual([version.version, requestId, functionArn, tailLog], ['$LATEST', 'request-1', ARN, false]);
    const { rawPath, headers } = JSON.parse(Buffer.from(event).toString('utf8')) as {
      readonly rawPath: string;
      readonly headers: Readonly<Record<string, string>>;
    };
    assert.deepEqual([rawPath, headers['x-amzn-trace-id']], ['/a', traceId.split(';')[0]]);
    assert.deepEqual(response, { status: 200, headers: { 'X-Amzn-Trace-Id': traceId, 'Content-Type': 'application/json' }, body: 'hi' });
  });

  test('both permissions are asked on the function or alias, with what is known of the URL', () => {
    const policies = { live: { revisionId: 'r', text: '{"Statement":[]}' } };
    const record = { ...functionRecord('f'), policies };
    const { permissions } = harness({ record, qualifier: 'live', url: { authType: 'AWS_IAM' } }).endpoint;
    assert.deepEqual(
      permissions.map(({ action, resource, owner }) => [action, resource, owner]),
      ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'].map((action) => [action, `${ARN}:live`, '111111111111']),
    );
    for (const { conditions, resourcePolicy } of permissions) {
      assert.deepEqual(conditions?.get('lambda:functionurlauthtype'), ['AWS_IAM']);
      assert.deepEqual(conditions?.get('lambda:invokedviafunctionurl'), ['true']);
      assert.deepEqual(resourcePolicy?.(), { statements: [] });
    }
    const [open] = harness({ record }).endpoint.permissions;
    assert.deepEqual(
      [open?.resource, open?.resourcePolicy?.(), open?.conditions?.get('lambda:functionurlauthtype')],
      [ARN, undefined, ['NONE']],
    );
  });

  test('an alias leads to its version', async () => {
    const alias = { name: 'live', version: '1', description: '', revisionId: 'r' };
    const { endpoint, invoked } = harness({ record: { ...functionRecord('f'), aliases: { live: alias } }, qualifier: 'live' });
    await endpoint.invoke(REQUEST);
    assert.deepEqual([invoked[0]?.[0].version, invoked[0]?.[1].functionArn], ['1', `${ARN}:live`]);
  });

  test('an alias that is gone is 404', async () => {
    await assert.rejects(harness({ qualifier: 'live' }).endpoint.invoke(REQUEST), { code: 'ResourceNotFoundException', status: 404 });
  });

  test('a function that cannot be invoked yet is 409', async () => {
    const record = functionRecord('f', { state: { name: 'Pending', reason: '', reasonCode: 'Creating' } });
    await assert.rejects(harness({ record }).endpoint.invoke(REQUEST), { code: 'ResourceConflictException', status: 409 });
  });

  test('one that nobody used for long is 409, and on its way back', async () => {
    const record = functionRecord('f', { state: { name: 'Inactive', reason: '', reasonCode: 'Idle' } });
    const { endpoint, invoked, restored } = harness({ record });
    await assert.rejects(endpoint.invoke(REQUEST), { code: 'ResourceConflictException', status: 409 });
    assert.deepEqual([invoked, restored], [[], [record.latest]]);
  });

  test('a throttle goes through', async () => {
    const throttled = new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
    await assert.rejects(harness({ answer: throttled }).endpoint.invoke(REQUEST), throttled);
  });

  test('a function that fails is 502, one that is too slow 504', async () => {
    const status = async (given: Given): Promise<unknown> => {
      const { status: code, body } = await harness(given).endpoint.invoke(REQUEST);
      return [code, body];
    };
    assert.deepEqual(await status(failed('{"errorType":"Error"}')), [502, 'Internal Server Error']);
    assert.deepEqual(await status(failed(TIMEOUT)), [504, 'Gateway Timeout']);
    assert.deepEqual(await status({ ...failed(TIMEOUT), url: { invokeMode: 'RESPONSE_STREAM' } }), [504, 'Gateway Timeout']);
    assert.deepEqual(await status({ ...failed('{}'), url: { invokeMode: 'RESPONSE_STREAM' } }), [502, 'Internal Server Error']);
  });

  test('RESPONSE_STREAM passes the response on while it is written', async () => {
    const { endpoint } = harness({ url: { invokeMode: 'RESPONSE_STREAM' }, chunks: ['one', 'two'] });
    const { status, headers, body } = await endpoint.invoke(REQUEST);
    assert.deepEqual([status, headers['Content-Type']], [200, 'text/plain']);
    assert.equal(Buffer.concat(await Array.fromAsync(body as AsyncIterable<Uint8Array>)).toString('utf8'), 'onetwo');
  });

  test('an event that is too large is 413', async () => {
    const { endpoint, invoked } = harness();
    // In base64 it is a third larger.
    await assert.rejects(endpoint.invoke({ ...REQUEST, body: Buffer.alloc(5_000_000) }), {
      code: 'RequestTooLargeException',
      status: 413,
    });
    await endpoint.invoke({ ...REQUEST, body: Buffer.alloc(4_700_000) });
    assert.equal(invoked.length, 1);
  });
});
