import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId, Caller, Requester } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { silentLogger } from '#base/logger.ts';
import { systemIds } from '#base/ids.ts';
import { doorRequest } from '../../../test/support/door-request.ts';
import type { DoorRequest, DoorResponse } from '../door.ts';
import { functionUrlDoor } from './function-url.ts';
import type { FunctionUrlEndpoint, FunctionUrlRequest } from './function-url.ts';

const CALLER: Caller = {
  kind: 'root',
  accountId: '000000000000' as AccountId,
  arn: 'arn:aws:iam::000000000000:root',
  userId: '000000000000',
  accessKeyId: 'test',
};
const HOST = { host: 'abc.lambda-url.us-east-1.localhost:4566' };
const SIGNED = { ...HOST, authorization: 'AWS4-HMAC-SHA256 …' };
const FORBIDDEN =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}';

interface Given extends Partial<FunctionUrlEndpoint> {
  /** Action that nobody may. */
  readonly denied?: string;
  readonly authenticated?: () => { readonly caller: Caller; readonly region: string };
}

/** A door with one URL, `abc`; who was asked about, and what the function got. */
function harness({ denied, authenticated = () => ({ caller: CALLER, region: 'us-east-1' }), ...endpoint }: Given = {}) {
  const asked: string[] = [];
  const invoked: FunctionUrlRequest[] = [];
  const logged: string[] = [];
  const door = functionUrlDoor({
    urls: {
      find: (id) =>
        id !== 'abc'
          ? undefined
          : {
              authType: 'NONE',
              region: 'us-east-1',
              cors: undefined,
              permissions: ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction'].map((action) => ({ action, resource: 'arn' })),
              invoke: (request) => {
                invoked.push(request);
                return Promise.resolve({ status: 200, headers: { 'X-F': '1' }, body: 'hi' });
              },
              ...endpoint,
            },
    },
    authenticator: {
      screen: () => void asked.push('screen'),
      authenticate: ({ body, path }, _origin, service, dialect) => {
        asked.push(`authenticate ${service} ${dialect} ${path}`);
        return { ...authenticated(), service, body, trailers: {} };
      },
    },
    authorizer: {
      authorize: (requester: Requester, { action }) => {
        asked.push(`${requester.kind} ${action}`);
        if (action === denied) throw new AwsError('AccessDeniedException', 'who may what', { status: 403 });
      },
    },
    ids: { ...systemIds, uuid: () => 'request-1' },
    logger: { ...silentLogger, error: (message) => void logged.push(message) },
  });
  const send = async (sent: Parameters<typeof doorRequest>[0], more?: Partial<DoorRequest>): Promise<DoorResponse> =>
    door.handle(doorRequest(sent, more));
  return { door, asked, invoked, logged, send };
}

suite('functionUrlDoor', () => {
  test('a request without signature to an open URL needs both permissions of everybody', async () => {
    const { asked, invoked, send } = harness();
    const answer = await send({ method: 'POST', url: '/a?b=c', headers: HOST, body: 'x' });
    assert.deepEqual(answer, { status: 200, headers: { 'X-F': '1', 'x-amzn-RequestId': 'request-1' }, body: 'hi' });
    assert.deepEqual(asked, ['anonymous lambda:InvokeFunctionUrl', 'anonymous lambda:InvokeFunction']);
    const [{ id, path, query, method, body, caller, requestId } = assert.fail()] = invoked;
    assert.deepEqual([id, path, query, method, String(body), caller, requestId], ['abc', '/a', 'b=c', 'POST', 'x', undefined, 'request-1']);
  });

  test('the path form leads to the same', async () => {
    const { invoked, send } = harness();
    await send({ method: 'GET', url: '/_hearth/lambda-url/abc/a?b=c', headers: { host: 'localhost:4566' } });
    assert.deepEqual([invoked[0]?.path, invoked[0]?.query], ['/a', 'b=c']);
  });

  for (const denied of ['lambda:InvokeFunctionUrl', 'lambda:InvokeFunction']) {
    test(`lacking ${denied} is 403, and nothing more is said`, async () => {
      for (const authType of ['NONE', 'AWS_IAM'] as const) {
        const { invoked, send } = harness({ denied, authType });
        assert.deepEqual(await send({ method: 'GET', url: '/', headers: SIGNED }), {
          status: 403,
          headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'AccessDeniedException', 'x-amzn-RequestId': 'request-1' },
          body: FORBIDDEN,
        });
        assert.deepEqual(invoked, []);
      }
    });
  }

  test('a URL that does not exist is 403 without a text', async () => {
    const { send } = harness();
    const answer = await send({ method: 'GET', url: '/', headers: { host: 'other.lambda-url.us-east-1.localhost' } });
    assert.deepEqual([answer.status, answer.headers['x-amzn-ErrorType'], answer.body], [403, 'AccessDeniedException', '{"Message":null}']);
  });

  test('a body that is too large is 413', async () => {
    const { send } = harness();
    const answer = await send({ method: 'POST', url: '/', headers: HOST }, { readBody: () => Promise.resolve('too-large') });
    assert.deepEqual([answer.status, answer.headers['x-amzn-ErrorType']], [413, 'RequestTooLargeException']);
    const bounds: number[] = [];
    const readBody = (maxBytes: number): Promise<Buffer> => {
      bounds.push(maxBytes);
      return Promise.resolve(Buffer.alloc(0));
    };
    await send({ method: 'POST', url: '/', headers: HOST }, { readBody });
    assert.deepEqual(bounds, [6_291_456]);
  });

  test('errors of the service keep code and status; what is no error of the service is logged, and 502', async () => {
    const throttled = new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
    const one = harness({ invoke: () => Promise.reject(throttled) });
    const answer = await one.send({ method: 'GET', url: '/', headers: HOST });
    assert.deepEqual(
      [answer.status, answer.headers['x-amzn-ErrorType'], answer.body],
      [429, 'TooManyRequestsException', '{"Message":"Rate Exceeded."}'],
    );
    const two = harness({ invoke: () => Promise.reject(new Error('a bug')) });
    assert.equal((await two.send({ method: 'GET', url: '/', headers: HOST })).status, 502);
    assert.deepEqual(two.logged, ['a function URL failed']);
  });
});

suite('functionUrlDoor: AWS_IAM', () => {
  const authType = 'AWS_IAM';

  test('verifies the signature of the path as sent, then asks for both permissions', async () => {
    const { asked, invoked, send } = harness({ authType });
    await send({ method: 'GET', url: '/_hearth/lambda-url/abc/a', headers: { ...SIGNED, host: 'localhost' } });
    assert.deepEqual(asked, [
      'authenticate lambda restJson /_hearth/lambda-url/abc/a',
      'root lambda:InvokeFunctionUrl',
      'root lambda:InvokeFunction',
    ]);
    assert.equal(invoked[0]?.caller, CALLER);
    await send({ method: 'GET', url: '/?X-Amz-Signature=0', headers: HOST });
    assert.equal(invoked.length, 2);
  });

  test('no signature is 403, and the body is not read', async () => {
    const { asked, send } = harness({ authType });
    const answer = await send({ method: 'POST', url: '/', headers: HOST }, { readBody: () => assert.fail('reads') });
    assert.deepEqual([answer.status, answer.body, asked], [403, FORBIDDEN, []]);
  });

  test('a wrong signature, or one for another region, is 403 with the reason', async () => {
    const wrong = harness({
      authType,
      authenticated: () => {
        throw new AwsError('InvalidSignatureException', 'does not match', { status: 403 });
      },
    });
    const answer = await wrong.send({ method: 'GET', url: '/', headers: SIGNED });
    assert.deepEqual(
      [answer.status, answer.headers['x-amzn-ErrorType'], answer.body],
      [403, 'InvalidSignatureException', '{"Message":"does not match"}'],
    );
    const elsewhere = harness({ authType, authenticated: () => ({ caller: CALLER, region: 'eu-west-1' }) });
    const { status, body } = await elsewhere.send({ method: 'GET', url: '/', headers: SIGNED });
    assert.deepEqual([status, body], [403, `{"Message":"Credential should be scoped to a valid region, not 'eu-west-1'. "}`]);
  });

  test('of a large body the head is screened first', async () => {
    const { asked, send } = harness({ authType });
    await send({ method: 'POST', url: '/', headers: { ...SIGNED, 'content-length': '5000000' } });
    assert.equal(asked[0], 'screen');
  });

  test('pages of origins that are not configured are refused, whatever they sign', async () => {
    const status = async (headers: Readonly<Record<string, string>>, given: Given = {}): Promise<number> =>
      (await harness({ authType, ...given }).send({ method: 'POST', url: '/', headers: { ...SIGNED, ...headers } })).status;
    const cors = { allowOrigins: ['https://shop.example'] };
    assert.equal(await status({ origin: 'https://evil.example' }), 403);
    assert.equal(await status({ 'sec-fetch-site': 'cross-site' }), 403);
    assert.equal(await status({ origin: 'https://evil.example' }, { cors }), 403);
    assert.equal(await status({ origin: 'https://shop.example', 'sec-fetch-site': 'cross-site' }, { cors }), 200);
    assert.equal(await status({ origin: `http://${HOST.host}`, 'sec-fetch-site': 'same-origin' }), 200);
    assert.equal(await status({ 'sec-fetch-site': 'none' }), 200);
    assert.equal(await status({ origin: 'https://evil.example' }, { authType: 'NONE' }), 200);
  });
});

suite('functionUrlDoor: CORS', () => {
  const cors = { allowOrigins: ['https://shop.example'], allowMethods: ['GET'] };
  const page = { ...HOST, origin: 'https://shop.example' };

  test('answers a preflight itself, before it asks who calls', async () => {
    const { asked, invoked, send } = harness({ authType: 'AWS_IAM', cors });
    const answer = await send({ method: 'OPTIONS', url: '/', headers: { ...page, 'access-control-request-method': 'GET' } });
    assert.deepEqual(answer, {
      status: 200,
      headers: {
        'Access-Control-Allow-Origin': 'https://shop.example',
        Vary: 'Origin',
        'Access-Control-Allow-Methods': 'GET',
        'x-amzn-RequestId': 'request-1',
      },
      body: '',
    });
    assert.deepEqual([asked, invoked], [[], []]);
  });

  test('without a configuration OPTIONS is the function’s, and nothing is added', async () => {
    const { invoked, send } = harness();
    const answer = await send({ method: 'OPTIONS', url: '/', headers: { ...page, 'access-control-request-method': 'GET' } });
    assert.equal(invoked.length, 1);
    assert.deepEqual(answer.headers, { 'X-F': '1', 'x-amzn-RequestId': 'request-1' });
  });

  test('takes the place of what the function says of it, errors included', async () => {
    const headers = { 'access-control-allow-origin': '*', vary: 'Accept', 'X-F': '1' };
    const { send } = harness({ cors, invoke: () => Promise.resolve({ status: 200, headers, body: '' }) });
    assert.deepEqual((await send({ method: 'GET', url: '/', headers: page })).headers, {
      'X-F': '1',
      'x-amzn-RequestId': 'request-1',
      'Access-Control-Allow-Origin': 'https://shop.example',
      Vary: 'Accept, Origin',
    });
    const denied = harness({ cors, denied: 'lambda:InvokeFunction' });
    const answer = await denied.send({ method: 'GET', url: '/', headers: page });
    assert.deepEqual([answer.status, answer.headers['Access-Control-Allow-Origin']], [403, 'https://shop.example']);
  });
});
