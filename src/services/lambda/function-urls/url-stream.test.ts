import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { StreamEnd } from '#functions/invocation.ts';
import { streamedUrlResponse } from './url-stream.ts';
import type { UrlResponse } from './url-exchange.ts';

const PRELUDE = 'application/vnd.awslambda.http-integration-response';
const ERROR: StreamEnd = { error: Buffer.from('{"errorType":"Broken"}') };

interface Streamed {
  readonly response: UrlResponse | undefined;
  readonly discarded: () => number;
  readonly taken: () => number;
}

/** What becomes of a streamed answer with these chunks. */
async function streamed(
  contentType: string | undefined,
  chunks: readonly (string | Buffer)[],
  { end = {}, signal = new AbortController().signal }: { readonly end?: StreamEnd; readonly signal?: AbortSignal } = {},
): Promise<Streamed> {
  let discards = 0;
  let taken = 0;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) {
      taken += 1;
      yield await Promise.resolve(Buffer.from(chunk));
    }
  }
  const iterator = body();
  const response = await streamedUrlResponse(
    {
      contentType,
      body: { [Symbol.asyncIterator]: () => iterator, discard: () => void discards++ },
      completion: Promise.resolve(end),
    },
    signal,
  );
  return { response, discarded: () => discards, taken: () => taken };
}

async function textOf(response: UrlResponse | undefined): Promise<string> {
  const { body } = response ?? assert.fail('no response');
  assert.ok(typeof body === 'object' && Symbol.asyncIterator in body);
  return Buffer.concat(await Array.fromAsync(body)).toString('latin1');
}

suite('streamedUrlResponse', () => {
  test('passes bytes on as they come, with the type that the function gave', async () => {
    const { response, taken } = await streamed('text/plain', ['one ', 'two ', 'three']);
    assert.deepEqual([response?.status, response?.headers, taken()], [200, { 'Content-Type': 'text/plain' }, 1]);
    assert.equal(await textOf(response), 'one two three');
  });

  test('what a handler that does not stream returns is sent as it is', async () => {
    const { response } = await streamed(undefined, ['{"statusCode":404,"body":"x"}']);
    assert.deepEqual([response?.status, response?.headers], [200, { 'Content-Type': 'application/json' }]);
    assert.equal(await textOf(response), '{"statusCode":404,"body":"x"}');
  });

  test('a type that no header can carry is no response, and the rest is discarded', async () => {
    const { response, discarded } = await streamed('text/plain\r\nX-Evil: 1', ['one', 'two']);
    assert.deepEqual([response, discarded()], [undefined, 1]);
  });

  const whole = Buffer.from('{"statusCode":202,"headers":{"X-A":"b"},"cookies":["k=v"]}\0\0\0\0\0\0\0\0body \0\0\0\0\0\0\0\0 end');
  for (const size of [1, 7, 60, 1000]) {
    test(`a prelude in chunks of ${size} bytes becomes status, headers and cookies`, async () => {
      const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.subarray(at * size, (at + 1) * size));
      const { response } = await streamed(PRELUDE, chunks);
      const { body: _, ...head } = response ?? assert.fail();
      assert.deepEqual(head, { status: 202, headers: { 'Content-Type': 'application/octet-stream', 'X-A': 'b' }, cookies: ['k=v'] });
      assert.equal(await textOf(response), 'body \0\0\0\0\0\0\0\0 end');
    });
  }

  test('a prelude without body, and one without members', async () => {
    const { response } = await streamed(PRELUDE, ['{}\0\0\0\0\0\0\0\0']);
    assert.equal(response?.status, 200);
    assert.equal(await textOf(response), '');
  });

  const broken: readonly (readonly [string, readonly string[]])[] = [
    ['no prelude at all', ['text']],
    ['nothing', []],
    ['no JSON', ['text\0\0\0\0\0\0\0\0']],
    ['no object', ['[]\0\0\0\0\0\0\0\0']],
    ['no status', ['{"statusCode":"x"}\0\0\0\0\0\0\0\0']],
    ['no end within 64 KB', ['{'.padEnd(70_000), '}\0\0\0\0\0\0\0\0']],
  ];
  for (const [name, chunks] of broken) {
    test(`a prelude that is none (${name}) is no response, and the rest is discarded`, async () => {
      const { response, discarded } = await streamed(PRELUDE, chunks);
      assert.equal(response, undefined);
      assert.equal(discarded(), 1);
    });
  }

  test('an error before the first byte is no response; without an error it is an empty one', async () => {
    for (const type of ['text/plain', undefined]) assert.equal((await streamed(type, [], { end: ERROR })).response, undefined);
    assert.equal(await textOf((await streamed('text/plain', [])).response), '');
  });

  test('an error after some bytes ends the connection', async () => {
    const { response } = await streamed('text/plain', ['half'], { end: ERROR });
    await assert.rejects(textOf(response), { name: 'ResponseBroken' });
  });

  test('a client that goes away lets the function run on', async () => {
    const controller = new AbortController();
    const { discarded } = await streamed('text/plain', ['one', 'two'], { signal: controller.signal });
    assert.equal(discarded(), 0);
    controller.abort();
    assert.equal(discarded(), 1);
    assert.equal((await streamed('text/plain', ['one'], { signal: AbortSignal.abort() })).discarded(), 1);
    const { response, discarded: left } = await streamed('text/plain', ['one', 'two']);
    const { body } = response ?? assert.fail();
    for await (const _ of body as AsyncIterable<Uint8Array>) break;
    assert.equal(left(), 1);
  });
});
