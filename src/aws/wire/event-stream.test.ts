import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { AwsError } from '#aws/errors.ts';
import { restJsonDialect } from './document.ts';
import { encodeFrame, writeEventStream } from './event-stream.ts';
import { readServiceModel, type StructureShape } from './schema.ts';
import { loadSchemaModule } from './schema-loader.ts';

const codec = new EventStreamCodec(toUtf8, fromUtf8);

function decode(frame: Uint8Array): { headers: Record<string, unknown>; body: string } {
  const { headers, body } = codec.decode(frame);
  return {
    headers: Object.fromEntries(Object.entries(headers).map(([name, { value }]) => [name, value])),
    body: Buffer.from(body).toString(),
  };
}

describe('encodeFrame', () => {
  test('each type of header, as the official codec reads it', () => {
    const sent = new Date(1767225600123);
    const { headers, body } = decode(
      encodeFrame({ text: 'ü', yes: true, no: false, small: -5, bytes: Buffer.from('b'), sent }, Buffer.from('payload')),
    );
    assert.deepEqual(
      { ...headers, bytes: Buffer.from(headers['bytes'] as Uint8Array).toString() },
      { text: 'ü', yes: true, no: false, small: -5, bytes: 'b', sent },
    );
    assert.equal(body, 'payload');
    const long = codec.decode(encodeFrame({ big: 2 ** 40 }, Buffer.alloc(0))).headers['big'];
    assert.equal(String(long?.value), String(2 ** 40));
  });
});

const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));
const shape = model.operations.get('InvokeWithResponseStream')?.output.members.find(({ name }) => name === 'EventStream')?.shape;
const union = shape as StructureShape;

async function* source(...items: readonly unknown[]): AsyncGenerator {
  for (const item of items) {
    if (item instanceof Error) throw item;
    yield await Promise.resolve(item);
  }
}

async function frames(...items: readonly unknown[]): Promise<ReturnType<typeof decode>[]> {
  const written = writeEventStream(union, source(...items), { dialect: restJsonDialect, contentType: 'application/json' });
  const decoded: ReturnType<typeof decode>[] = [];
  for await (const frame of written) decoded.push(decode(frame));
  return decoded;
}

describe('writeEventStream', () => {
  test('a blob payload stands as it is, a structure as JSON', async () => {
    assert.deepEqual(
      await frames({ PayloadChunk: { Payload: Buffer.from('raw') } }, { InvokeComplete: { ErrorCode: 'E', LogResult: undefined } }),
      [
        { headers: { ':message-type': 'event', ':event-type': 'PayloadChunk', ':content-type': 'application/octet-stream' }, body: 'raw' },
        {
          headers: { ':message-type': 'event', ':event-type': 'InvokeComplete', ':content-type': 'application/json' },
          body: '{"ErrorCode":"E"}',
        },
      ],
    );
  });

  test('an AwsError that the stream does not model ends it with an error message', async () => {
    const [frame] = await frames(new AwsError('ServiceException', 'broken'));
    assert.deepEqual(frame?.headers, { ':message-type': 'error', ':error-code': 'ServiceException', ':error-message': 'broken' });
  });

  test('a bug of ours, and an event that the union lacks, are thrown on', async () => {
    await assert.rejects(frames(new RangeError('bug')), RangeError);
    await assert.rejects(frames({ Other: {} }), TypeError);
  });
});
