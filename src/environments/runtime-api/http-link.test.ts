import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import { turn } from '../../../test/support/environments.ts';
import { MAX_RESPONSE_BYTES } from '../limits.ts';
import type { InvokeMeta } from './frames.ts';
import { HttpLink } from './http-link.ts';

const META: InvokeMeta = { requestId: 'r1', deadlineMs: 1234, functionArn: 'arn', traceId: 'Root=1' };
const NEXT = '/2018-06-01/runtime/invocation/next';
const RESPONSE = '/2018-06-01/runtime/invocation/r1/response';
const ERROR = '/2018-06-01/runtime/invocation/r1/error';
const INIT_ERROR = '/2018-06-01/runtime/init/error';

const OK = { status: 202, body: '{"status":"OK"}' };
const NOT_NOW = { status: 403, body: '{"errorType":"InvalidStateTransition","errorMessage":"State transition is not allowed"}' };

interface Answer {
  readonly status: number;
  readonly body: string;
}

interface Runtime {
  readonly link: HttpLink;
  /** What the link told the platform, in order. */
  readonly said: readonly string[];
  /** Resolves when the platform has been told that much. */
  saidAtLeast(count: number): Promise<void>;
  open(method: string, path: string, headers?: Readonly<Record<string, string>>): ClientRequest;
  get(path: string): Promise<IncomingMessage>;
  post(path: string, body?: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answer>;
}

/** A link on a real listening descriptor, and a client of it. `wanted`: what is said to a chunk of a streamed response. */
function runtime(context: TestContext, wanted = (_chunk: string): boolean => true): Runtime {
  const { fd, port } = listenOnLoopback(0);
  const said: string[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  const say = (text: string): void => {
    said.push(text);
    for (const { count, resolve } of waiting) if (said.length >= count) resolve();
  };
  const link = new HttpLink(fd, {
    ready: (attempt) => say(`ready ${attempt}`),
    response: (attempt, body, ready) => say(`response ${attempt} ${body.length > 100 ? body.length : body.toString('utf8')} ${ready}`),
    error: (attempt, { type, body }) => say(`error ${attempt} ${type} ${body.toString('utf8')}`),
    streamBegan: (attempt, contentType) => say(`stream ${attempt} ${contentType}`),
    streamed: (attempt, chunk) => {
      say(`chunk ${attempt} ${chunk.toString('utf8')}`);
      return wanted(chunk.toString('utf8'));
    },
    streamEnded: (attempt, error) => say(`end ${attempt} ${error === undefined ? 'well' : `${error.type} ${error.body.toString('utf8')}`}`),
    streamBroken: (attempt) => say(`broken ${attempt}`),
    initError: ({ type, body }) => say(`init-error ${type} ${body.toString('utf8')}`),
    violation: (reason) => say(`violation ${reason}`),
    closed: () => say('closed'),
  });
  context.after(() => link.close());
  const open: Runtime['open'] = (method, path, headers = {}) => request({ host: '127.0.0.1', port, method, path, headers, agent: false });
  const answered = async (sent: ClientRequest): Promise<IncomingMessage> => {
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response;
  };
  return {
    link,
    said,
    saidAtLeast(count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.push({ count, resolve });
      if (said.length >= count) resolve();
      return promise;
    },
    open,
    get: (path) => answered(open('GET', path).end()),
    async post(path, body = '', headers = {}) {
      const response = await answered(open('POST', path, headers).end(body));
      return { status: response.statusCode ?? 0, body: await textOf(response) };
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of message) text += (chunk as Buffer).toString('utf8');
  return text;
}

/** The runtime has asked for an event, and got this one. */
async function invoked(it: Runtime, meta: InvokeMeta = META, event = '{"a":1}'): Promise<IncomingMessage> {
  const poll = it.get(NEXT);
  await it.saidAtLeast(it.said.length + 1);
  it.link.invoke(1, meta, Buffer.from(event));
  return poll;
}

suite('HttpLink: next', () => {
  test('waits for an event, and carries it with its headers', async (context) => {
    const it = runtime(context);
    const response = await invoked(it, { ...META, clientContext: '{"client":{}}', cognitoIdentity: '{"id":1}', tenantId: 't1' });
    assert.deepEqual(it.said, ['ready 0']);
    assert.equal(response.statusCode, 200);
    assert.equal(await textOf(response), '{"a":1}');
    const { date: _date, connection: _connection, ...headers } = response.headers;
    assert.deepEqual(headers, {
      'content-type': 'application/json',
      'content-length': '7',
      'lambda-runtime-aws-request-id': 'r1',
      'lambda-runtime-deadline-ms': '1234',
      'lambda-runtime-invoked-function-arn': 'arn',
      'lambda-runtime-trace-id': 'Root=1',
      'lambda-runtime-client-context': '{"client":{}}',
      'lambda-runtime-cognito-identity': '{"id":1}',
      'lambda-runtime-aws-tenant-id': 't1',
    });
  });

  test('a header that the invocation does not have is absent', async (context) => {
    const response = await invoked(runtime(context));
    for (const name of ['client-context', 'cognito-identity', 'aws-tenant-id'])
      assert.equal(response.headers[`lambda-runtime-${name}`], undefined);
  });

  test('after an answer it says that the runtime is ready again', async (context) => {
    const it = runtime(context);
    await invoked(it);
    await it.post(RESPONSE, '1');
    const poll = it.get(NEXT);
    await it.saidAtLeast(3);
    assert.deepEqual(it.said, ['ready 0', 'response 1 1 false', 'ready 1']);
    it.link.invoke(2, { ...META, requestId: 'r2' }, Buffer.from('2'));
    assert.equal((await poll).headers['lambda-runtime-aws-request-id'], 'r2');
    assert.deepEqual(await it.post(RESPONSE, 'late'), {
      status: 400,
      body: '{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}',
    });
  });

  test('is refused while an invocation runs, and while another poll waits', async (context) => {
    const it = runtime(context);
    const poll = it.get(NEXT);
    await it.saidAtLeast(1);
    const second = await it.get(NEXT);
    assert.deepEqual({ status: second.statusCode, body: await textOf(second) }, NOT_NOW);
    it.link.invoke(1, META, Buffer.from('1'));
    assert.equal((await poll).statusCode, 200);
    assert.equal((await it.get(NEXT)).statusCode, 403);
    assert.deepEqual(it.said, ['ready 0']);
  });

  test('an event that came when the poll had broken off is there when the runtime asks again', async (context) => {
    const it = runtime(context);
    const broken = it
      .open('GET', NEXT)
      .on('error', () => {})
      .end();
    await it.saidAtLeast(1);
    broken.destroy();
    // The server learns of it in the event loop; whether before or after the invocation must make no difference to the runtime.
    for (let count = 0; count < 10; count++) await turn();
    it.link.invoke(1, META, Buffer.from('"again"'));
    assert.equal(await textOf(await it.get(NEXT)), '"again"');
    assert.deepEqual(await it.post(RESPONSE, '1'), OK);
  });
});

suite('HttpLink: response', () => {
  test('is taken once; an answer after it is refused and changes nothing', async (context) => {
    const it = runtime(context);
    await invoked(it);
    assert.deepEqual(await it.post(RESPONSE, '{"done":true}'), OK);
    assert.deepEqual(await it.post(RESPONSE, '"again"'), NOT_NOW);
    assert.deepEqual(await it.post(ERROR, '{}'), NOT_NOW);
    assert.deepEqual(it.said, ['ready 0', 'response 1 {"done":true} false']);
  });

  test('is taken from one request at a time; one that breaks off makes room for the next', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const slow = it.open('POST', RESPONSE);
    slow.on('error', () => {});
    slow.write('"slow');
    const [socket] = (await once(slow, 'socket')) as [Socket];
    if (socket.connecting) await once(socket, 'connect');
    // Sent before the next connection is even opened, so its head is there first.
    assert.deepEqual(await it.post(RESPONSE, '"quick"'), NOT_NOW);
    slow.destroy();
    let answer = await it.post(RESPONSE, '"next"');
    while (answer.status === 403) answer = await it.post(RESPONSE, '"next"');
    assert.deepEqual(answer, OK);
    assert.deepEqual(it.said, ['ready 0', 'response 1 "next" false']);
  });

  test('for an id that was never given is refused', async (context) => {
    const it = runtime(context);
    const wrong = { status: 400, body: '{"errorType":"InvalidRequestID","errorMessage":"Invalid request ID"}' };
    assert.deepEqual(await it.post(RESPONSE, '1'), wrong);
    await invoked(it);
    assert.deepEqual(await it.post(RESPONSE.replace('r1', 'r2'), '1'), wrong);
    assert.deepEqual(it.said, ['ready 0']);
  });

  test('may have the largest size; one byte more is 413 and an error of the function', async (context) => {
    const largest = Buffer.alloc(MAX_RESPONSE_BYTES, '1');
    const it = runtime(context);
    await invoked(it);
    assert.deepEqual(await it.post(RESPONSE, largest), OK);
    const other = runtime(context);
    await invoked(other);
    assert.deepEqual(await other.post(RESPONSE, Buffer.concat([largest, Buffer.from('1')])), {
      status: 413,
      body: '{"errorType":"RequestEntityTooLarge","errorMessage":"Exceeded maximum allowed payload size (6291556 bytes)."}',
    });
    assert.deepEqual(it.said, ['ready 0', 'response 1 6291556 false']);
    assert.deepEqual(other.said, [
      'ready 0',
      'error 1 Function.ResponseSizeTooLarge {"errorType":"Function.ResponseSizeTooLarge",' +
        '"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}',
    ]);
  });

  test('that was streamed and failed halfway names its error in trailers', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, {
      'Transfer-Encoding': 'chunked',
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
    sent.write('half of');
    sent.addTrailers({
      'Lambda-Runtime-Function-Error-Type': 'Function.Broken',
      'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Broken"}').toString('base64'),
    });
    const answer = once(sent.end(), 'response');
    assert.equal(((await answer) as [IncomingMessage])[0].statusCode, 202);
    assert.deepEqual(it.said, ['ready 0', 'error 1 Function.Broken {"errorType":"Broken"}']);
  });
});

suite('HttpLink: a streamed response', () => {
  const STREAMING = { 'Lambda-Runtime-Function-Response-Mode': 'streaming', 'Transfer-Encoding': 'chunked' };

  test('goes on chunk by chunk, and is answered when it has ended', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, { ...STREAMING, 'Content-Type': 'text/event-stream' });
    let answered = false;
    const answer = (once(sent, 'response') as Promise<[IncomingMessage]>).finally(() => (answered = true));
    sent.write('one');
    await it.saidAtLeast(3);
    sent.write('two');
    await it.saidAtLeast(4);
    assert.equal(answered, false);
    sent.end();
    const [response] = await answer;
    assert.deepEqual({ status: response.statusCode, body: await textOf(response) }, OK);
    assert.deepEqual(it.said, ['ready 0', 'stream 1 text/event-stream', 'chunk 1 one', 'chunk 1 two', 'end 1 well']);
    assert.deepEqual(await it.post(RESPONSE, '1'), NOT_NOW);
  });

  test('names its error in trailers; without a type it is application/octet-stream', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, {
      ...STREAMING,
      Trailer: 'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
    });
    sent.write('half');
    sent.addTrailers({
      'Lambda-Runtime-Function-Error-Type': 'Function.Broken',
      'Lambda-Runtime-Function-Error-Body': Buffer.from('{"errorType":"Broken"}').toString('base64'),
    });
    const answer = once(sent.end(), 'response') as Promise<[IncomingMessage]>;
    assert.equal((await answer)[0].statusCode, 202);
    const expected = ['ready 0', 'stream 1 application/octet-stream', 'chunk 1 half', 'end 1 Function.Broken {"errorType":"Broken"}'];
    assert.deepEqual(it.said, expected);
  });

  test('that breaks off is told, and cannot be sent again', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, STREAMING).on('error', () => {});
    sent.write('half');
    await it.saidAtLeast(3);
    sent.destroy();
    await it.saidAtLeast(4);
    assert.equal(it.said[3], 'broken 1');
    assert.deepEqual(await it.post(RESPONSE, 'whole'), NOT_NOW);
    const poll = it.get(NEXT);
    await it.saidAtLeast(5);
    it.link.invoke(2, { ...META, requestId: 'r2' }, Buffer.from('2'));
    assert.equal((await poll).headers['lambda-runtime-aws-request-id'], 'r2');
  });

  test('that is not wanted on is read to its end, and refused as too large', async (context) => {
    const it = runtime(context, () => false);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, STREAMING);
    sent.write('one');
    await it.saidAtLeast(3);
    const answer = once(sent.end('two'), 'response') as Promise<[IncomingMessage]>;
    assert.equal((await answer)[0].statusCode, 413);
    assert.deepEqual(it.said.slice(1), ['stream 1 application/octet-stream', 'chunk 1 one']);
  });

  test('waits while it is held', async (context) => {
    const it = runtime(context);
    await invoked(it);
    const sent = it.open('POST', RESPONSE, STREAMING);
    sent.write('one');
    await it.saidAtLeast(3);
    it.link.hold();
    const answer = once(sent.end('two'), 'response') as Promise<[IncomingMessage]>;
    assert.deepEqual(await it.post(RESPONSE, '1'), NOT_NOW);
    assert.equal(it.said.length, 3);
    it.link.release();
    assert.equal((await answer)[0].statusCode, 202);
    assert.deepEqual(it.said.slice(3), ['chunk 1 two', 'end 1 well']);
  });
});

suite('HttpLink: error', () => {
  test('the type comes from the header, then from the body, then it is unknown', async (context) => {
    const cases: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
      ['{"errorType":"InBody"}', { 'Lambda-Runtime-Function-Error-Type': 'Function.InHeader' }, 'Function.InHeader'],
      ['{"errorType":"InBody"}', {}, 'InBody'],
      ['{"errorType":7}', {}, 'Runtime.Unknown'],
      ['no json', {}, 'Runtime.Unknown'],
    ];
    for (const [body, headers, type] of cases) {
      const it = runtime(context);
      await invoked(it);
      assert.deepEqual(await it.post(ERROR, body, headers), OK);
      assert.deepEqual(it.said.slice(1), [`error 1 ${type} ${body}`]);
    }
  });

  test('over 1 MB is 413, and an error without a body', async (context) => {
    const it = runtime(context);
    await invoked(it);
    assert.equal((await it.post(ERROR, Buffer.alloc(1024 * 1024 + 1, ' '))).status, 413);
    assert.deepEqual(it.said.slice(1), ['error 1 Runtime.Unknown {}']);
  });

  test('of the init phase is taken before the first poll only', async (context) => {
    const it = runtime(context);
    const body = '{"errorType":"ImportError"}';
    assert.deepEqual(await it.post(INIT_ERROR, body, { 'Lambda-Runtime-Function-Error-Type': 'Runtime.ImportModuleError' }), OK);
    assert.deepEqual(it.said, [`init-error Runtime.ImportModuleError ${body}`]);
    const other = runtime(context);
    await invoked(other);
    assert.deepEqual(await other.post(INIT_ERROR, body), NOT_NOW);
    assert.deepEqual(other.said, ['ready 0']);
  });
});

test('HttpLink: other paths and methods are not found', async (context) => {
  const it = runtime(context);
  for (const path of ['/', '/2018-06-01/runtime/invocation/r1', `${RESPONSE}/more`, '/2018-06-01/runtime/invocation/r1/result'])
    assert.equal((await it.post(path)).status, 404, path);
  assert.equal((await it.get(RESPONSE)).statusCode, 404);
  assert.equal((await it.post(NEXT)).status, 404);
});

test('HttpLink.close ends connections that wait', async (context) => {
  const it = runtime(context);
  const poll = it.get(NEXT);
  await it.saidAtLeast(1);
  it.link.close();
  await assert.rejects(poll, { code: 'ECONNRESET' });
});
