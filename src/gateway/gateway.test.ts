import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AccountId, Caller } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { OperationTable, RequestContext, Service, ServiceName } from '#aws/service.ts';
import { loadServiceWire } from '#aws/wire/service-wire.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import type { RequestOrigin } from './authenticate.ts';
import { BodyBudget } from './body-budget.ts';
import type { Door } from './door.ts';
import { Gateway } from './gateway.ts';
import type { GatewayOptions } from './gateway.ts';

const CALLER: Caller = {
  kind: 'root',
  accountId: '000000000000' as AccountId,
  arn: 'arn:aws:iam::000000000000:root',
  userId: '000000000000',
  accessKeyId: 'test',
};
const REQUEST_ID = '00000000-0000-4000-8000-000000000000';

/** Addressed to a service, and signed by nobody: the tests' authenticator believes it. */
function signedFor(service: string): Readonly<Record<string, string>> {
  return { authorization: `AWS4-HMAC-SHA256 Credential=test/20261120/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=0` };
}

const GET_FUNCTION = { method: 'GET', path: '/2015-03-31/functions/f', headers: signedFor('lambda') };
const INVOKE = { method: 'POST', path: '/2015-03-31/functions/f/invocations', headers: signedFor('lambda') };
const GET_CALLER_IDENTITY = {
  method: 'POST',
  path: '/',
  headers: { ...signedFor('sts'), 'content-type': 'application/x-www-form-urlencoded' },
  body: 'Action=GetCallerIdentity&Version=2011-06-15',
};

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

interface Received {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

interface GatewayHarness {
  readonly port: number;
  /** Messages of the platform's own log. */
  readonly logged: string[];
  /** Resolves when the gateway has done with a request, in the order in which they came. */
  readonly handled: Promise<void>[];
  readonly send: (sent: Sent) => Promise<Received>;
}

interface HarnessOptions extends Omit<Partial<GatewayOptions>, 'authenticator'> {
  readonly authenticator?: Partial<GatewayOptions['authenticator']>;
  readonly operations?: OperationTable;
  readonly origin?: RequestOrigin;
  /** When an exchange is over, or its client gone. */
  readonly onClose?: () => void;
}

/** A gateway with fake services on a real port. */
async function harness(
  context: TestContext,
  { operations = {}, origin = { kind: 'outer' }, authenticator = {}, onClose = () => undefined, ...options }: HarnessOptions = {},
): Promise<GatewayHarness> {
  const logged: string[] = [];
  const service = (name: ServiceName): Service => ({
    name,
    operations,
    permissions: (operation) => [{ action: `${name}:${operation}`, resource: '*' }],
  });
  const gateway = new Gateway({
    services: new Map([
      ['lambda', service('lambda')],
      ['sts', service('sts')],
    ]),
    loadWire: loadServiceWire,
    guard: { check: () => undefined },
    authenticator: {
      screen: () => undefined,
      authenticateHead: () => assert.fail('no service streams'),
      authenticate: (_request, _origin, name) => ({ caller: CALLER, region: 'eu-west-1', service: name }),
      ...authenticator,
    },
    authorizer: { authorize: () => undefined },
    doors: [],
    ids: { ...systemIds, uuid: () => REQUEST_ID },
    logger: { ...silentLogger, error: (message) => void logged.push(message) },
    ...options,
  });
  const handled: Promise<void>[] = [];
  const server = createServer((message, target) => {
    target.once('close', onClose);
    handled.push(gateway.handle(message, target, origin));
  }).listen(0, '127.0.0.1');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const send = async ({ method, path, headers = {}, body = '' }: Sent): Promise<Received> => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false });
    const [response] = (await once(sent.end(body), 'response')) as [IncomingMessage];
    let text = '';
    for await (const chunk of response) text += (chunk as Buffer).toString('utf8');
    return { status: response.statusCode ?? 0, headers: response.headers, body: text };
  };
  return { port, logged, handled, send };
}

suite('Gateway: an operation', () => {
  test('gets the decoded input and who asks, and its output is encoded', async (context) => {
    const seen: unknown[] = [];
    const { port, send } = await harness(context, {
      operations: {
        GetFunction(input, { signal: _signal, ...rest }: RequestContext) {
          seen.push(input, rest);
          return { Tags: { a: 'b' } };
        },
      },
    });
    const answer = await send({
      ...GET_FUNCTION,
      path: `${GET_FUNCTION.path}?Qualifier=7`,
      headers: { ...GET_FUNCTION.headers, 'X-Amzn-Trace-Id': 'Root=1' },
    });
    assert.deepEqual(seen, [
      { FunctionName: 'f', Qualifier: '7' },
      { caller: CALLER, region: 'eu-west-1', requestId: REQUEST_ID, endpoint: `http://127.0.0.1:${port}`, traceHeader: 'Root=1' },
    ]);
    assert.equal(answer.status, 200);
    assert.equal(answer.body, '{"Tags":{"a":"b"}}');
    assert.equal(answer.headers['x-amzn-requestid'], REQUEST_ID);
  });

  test('adds headers to a good answer, and to no other', async (context) => {
    const operations = {
      GetFunction(_input: unknown, operationContext: RequestContext) {
        operationContext.addHeader?.('X-Amzn-Trace-Id', 'Root=1');
        return {};
      },
      Invoke(_input: unknown, operationContext: RequestContext): never {
        operationContext.addHeader?.('X-Amzn-Trace-Id', 'Root=1');
        throw new AwsError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 });
      },
    };
    const { send } = await harness(context, { operations });
    const good = await send(GET_FUNCTION);
    assert.deepEqual([good.headers['x-amzn-trace-id'], good.headers['x-amzn-requestid']], ['Root=1', REQUEST_ID]);
    const throttled = await send(INVOKE);
    assert.deepEqual([throttled.status, throttled.headers['x-amzn-trace-id']], [429, undefined]);
  });

  test("an AwsError is answered in the service's protocol", async (context) => {
    const fail = (): never => {
      throw new AwsError('ResourceNotFoundException', 'Function not found: f', { status: 404, members: { Type: 'User' } });
    };
    const { logged, send } = await harness(context, { operations: { GetFunction: fail, GetCallerIdentity: fail } });
    const json = await send(GET_FUNCTION);
    assert.deepEqual([json.status, json.headers['x-amzn-errortype']], [404, 'ResourceNotFoundException']);
    assert.deepEqual(JSON.parse(json.body), { Type: 'User', Message: 'Function not found: f' });
    const xml = await send(GET_CALLER_IDENTITY);
    assert.equal(xml.status, 404);
    assert.match(xml.body, /<Error>[^]*<Code>ResourceNotFoundException<\/Code>[^]*<Message>Function not found: f<\/Message>/);
    assert.deepEqual(logged, []);
  });

  test('anything else that is thrown is a 500 that tells nothing, and is logged', async (context) => {
    const { logged, send } = await harness(context, {
      operations: { GetFunction: () => Promise.reject(new Error('the password is 1234')) },
    });
    const answer = await send(GET_FUNCTION);
    assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [500, 'InternalFailure']);
    assert.doesNotMatch(answer.body, /1234/);
    assert.deepEqual(logged, ['an operation failed']);
  });

  test('that Hearth does not have is a 501 in the protocol of its service', async (context) => {
    const { logged, send } = await harness(context);
    const json = await send(GET_FUNCTION);
    assert.deepEqual([json.status, json.headers['x-amzn-errortype']], [501, 'NotImplementedException']);
    assert.match(json.body, /Hearth does not implement lambda:GetFunction yet/);
    const xml = await send(GET_CALLER_IDENTITY);
    assert.equal(xml.status, 501);
    assert.match(xml.body, /<Code>NotImplementedException<\/Code>/);
    assert.deepEqual(logged, []);
  });

  test("that the service does not have is the protocol's own error", async (context) => {
    const { send } = await harness(context);
    assert.equal((await send({ ...GET_FUNCTION, path: '/2015-03-31/nothing' })).status, 404);
    const xml = await send({ ...GET_CALLER_IDENTITY, body: 'Action=Nothing&Version=2011-06-15' });
    assert.equal(xml.status, 400);
    assert.match(xml.body, /<Code>InvalidAction<\/Code>/);
  });

  test('must be allowed before it runs', async (context) => {
    const asked: unknown[] = [];
    const { send } = await harness(context, {
      operations: { GetFunction: () => assert.fail('it ran') },
      authorizer: {
        authorize(caller, permission, service) {
          asked.push([caller, permission, service]);
          throw new AwsError('AccessDeniedException', 'no', { status: 403 });
        },
      },
    });
    assert.equal((await send(GET_FUNCTION)).status, 403);
    assert.deepEqual(asked, [[CALLER, { action: 'lambda:GetFunction', resource: '*' }, 'lambda']]);
  });

  test('must be signed before anything of the request is judged', async (context) => {
    const { send } = await harness(context, {
      authenticator: {
        authenticate() {
          throw new AwsError('UnrecognizedClientException', 'who?', { status: 403 });
        },
      },
      authorizer: { authorize: () => assert.fail('judged') },
    });
    for (const sent of [
      GET_FUNCTION,
      { ...GET_FUNCTION, path: '/2015-03-31/nothing' },
      { ...INVOKE, path: '/2015-03-31/functions/!/invocations' },
    ])
      assert.equal((await send(sent)).headers['x-amzn-errortype'], 'UnrecognizedClientException');
  });
});

suite('Gateway: bodies', () => {
  test('one that is too large is a 413 of the service', async (context) => {
    const { logged, send } = await harness(context, { operations: { GetCallerIdentity: () => assert.fail('it ran') } });
    const answer = await send({ ...GET_CALLER_IDENTITY, body: Buffer.alloc(1_048_577, 'A') });
    assert.equal(answer.status, 413);
    assert.match(answer.body, /<Code>RequestEntityTooLarge<\/Code>[^]*smaller than 1048576 bytes/);
    assert.deepEqual(logged, []);
  });

  test('one that is large is not kept of a client that its head gives away', async (context) => {
    const screened: unknown[] = [];
    class Untouched extends BodyBudget {
      override tryTake(): boolean {
        return assert.fail('kept');
      }
    }
    const { send } = await harness(context, {
      origin: { kind: 'environment', environmentId: 'e1' },
      bodies: new Untouched(),
      authenticator: {
        screen(head, origin, service) {
          screened.push([head.path, origin, service]);
          throw new AwsError('UnrecognizedClientException', 'who?', { status: 403 });
        },
        authenticate: () => assert.fail('authenticated'),
      },
    });
    const answer = await send({ ...INVOKE, body: Buffer.alloc(1_000_000, ' ') });
    assert.deepEqual([answer.status, answer.headers['x-amzn-errortype']], [403, 'UnrecognizedClientException']);
    assert.deepEqual(screened, [[INVOKE.path, { kind: 'environment', environmentId: 'e1' }, 'lambda']]);
  });

  test('a small one is not screened: its signature is proved at once', async (context) => {
    const { send } = await harness(context, {
      operations: { Invoke: () => ({ StatusCode: 200 }) },
      authenticator: { screen: () => assert.fail('screened') },
    });
    assert.equal((await send({ ...INVOKE, body: Buffer.alloc(65_536, ' ') })).status, 200);
  });

  test('those of all requests share one budget: beyond it a request is a 503, until another is answered', async (context) => {
    const bodies = new BodyBudget(150_000);
    const entered = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const { send, handled } = await harness(context, {
      bodies,
      operations: {
        async Invoke() {
          entered.resolve();
          await gate.promise;
          return { StatusCode: 200 };
        },
      },
    });
    const large = { ...INVOKE, body: Buffer.alloc(100_000, ' ') };
    const first = send(large);
    await entered.promise;
    assert.equal(bodies.heldBytes, 100_000);
    const refused = await send(large);
    assert.deepEqual([refused.status, refused.headers['x-amzn-errortype']], [503, 'ServiceUnavailable']);
    const small = send({ ...INVOKE, body: '{}' });
    gate.resolve();
    assert.deepEqual([(await first).status, (await small).status], [200, 200]);
    await handled[0];
    assert.equal(bodies.heldBytes, 0);
    assert.equal((await send(large)).status, 200);
  });

  test('a client that leaves in the middle of its body is nobody to answer, and no error of ours', async (context) => {
    const reading = Promise.withResolvers<void>();
    const { port, logged, handled } = await harness(context, {
      operations: { Invoke: () => assert.fail('it ran') },
      loadWire(name) {
        reading.resolve();
        return loadServiceWire(name);
      },
    });
    const sent = request({ host: '127.0.0.1', port, ...INVOKE, headers: { ...INVOKE.headers, 'content-length': '10' }, agent: false });
    sent.on('error', () => {});
    sent.write('{');
    await reading.promise;
    sent.destroy();
    await handled[0];
    assert.deepEqual(logged, []);
  });
});

suite('Gateway: context.signal', () => {
  test('aborts when the client goes away, and not when it is answered', async (context) => {
    const started = Promise.withResolvers<AbortSignal>();
    const aborted = Promise.withResolvers<void>();
    const signals: AbortSignal[] = [];
    const { port, logged, send } = await harness(context, {
      operations: {
        async Invoke(_input, { signal }: RequestContext) {
          started.resolve(signal);
          signal.addEventListener('abort', () => aborted.resolve());
          await aborted.promise;
          return { StatusCode: 200 };
        },
        GetFunction(_input, { signal }: RequestContext) {
          signals.push(signal);
          return {};
        },
      },
    });
    const sent = request({ host: '127.0.0.1', port, ...INVOKE, agent: false }).end('{}');
    sent.on('error', () => {});
    assert.equal((await started.promise).aborted, false);
    sent.destroy();
    await aborted.promise;
    await send(GET_FUNCTION);
    assert.deepEqual(
      signals.map(({ aborted: gone }) => gone),
      [false],
    );
    assert.deepEqual(logged, []);
  });
});

suite('Gateway: context.signal, asked for late', () => {
  test('has aborted when the client has already gone', async (context) => {
    const started = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const late = Promise.withResolvers<boolean>();
    const { port } = await harness(context, {
      operations: {
        async Invoke(_input, operationContext: RequestContext) {
          started.resolve();
          await gone.promise;
          late.resolve(operationContext.signal.aborted);
          return { StatusCode: 200 };
        },
      },
      onClose: gone.resolve,
    });
    const sent = request({ host: '127.0.0.1', port, ...INVOKE, agent: false }).end('{}');
    sent.on('error', () => {});
    await started.promise;
    sent.destroy();
    assert.equal(await late.promise, true);
  });
});

suite('Gateway: who comes in where', () => {
  const door = {
    matches: ({ path }: { readonly path: string }) => path === '/_hearth/health',
    handle: () => ({ status: 200, headers: {}, body: 'healthy' }),
  };
  const HEALTH: Sent = { method: 'GET', path: '/_hearth/health' };

  test('the guard refuses before a door or a service sees the request', async (context) => {
    const { send } = await harness(context, {
      guard: { check: ({ headers }) => (headers['host'] === 'evil.example' ? 'not you' : undefined) },
      doors: [door],
      authenticator: { authenticate: () => assert.fail('authenticated') },
    });
    for (const sent of [HEALTH, GET_FUNCTION]) {
      const answer = await send({ ...sent, headers: { ...sent.headers, host: 'evil.example' } });
      assert.deepEqual([answer.status, answer.body], [403, 'not you\n']);
    }
    assert.equal((await send(HEALTH)).body, 'healthy');
  });

  test('a door with origin rules of its own gets requests of pages, and answers preflights', async (context) => {
    const asked: (boolean | undefined)[] = [];
    const { send } = await harness(context, {
      guard: { check: (_head, own) => void asked.push(own) },
      doors: [{ ...door, ownOriginRules: true }],
    });
    const page = { origin: 'https://a.example', 'access-control-request-method': 'GET' };
    const answer = await send({ method: 'OPTIONS', path: '/_hearth/health', headers: page });
    assert.deepEqual([answer.status, answer.body, answer.headers['access-control-allow-origin']], [200, 'healthy', undefined]);
    assert.equal((await send({ method: 'OPTIONS', path: '/', headers: page })).status, 204);
    assert.deepEqual(asked, [true, false]);
  });

  test('a door reads the body as far as it says, sees the request whole, and sets cookies', async (context) => {
    const seen: unknown[] = [];
    const reading: Door = {
      matches: () => true,
      handle: async (entering) => {
        const { rawHeaders, sourceIp, httpVersion, path, query, signal } = entering;
        const body = await entering.readBody(5);
        seen.push(typeof body === 'string' ? body : body.toString('utf8'));
        seen.push(rawHeaders.slice(0, 4), sourceIp, httpVersion, path, query, signal.aborted);
        return { status: 200, headers: { 'X-A': 'b' }, cookies: ['a=1', 'b=2'], body: '' };
      },
    };
    const { send } = await harness(context, { doors: [reading] });
    const answer = await send({ method: 'POST', path: '/a%20b?c', headers: { 'X-One': '1', 'X-Two': '2' }, body: '12345' });
    assert.deepEqual(seen, ['12345', ['X-One', '1', 'X-Two', '2'], '127.0.0.1', '1.1', '/a%20b', 'c', false]);
    assert.deepEqual([answer.headers['set-cookie'], answer.headers['x-a']], [['a=1', 'b=2'], 'b']);
    await send({ method: 'POST', path: '/', body: '123456' });
    assert.equal(seen.at(-7), 'too-large');
  });

  test('an environment uses the doors that say so', async (context) => {
    const { send } = await harness(context, {
      origin: { kind: 'environment', environmentId: 'e1' },
      doors: [door, { ...door, openToEnvironments: true, matches: ({ path }) => path === '/_hearth/code/abc' }],
    });
    assert.equal((await send({ method: 'GET', path: '/_hearth/code/abc' })).body, 'healthy');
    assert.equal((await send(HEALTH)).status, 403);
  });

  test('an environment uses no other door, and no guard stands in its way', async (context) => {
    const origins: RequestOrigin[] = [];
    const origin = { kind: 'environment', environmentId: 'e1' } as const;
    const { send } = await harness(context, {
      origin,
      doors: [door],
      guard: { check: () => 'not you' },
      operations: { GetFunction: () => ({}) },
      authenticator: {
        authenticate(_request, from, service) {
          origins.push(from);
          return { caller: CALLER, region: 'eu-west-1', service };
        },
      },
    });
    const health = await send(HEALTH);
    assert.deepEqual([health.status, health.headers['x-amzn-errortype']], [403, 'MissingAuthenticationTokenException']);
    assert.equal((await send(GET_FUNCTION)).status, 200);
    assert.deepEqual(origins, [origin]);
  });

  test('a service that Hearth does not have is a 501 that names it', async (context) => {
    const { send } = await harness(context);
    const answer = await send({ method: 'POST', path: '/', headers: signedFor('dynamodb'), body: '{}' });
    assert.equal(answer.status, 501);
    assert.match(answer.body, /AWS service 'dynamodb'/);
  });

  test('a door that fails ends the connection, and is logged', async (context) => {
    const failing = { ...door, handle: () => Promise.reject(new Error('broken')) };
    const { logged, send } = await harness(context, { doors: [failing] });
    await assert.rejects(send(HEALTH), { code: 'ECONNRESET' });
    assert.deepEqual(logged, ['a request could not be answered']);
  });
});
