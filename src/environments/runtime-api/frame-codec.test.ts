import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_RESPONSE_BYTES } from '../limits.ts';
import { FrameReader, ProtocolError, readErrorPayload, writeInvoke } from './frame-codec.ts';
import { FRAME, FRAME_HEADER_BYTES } from './frames.ts';

interface Frame {
  readonly type: number;
  readonly attempt: number;
  readonly payload: string;
}

const META = { requestId: 'r', deadlineMs: 1, functionArn: 'arn', traceId: 't' } as const;

function encode({ type, attempt, payload }: Frame): Buffer {
  const frame = Buffer.alloc(FRAME_HEADER_BYTES + Buffer.byteLength(payload));
  frame.writeUInt32LE(Buffer.byteLength(payload), 0);
  frame[4] = type;
  frame.writeUInt32LE(attempt, 5);
  frame.write(payload, FRAME_HEADER_BYTES);
  return frame;
}

function read(chunks: readonly Buffer[]): readonly Frame[] {
  const frames: Frame[] = [];
  const reader = new FrameReader((type, attempt, payload) => frames.push({ type, attempt, payload: payload.toString('utf8') }));
  for (const chunk of chunks) reader.push(chunk);
  return frames;
}

const FRAMES: readonly Frame[] = [
  { type: FRAME.READY, attempt: 0, payload: '' },
  { type: FRAME.RESPONSE_READY, attempt: 1, payload: '{"ü":1}' },
  { type: FRAME.RESPONSE, attempt: 2, payload: '' },
  { type: FRAME.READY, attempt: 2, payload: '' },
  { type: FRAME.ERROR, attempt: 4_294_967_295, payload: '\u0001\u0000E{}' },
];

test('FrameReader: any split of the bytes gives the same frames', () => {
  const bytes = Buffer.concat(FRAMES.map(encode));
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: bytes.length })), (cuts) => {
      const edges = [0, ...cuts.toSorted((a, b) => a - b), bytes.length];
      const chunks = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end));
      assert.deepEqual(read(chunks), FRAMES);
    }),
  );
});

test('FrameReader: a frame in one piece is not copied', () => {
  const bytes = encode({ type: FRAME.RESPONSE, attempt: 1, payload: 'body' });
  let seen: Buffer | undefined;
  new FrameReader((_type, _attempt, payload) => (seen = payload)).push(bytes);
  assert.equal(seen?.buffer, bytes.buffer);
});

test('FrameReader: a response may have the largest size and not a byte more', () => {
  const header = (length: number): Buffer => {
    const bytes = encode({ type: FRAME.RESPONSE_READY, attempt: 1, payload: '' });
    bytes.writeUInt32LE(length, 0);
    return bytes;
  };
  const frames = read([header(MAX_RESPONSE_BYTES), Buffer.alloc(MAX_RESPONSE_BYTES, 'x')]);
  assert.equal(frames[0]?.payload.length, MAX_RESPONSE_BYTES);
  assert.throws(() => read([header(MAX_RESPONSE_BYTES + 1)]), ProtocolError);
  assert.throws(() => read([header(0xffff_ffff)]), ProtocolError);
});

test('FrameReader: types that no runtime sends, and a READY with content, are violations', () => {
  for (const type of [0, FRAME.INVOKE, 10, 255]) assert.throws(() => read([encode({ type, attempt: 1, payload: '' })]), ProtocolError);
  assert.throws(() => read([encode({ type: FRAME.READY, attempt: 1, payload: 'x' })]), ProtocolError);
});

test('FrameReader: the header is judged before its payload has come', () => {
  const bytes = encode({ type: FRAME.INVOKE, attempt: 1, payload: 'xxxx' });
  assert.throws(() => read([bytes.subarray(0, 3), bytes.subarray(3, FRAME_HEADER_BYTES)]), ProtocolError);
});

test('readErrorPayload takes type and body apart', () => {
  const { type, body } = readErrorPayload(Buffer.from('\u0004\u0000Oops{"a":1}'));
  assert.deepEqual([type, body.toString()], ['Oops', '{"a":1}']);
});

test('readErrorPayload refuses a type that its payload does not hold', () => {
  assert.throws(() => readErrorPayload(Buffer.from('x')), ProtocolError);
  assert.throws(() => readErrorPayload(Buffer.from('\u0005\u0000Oops')), ProtocolError);
  assert.throws(() => readErrorPayload(Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(0xffff)])), ProtocolError);
});

for (const size of [0, 5, 200_000]) {
  test(`writeInvoke: header, meta and an event of ${size} bytes`, () => {
    const channel = new PassThrough();
    writeInvoke(channel, 3, { ...META, clientContext: '{"ü":1}' }, Buffer.alloc(size, 'e'));
    const bytes = channel.read() as Buffer;
    assert.equal(bytes.readUInt32LE(0), bytes.length - FRAME_HEADER_BYTES);
    assert.equal(bytes[4], FRAME.INVOKE);
    assert.equal(bytes.readUInt32LE(5), 3);
    const metaEnd = FRAME_HEADER_BYTES + 2 + bytes.readUInt16LE(FRAME_HEADER_BYTES);
    assert.deepEqual(JSON.parse(bytes.toString('utf8', FRAME_HEADER_BYTES + 2, metaEnd)), { ...META, clientContext: '{"ü":1}' });
    assert.equal(bytes.toString('utf8', metaEnd), 'e'.repeat(size));
  });
}

test('writeInvoke refuses a meta that its length field cannot hold', () => {
  assert.throws(() => writeInvoke(new PassThrough(), 1, { ...META, clientContext: 'x'.repeat(70_000) }, Buffer.alloc(0)), RangeError);
});
