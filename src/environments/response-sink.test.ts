import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { StreamedAnswer } from '#functions/invocation.ts';
import { turn } from '../../test/support/environments.ts';
import { MAX_RESPONSE_BYTES, MAX_STREAMED_RESPONSE_BYTES } from './limits.ts';
import { CollectedResponse, StreamedResponse } from './response-sink.ts';

const SUCCESS = { outcome: 'success', body: Buffer.alloc(0) } as const;
const KIB = Buffer.alloc(1024, 'k');

/** A streamed response that has begun, and how often the runtime was held and released. */
async function begun(): Promise<{ readonly response: StreamedResponse; readonly answer: StreamedAnswer; readonly calls: string[] }> {
  const calls: string[] = [];
  const response = new StreamedResponse({ hold: () => calls.push('hold'), release: () => calls.push('release') });
  response.begin('text/plain');
  return { response, answer: await response.answer, calls };
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString('utf8');
}

suite('CollectedResponse', () => {
  test('is all chunks in one', () => {
    const response = new CollectedResponse();
    response.begin();
    for (const chunk of ['a', 'b', 'c']) assert.equal(response.write(Buffer.from(chunk)), undefined);
    assert.equal(response.collected().toString('utf8'), 'abc');
  });

  test('may be as large as every response of Invoke, and not a byte larger', () => {
    const response = new CollectedResponse();
    assert.equal(response.write(Buffer.alloc(MAX_RESPONSE_BYTES)), undefined);
    const error = response.write(Buffer.from('1'));
    assert.deepEqual(JSON.parse(error?.body.toString('utf8') ?? ''), {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (6291556 bytes).',
    });
  });

  test('keeps nothing of the chunks but their bytes', () => {
    const response = new CollectedResponse();
    const reused = Buffer.alloc(1);
    for (const byte of 'many small chunks, of which each is written over by the next') {
      reused.write(byte);
      response.write(reused);
    }
    assert.equal(response.collected().toString('utf8'), 'many small chunks, of which each is written over by the next');
  });
});

suite('StreamedResponse', () => {
  test('is there when it begins, and its chunks when they come', async () => {
    const { response, answer } = await begun();
    assert.equal(answer.contentType, 'text/plain');
    const reader = answer.body[Symbol.asyncIterator]();
    const first = reader.next();
    response.write(Buffer.from('one'));
    assert.equal(String((await first).value), 'one');
    const second = reader.next();
    await turn();
    response.write(Buffer.from('two'));
    assert.equal(String((await second).value), 'two');
    const third = reader.next();
    response.end(SUCCESS);
    assert.equal((await third).done, true);
    assert.deepEqual(await answer.completion, {});
  });

  test('that never began is there at its end: an answer that was not streamed is its body', async () => {
    const response = new StreamedResponse({ hold: () => assert.fail('held'), release: () => assert.fail('released') });
    response.end({ outcome: 'success', body: Buffer.alloc(200_000, 'x'), logTail: 'dGFpbA==' });
    const { contentType, body, completion } = await response.answer;
    const pieces = await Array.fromAsync(body);
    assert.deepEqual([contentType, pieces.map(({ byteLength }) => byteLength)], [undefined, [65_536, 65_536, 65_536, 3392]]);
    assert.deepEqual(await completion, { logTail: 'dGFpbA==' });
  });

  test('that failed has its error at the end, and what came before it as body', async () => {
    const { response, answer } = await begun();
    response.write(Buffer.from('half'));
    response.end({ outcome: 'function-error', body: Buffer.from('{"errorType":"E"}') });
    assert.equal(await textOf(answer.body), 'half');
    assert.deepEqual(await answer.completion, { error: Buffer.from('{"errorType":"E"}') });
  });

  test('holds the runtime back when much waits, and lets it go on when half is taken', async () => {
    const { response, answer, calls } = await begun();
    let written = 0;
    while (calls.length === 0) {
      response.write(KIB);
      written += KIB.length;
    }
    assert.ok(written > 100_000 && written <= 131_072, `${written} bytes before the runtime is held`);
    response.write(KIB);
    assert.deepEqual(calls, ['hold']);
    const reader = answer.body[Symbol.asyncIterator]();
    assert.equal(((await reader.next()).value as Uint8Array).byteLength, 65_536);
    assert.deepEqual(calls, ['hold', 'release']);
    response.end(SUCCESS);
    assert.deepEqual(calls, ['hold', 'release']);
  });

  test('counts what many small chunks cost', async () => {
    const { response, answer, calls } = await begun();
    let written = 0;
    while (calls.length === 0 && written < 10_000) {
      response.write(Buffer.from('1'));
      written += 1;
    }
    assert.ok(written < 1000, `${written} chunks before the runtime is held`);
    response.end(SUCCESS);
    assert.equal((await textOf(answer.body)).length, written);
  });

  test('that ends or is discarded while the runtime is held lets it go on', async () => {
    for (const finish of ['end', 'discard', 'return'] as const) {
      const { response, answer, calls } = await begun();
      for (let count = 0; count < 200; count++) response.write(KIB);
      assert.deepEqual(calls, ['hold']);
      if (finish === 'end') response.end(SUCCESS);
      else if (finish === 'discard') answer.body.discard();
      else for await (const _piece of answer.body) break;
      assert.deepEqual(calls, ['hold', 'release'], finish);
    }
  });

  test('that is discarded takes what still comes, and keeps nothing of it', async () => {
    const { response, answer, calls } = await begun();
    const reading = textOf(answer.body);
    await turn();
    answer.body.discard();
    assert.equal(await reading, '');
    for (let count = 0; count < 1000; count++) assert.equal(response.write(KIB), undefined);
    response.end({ outcome: 'function-error', body: Buffer.from('{}') });
    assert.deepEqual(calls, []);
    assert.deepEqual(await answer.completion, { error: Buffer.from('{}') });
  });

  test('may have 200 MB and not a byte more', async () => {
    const { response, answer } = await begun();
    answer.body.discard();
    const megabyte = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < MAX_STREAMED_RESPONSE_BYTES; sent += megabyte.length) assert.equal(response.write(megabyte), undefined);
    assert.deepEqual(response.write(Buffer.from('1'))?.type, 'Function.ResponseSizeTooLarge');
  });
});
