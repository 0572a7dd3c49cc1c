import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { AccountId, Caller } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { OperationTable } from '#aws/service.ts';
import type { IncomingBody } from '#aws/wire/message.ts';
import { loadServiceWire } from '#aws/wire/service-wire.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { Gateway } from './gateway.ts';
import { bodyInMemory } from './streaming-input.ts';

const CALLER: Caller = {
  kind: 'root',
  accountId: '000000000000' as AccountId,
  arn: 'arn:aws:iam::000000000000:root',
  userId: '000000000000',
  accessKeyId: 'test',
};
const SIGNED = {
  authorization: 'AWS4-HMAC-SHA256 Credential=test/20261120/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0',
};

interface PutInput {
  readonly Bucket: string;
  readonly Key: string;
  readonly Body: IncomingBody;
}

async function harness(context: TestContext, operations: OperationTable, refusal?: AwsError) {
  const logged: string[] = [];
  const handled: Promise<void>[] = [];
  const gateway = new Gateway({
    services: new Map([
      ['s3', { name: 's3', streamsBodies: true, operations, permissions: (operation) => [{ action: `s3:${operation}`, resource: '*' }] }],
    ]),
    loadWire: loadServiceWire,
    guard: { check: () => undefined },
    authenticator: {
      screen: () => undefined,
      authenticate: () => assert.fail('the head is enough'),
      authenticateHead: () => {
        if (refusal !== undefined) throw refusal;
        const openBody = (source: AsyncIterable<Uint8Array>): IncomingBody => ({
          ...bodyInMemory(Buffer.alloc(0)),
          [Symbol.asyncIterator]: () => source[Symbol.asyncIterator](),
        });
        return { caller: CALLER, region: 'eu-west-1', openBody };
      },
    },
    authorizer: {
      authorize: (requester, { action }) => {
        const arn = requester.kind === 'anonymous' ? '' : requester.arn;
        if (arn !== CALLER.arn) throw new AwsError('AccessDenied', `${arn} may not ${action}`, { status: 403 });
      },
    },
    doors: [],
    ids: systemIds,
    logger: { ...silentLogger, error: (message) => void logged.push(message) },
  });
  const listener = (...[message, target]: Parameters<typeof gateway.handle>): void =>
    void handled.push(gateway.handle(message, target, { kind: 'outer' }));
  const server = createServer((message, target) => listener(message, target, { kind: 'outer' }));
  server.on('checkContinue', (message: IncomingMessage, target) => listener(message, target, { kind: 'outer' }));
  server.listen(0, '127.0.0.1');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const put = (headers: Readonly<Record<string, string | number>> = {}, path = '/bucket/a%20b'): ClientRequest =>
    request({ host: '127.0.0.1', port, method: 'PUT', path, headers: { ...SIGNED, ...headers }, agent: false });
  return { gateway, put, logged, handled };
}

async function answerTo(
  sent: ClientRequest,
): Promise<{ readonly status: number | undefined; readonly body: string; readonly connection: unknown }> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, body: await text(response), connection: response.headers.connection };
}

suite('Gateway: bodies that stream', () => {
  test('reach the operation piece by piece', async (context) => {
    const first = Promise.withResolvers<string>();
    const { put } = await harness(context, {
      PutObject: async ({ Bucket, Key, Body }: PutInput) => {
        assert.deepEqual([Bucket, Key], ['bucket', 'a b']);
        let all = '';
        for await (const piece of Body) {
          all += Buffer.from(piece).toString();
          first.resolve(all);
        }
        return { ETag: all };
      },
    });
    const sent = put({ 'content-length': 6 });
    const answer = answerTo(sent);
    sent.write('abc');
    assert.equal(await first.promise, 'abc');
    sent.end('def');
    assert.equal((await answer).status, 200);
  });

  test('are asked for only when the head is right', async (context) => {
    const { put } = await harness(context, {}, new AwsError('SignatureDoesNotMatch', 'no', { status: 403 }));
    const sent = put({ 'content-length': 6, expect: '100-continue' });
    sent.on('continue', () => assert.fail('asked for the body'));
    const { status, body, connection } = await answerTo(sent);
    assert.equal(status, 403);
    assert.match(body, /<Code>SignatureDoesNotMatch<\/Code>/);
    assert.equal(connection, 'close');
    sent.destroy();
  });

  test('are asked for when somebody wants them', async (context) => {
    const { put } = await harness(context, {
      PutObject: async ({ Body }: PutInput) => {
        for await (const _ of Body);
        return {};
      },
    });
    const sent = put({ 'content-length': 6, expect: '100-continue' });
    sent.flushHeaders();
    const answer = answerTo(sent);
    await once(sent, 'continue');
    sent.end('abcdef');
    assert.equal((await answer).status, 200);
  });

  test('are read to their end for an answer that did not need them', async (context) => {
    const { put } = await harness(context, {
      PutObject: () => {
        throw new AwsError('NoSuchBucket', 'The specified bucket does not exist', { status: 404 });
      },
    });
    const sent = put({ 'content-length': 3_000_000 });
    const answer = answerTo(sent);
    sent.end(Buffer.alloc(3_000_000));
    assert.equal((await answer).status, 404);
  });

  test('fail the operation when the client leaves, which is nobody’s fault', async (context) => {
    const began = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<unknown>();
    const { put, handled, logged } = await harness(context, {
      PutObject: async ({ Body }: PutInput) => {
        try {
          for await (const _ of Body) began.resolve();
        } catch (error) {
          failed.resolve(error);
          throw error;
        }
      },
    });
    const sent = put({ 'content-length': 6 });
    sent.on('error', () => {});
    sent.write('abc');
    await began.promise;
    sent.destroy();
    assert.equal(((await failed.promise) as Error).name, 'ClientGone');
    await handled[0];
    assert.deepEqual(logged, []);
  });

  test('the bucket of a virtual host is put into the path', async (context) => {
    const { put } = await harness(context, {
      PutObject: ({ Bucket, Key }: PutInput) => ({ ETag: `${Bucket} ${Key}` }),
    });
    const sent = put({ host: 'bkt.s3.eu-west-1.localhost:4566', 'content-length': 0 }, '/dir/key').end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.headers['etag'], 'bkt dir/key');
  });

  test('a browser shows what lies in a bucket, and lets it do nothing', async (context) => {
    const { put } = await harness(context, { PutObject: () => ({}) });
    for (const [headers, policy] of [
      [{}, undefined],
      [{ 'sec-fetch-dest': 'document' }, 'sandbox'],
    ] as const) {
      const [response] = (await once(put({ ...headers, 'content-length': 0 }).end(), 'response')) as [IncomingMessage];
      response.resume();
      assert.equal(response.headers['content-security-policy'], policy);
    }
  });

  test('a document is read whole', async (context) => {
    const seen: unknown[] = [];
    const { put } = await harness(context, { CreateBucket: (input) => void seen.push(input) });
    const sent = put({}, '/bucket');
    const answer = answerTo(sent);
    sent.end('<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>');
    assert.equal((await answer).status, 200);
    assert.deepEqual(seen, [{ Bucket: 'bucket', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }]);
  });
});

suite('Gateway.call', () => {
  const call = (arn: string) => ({
    service: 's3' as const,
    request: { method: 'PUT', path: '/bucket/key', query: '', headers: {}, body: Buffer.from('abc') },
    caller: { ...CALLER, arn },
    region: 'us-west-2',
    signal: new AbortController().signal,
  });

  test('serves as the caller that is named, unsigned', async (context) => {
    const seen: unknown[] = [];
    const { gateway } = await harness(context, {
      PutObject: async ({ Body }: PutInput, { caller, region }) => {
        for await (const piece of Body) seen.push(caller.arn, region, Buffer.from(piece).toString());
        return {};
      },
    });
    assert.equal((await gateway.call(call(CALLER.arn))).status, 200);
    assert.deepEqual(seen, [CALLER.arn, 'us-west-2', 'abc']);
  });

  test('permits no more than the caller may do', async (context) => {
    const { gateway } = await harness(context, { PutObject: () => assert.fail('not allowed') });
    const answer = await gateway.call(call('arn:aws:iam::000000000000:user/ann'));
    assert.equal(answer.status, 403);
    assert.ok(typeof answer.body === 'string');
    assert.match(answer.body, /user\/ann may not s3:PutObject/);
  });
});
