import { crc32 } from 'node:zlib';
import { AwsError } from '#aws/errors.ts';
import { bytesOf, type Dialect, type Fields, writeMembers } from './document.ts';
import { encodeCbor } from './cbor.ts';
import type { Member, StructureShape } from './schema.ts';

export const eventStreamType = 'application/vnd.amazon.eventstream';

export interface EventEncoding {
  readonly dialect: Dialect;
  /** Of an event that is a document: `application/json`. */
  readonly contentType: string;
}

type HeaderValue = string | number | boolean | Date | Uint8Array;
type EventHeaders = Readonly<Record<string, HeaderValue>>;

/**
 * Frames each event of an output stream. An event is `{ <member of the union>: value }`. An AwsError from the source ends the
 * stream with an exception frame (or an error frame, if the stream's model has no such exception); any other error is thrown on.
 *
 * @param initial what RPC protocols send before the first event: the output's other members
 */
export async function* writeEventStream(
  union: StructureShape,
  events: unknown,
  encoding: EventEncoding,
  initial?: Readonly<Fields>,
): AsyncGenerator<Uint8Array> {
  if (initial !== undefined) {
    yield encodeFrame(eventHeaders('initial-response', encoding.contentType), encodeDocument(initial, encoding));
  }
  try {
    for await (const event of (events ?? []) as AsyncIterable<Readonly<Fields>>) yield writeEvent(union, event, encoding);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    yield writeFailure(union, error, encoding);
  }
}

function writeEvent(union: StructureShape, event: Readonly<Fields>, encoding: EventEncoding): Uint8Array {
  const member = union.members.find(({ name }) => event[name] !== undefined);
  if (member?.shape.kind !== 'structure') throw new TypeError(`not an event of ${union.name}: ${Object.keys(event).join(', ')}`);
  const value = event[member.name] as Readonly<Fields>;
  const { shape } = member;
  if (shape.error) return exceptionFrame(member, writeMembers(shape.members, value, encoding.dialect), encoding);
  const headers = Object.fromEntries(
    shape.members
      .filter(({ name, traits }) => traits.eventHeader === 1 && value[name] !== undefined)
      .map(({ name }) => [name, value[name] as HeaderValue]),
  );
  const payload = shape.members.find(({ traits }) => traits.eventPayload === 1);
  if (payload?.shape.kind === 'blob' || payload?.shape.kind === 'string') {
    const type = payload.shape.kind === 'blob' ? 'application/octet-stream' : 'text/plain';
    return encodeFrame({ ...eventHeaders(member.name, type), ...headers }, bytesOf(value[payload.name] ?? ''));
  }
  const document =
    payload?.shape.kind === 'structure'
      ? writeMembers(payload.shape.members, value[payload.name] as Fields, encoding.dialect)
      : writeMembers(
          shape.members.filter(({ traits }) => traits.eventHeader !== 1),
          value,
          encoding.dialect,
        );
  return encodeFrame({ ...eventHeaders(member.name, encoding.contentType), ...headers }, encodeDocument(document, encoding));
}

function writeFailure(union: StructureShape, error: AwsError, encoding: EventEncoding): Uint8Array {
  const member = union.members.find(({ shape }) => shape.kind === 'structure' && shape.error && shape.name === error.code);
  if (member?.shape.kind !== 'structure') {
    return encodeFrame({ ':message-type': 'error', ':error-code': error.code, ':error-message': error.message }, new Uint8Array());
  }
  const spelling = member.shape.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
  const fields = { ...error.members, [spelling]: error.message };
  return exceptionFrame(member, writeMembers(member.shape.members, fields, encoding.dialect), encoding);
}

function exceptionFrame(member: Member, document: Readonly<Fields>, encoding: EventEncoding): Uint8Array {
  const headers = { ':message-type': 'exception', ':exception-type': member.name, ':content-type': encoding.contentType };
  return encodeFrame(headers, encodeDocument(document, encoding));
}

function eventHeaders(type: string, contentType: string): EventHeaders {
  return { ':message-type': 'event', ':event-type': type, ':content-type': contentType };
}

function encodeDocument(document: Readonly<Fields>, { dialect }: EventEncoding): Uint8Array {
  return dialect.binary ? encodeCbor(document) : Buffer.from(JSON.stringify(document));
}

const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/** Total length, length of the headers, their CRC-32, headers, payload, CRC-32 of all before: big endian. */
export function encodeFrame(headers: EventHeaders, payload: Uint8Array): Uint8Array {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)));
  const frame = Buffer.allocUnsafe(PRELUDE_BYTES + head.length + payload.length + CRC_BYTES);
  frame.writeUInt32BE(frame.length, 0);
  frame.writeUInt32BE(head.length, 4);
  frame.writeUInt32BE(crc32(frame.subarray(0, 8)), 8);
  frame.set(head, PRELUDE_BYTES);
  frame.set(payload, PRELUDE_BYTES + head.length);
  frame.writeUInt32BE(crc32(frame.subarray(0, -CRC_BYTES)), frame.length - CRC_BYTES);
  return frame;
}

/** Length of the name, the name, a type byte, the value. */
function encodeHeader(name: string, value: HeaderValue): Buffer {
  const nameBytes = Buffer.from(name);
  return Buffer.concat([Uint8Array.of(nameBytes.length), nameBytes, encodeHeaderValue(value)]);
}

function encodeHeaderValue(value: HeaderValue): Buffer {
  if (typeof value === 'boolean') return Buffer.of(value ? 0 : 1);
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? int32(value) : int64(5, value);
  if (value instanceof Date) return int64(8, value.getTime());
  const bytes = bytesOf(value);
  const head = Buffer.alloc(3);
  head[0] = typeof value === 'string' ? 7 : 6;
  head.writeUInt16BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = 4;
  bytes.writeInt32BE(value, 1);
  return bytes;
}

function int64(type: 5 | 8, value: number): Buffer {
  const bytes = Buffer.alloc(9);
  bytes[0] = type;
  bytes.writeBigInt64BE(BigInt(Math.trunc(value)), 1);
  return bytes;
}
