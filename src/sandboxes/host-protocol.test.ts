import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeHostFrame, HostFrames } from './host-protocol.ts';

describe('HostFrames', () => {
  const frames = [
    { type: 'kill', sandbox: 'one' },
    { type: 'done', request: 1, path: '/pfad/ü' },
  ] as const;
  const stream = Buffer.concat(frames.map(encodeHostFrame));

  it('cuts a stream into the frames that were written, however it comes', () => {
    for (const size of [1, 3, 5, stream.length]) {
      const reader = new HostFrames();
      const read: unknown[] = [];
      for (let at = 0; at < stream.length; at += size) read.push(...reader.read(stream.subarray(at, at + size)));
      assert.deepEqual(read, frames);
    }
  });

  it('takes no frame beyond its bound, and writes none', () => {
    assert.throws(() => new HostFrames().read(Buffer.from([0, 0, 0, 255])), /a frame of/);
    assert.throws(() => encodeHostFrame({ type: 'kill', sandbox: 'x'.repeat(1 << 20) }), RangeError);
  });
});
