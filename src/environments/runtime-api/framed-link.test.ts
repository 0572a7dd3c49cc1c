import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import type { Duplex } from 'node:stream';
import { test } from 'node:test';
import { turn } from '../../../test/support/environments.ts';
import { FRAME } from './frames.ts';
import { FramedLink } from './framed-link.ts';

/** A link, the runtime's end of its channel, and what the link told the platform. `wanted`: what is said to a chunk. */
function harness(wanted = (_chunk: string): boolean => true): {
  readonly link: FramedLink;
  readonly runtime: Duplex;
  readonly said: string[];
} {
  const [channel, runtime] = duplexPair();
  const said: string[] = [];
  const link = new FramedLink(channel, {
    ready: (attempt) => said.push(`ready ${attempt}`),
    response: (attempt, body, ready) => said.push(`response ${attempt} ${body.toString('utf8')} ${ready}`),
    error: (attempt, { type, body }) => said.push(`error ${attempt} ${type} ${body.toString('utf8')}`),
    streamBegan: (attempt, contentType) => said.push(`stream ${attempt} ${contentType}`),
    streamed: (attempt, chunk) => {
      said.push(`chunk ${attempt} ${chunk.toString('utf8')}`);
      return wanted(chunk.toString('utf8'));
    },
    streamEnded: (attempt, error) =>
      said.push(`end ${attempt} ${error === undefined ? 'well' : `${error.type} ${error.body.toString('utf8')}`}`),
    streamBroken: (attempt) => said.push(`broken ${attempt}`),
    initError: ({ type, body }) => said.push(`init-error ${type} ${body.toString('utf8')}`),
    violation: () => said.push('violation'),
    closed: () => said.push('closed'),
  });
  return { link, runtime, said };
}

function frame(type: number, attempt: number, payload = ''): Buffer {
  return Buffer.from([payload.length, 0, 0, 0, type, attempt, 0, 0, 0, ...Buffer.from(payload)]);
}

test('FramedLink hands on what the runtime says', async () => {
  const { runtime, said } = harness();
  runtime.write(frame(FRAME.READY, 0));
  runtime.write(Buffer.concat([frame(FRAME.RESPONSE, 1, '{}'), frame(FRAME.READY, 1), frame(FRAME.RESPONSE_READY, 2, '""')]));
  runtime.write(frame(FRAME.ERROR, 3, '\u0001\u0000E{"a":1}'));
  runtime.write(frame(FRAME.INIT_ERROR, 0, '\u0001\u0000I{}'));
  await turn();
  assert.deepEqual(said, ['ready 0', 'response 1 {} false', 'ready 1', 'response 2 "" true', 'error 3 E {"a":1}', 'init-error I {}']);
});

test('FramedLink hands on a streamed response as it comes, with its end or its error', async () => {
  const { runtime, said } = harness();
  runtime.write(Buffer.concat([frame(FRAME.STREAM_BEGIN, 1, 'text/plain'), frame(FRAME.STREAM_CHUNK, 1, 'one')]));
  await turn();
  assert.deepEqual(said, ['stream 1 text/plain', 'chunk 1 one']);
  runtime.write(Buffer.concat([frame(FRAME.STREAM_CHUNK, 1, 'two'), frame(FRAME.STREAM_END, 1), frame(FRAME.READY, 1)]));
  runtime.write(Buffer.concat([frame(FRAME.STREAM_BEGIN, 2, 'a/b'), frame(FRAME.STREAM_END, 2, '\u0001\u0000E{}')]));
  await turn();
  assert.deepEqual(said.slice(2), ['chunk 1 two', 'end 1 well', 'ready 1', 'stream 2 a/b', 'end 2 E {}']);
});

test('FramedLink: chunks that are not wanted, and the end after them, are thrown away', async () => {
  const { runtime, said } = harness((chunk) => chunk !== 'two');
  runtime.write(frame(FRAME.STREAM_BEGIN, 1, 't'));
  for (const chunk of ['one', 'two', 'three']) runtime.write(frame(FRAME.STREAM_CHUNK, 1, chunk));
  runtime.write(Buffer.concat([frame(FRAME.STREAM_END, 1), frame(FRAME.READY, 1), frame(FRAME.STREAM_BEGIN, 2, 't')]));
  runtime.write(frame(FRAME.STREAM_CHUNK, 2, 'again'));
  await turn();
  assert.deepEqual(said, ['stream 1 t', 'chunk 1 one', 'chunk 1 two', 'ready 1', 'stream 2 t', 'chunk 2 again']);
});

test('FramedLink: a part of a stream that did not begin, and a stream that begins twice, break the protocol', async () => {
  const cases = [
    [frame(FRAME.STREAM_CHUNK, 1, 'x')],
    [frame(FRAME.STREAM_BEGIN, 1, 't'), frame(FRAME.STREAM_END, 2)],
    [frame(FRAME.STREAM_BEGIN, 1, 't'), frame(FRAME.STREAM_BEGIN, 1, 't')],
  ];
  for (const frames of cases) {
    const { runtime, said } = harness();
    runtime.write(Buffer.concat(frames));
    await turn();
    assert.equal(said.at(-1), 'violation');
  }
});

test('FramedLink.hold reads nothing from the runtime until release', async () => {
  const { link, runtime, said } = harness();
  runtime.write(frame(FRAME.STREAM_BEGIN, 1, 't'));
  await turn();
  link.hold();
  runtime.write(frame(FRAME.STREAM_CHUNK, 1, 'x'));
  await turn();
  assert.deepEqual(said, ['stream 1 t']);
  link.release();
  await turn();
  assert.deepEqual(said, ['stream 1 t', 'chunk 1 x']);
});

test('FramedLink says once that the protocol is broken, and then listens no more', async () => {
  const { runtime, said } = harness();
  runtime.write(Buffer.concat([frame(FRAME.READY, 0), frame(FRAME.INVOKE, 1), frame(FRAME.READY, 1)]));
  runtime.write(frame(99, 1));
  runtime.write(frame(FRAME.READY, 1));
  await turn();
  assert.deepEqual(said, ['ready 0', 'violation']);
});

test('FramedLink: an error frame that does not hold its type breaks the protocol', async () => {
  const { runtime, said } = harness();
  runtime.write(frame(FRAME.INIT_ERROR, 0, '\u0005\u0000E'));
  await turn();
  assert.deepEqual(said, ['violation']);
});

test('FramedLink.invoke writes a frame, and nothing to a runtime that is gone', async () => {
  const { link, runtime } = harness();
  const meta = { requestId: 'r', deadlineMs: 1, functionArn: 'arn', traceId: 't' };
  link.invoke(7, meta, Buffer.from('{}'));
  await turn();
  const sent = runtime.read() as Buffer;
  assert.deepEqual([sent[4], sent.readUInt32LE(5)], [FRAME.INVOKE, 7]);
  link.close();
  link.invoke(8, meta, Buffer.from('{}'));
  await turn();
  assert.equal(runtime.read(), null);
});

test('FramedLink survives the end and the reset of its channel, and says that it closed unless it was told to', async () => {
  const { link, runtime, said } = harness();
  runtime.end();
  await turn();
  link.close();
  const other = harness();
  other.runtime.destroy(new Error('reset'));
  other.runtime.on('error', () => {});
  await turn();
  assert.deepEqual(said, []);
  assert.deepEqual(other.said, ['closed']);
});
