import type { Writable } from 'node:stream';
import { MAX_RESPONSE_BYTES } from '../limits.ts';
import { FRAME, FRAME_HEADER_BYTES } from './frames.ts';
import type { FrameType, InvokeMeta } from './frames.ts';

/** What a runtime sent is no frame, or not one that a runtime may send. Nothing more it says can be trusted. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
}

/** Error reports are JSON with a stack trace; our bootstraps cut them off here. */
const MAX_ERROR_BODY_BYTES = 1024 * 1024;
const MAX_ERROR_TYPE_BYTES = 1024;
const MAX_ERROR_PAYLOAD_BYTES = 2 + MAX_ERROR_TYPE_BYTES + MAX_ERROR_BODY_BYTES;

const MAX_CONTENT_TYPE_BYTES = 8 * 1024;
const MAX_CHUNK_BYTES = 64 * 1024;

/** Most payload bytes of each frame that a runtime may send. A type that is not here is none of its types. */
const MAX_PAYLOAD_BYTES: ReadonlyMap<number, number> = new Map([
  [FRAME.READY, 0],
  [FRAME.RESPONSE, MAX_RESPONSE_BYTES],
  [FRAME.RESPONSE_READY, MAX_RESPONSE_BYTES],
  [FRAME.ERROR, MAX_ERROR_PAYLOAD_BYTES],
  [FRAME.INIT_ERROR, MAX_ERROR_PAYLOAD_BYTES],
  [FRAME.STREAM_BEGIN, MAX_CONTENT_TYPE_BYTES],
  [FRAME.STREAM_CHUNK, MAX_CHUNK_BYTES],
  [FRAME.STREAM_END, MAX_ERROR_PAYLOAD_BYTES],
]);

/** Up to here an event is copied behind its header: one write of one buffer is cheaper than gathering two. */
const MAX_COPIED_EVENT_BYTES = 32 * 1024;

const META_LENGTH_BYTES = 2;
const MAX_META_BYTES = 0xffff;

/** Receives the frames of a runtime. `payload` may share memory with the chunk it came in. */
export type FrameVisitor = (type: FrameType, attempt: number, payload: Buffer) => void;

/**
 * Takes the bytes of one runtime apart into frames. What comes is hostile: a length is checked before a byte is kept for it, and
 * after an error the reader must not be used again.
 *
 * A frame that arrives in one piece is not copied; of one in pieces the payload is gathered once, in a buffer of its size.
 */
export class FrameReader {
  readonly #visit: FrameVisitor;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #payload: Buffer | undefined;
  #payloadBytes = 0;

  constructor(visit: FrameVisitor) {
    this.#visit = visit;
  }

  /** @throws ProtocolError */
  push(chunk: Buffer): void {
    let offset = 0;
    while (offset < chunk.length) {
      if (this.#payload !== undefined) offset += this.#fillPayload(this.#payload, chunk, offset);
      else if (this.#headerBytes === 0 && chunk.length - offset >= FRAME_HEADER_BYTES) offset += this.#readFrame(chunk, offset);
      else offset += this.#fillHeader(chunk, offset);
    }
  }

  /** Reads the frame whose header is whole at `offset`; begins to gather its payload when that is not. Returns the bytes taken. */
  #readFrame(chunk: Buffer, offset: number): number {
    const length = payloadLength(chunk, offset);
    const start = offset + FRAME_HEADER_BYTES;
    if (chunk.length - start >= length) {
      this.#visit(frameType(chunk, offset), attemptOf(chunk, offset), chunk.subarray(start, start + length));
      return FRAME_HEADER_BYTES + length;
    }
    chunk.copy(this.#header, 0, offset, start);
    this.#headerBytes = FRAME_HEADER_BYTES;
    this.#payload = Buffer.allocUnsafe(length);
    this.#payloadBytes = 0;
    return FRAME_HEADER_BYTES;
  }

  #fillHeader(chunk: Buffer, offset: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, offset, offset + FRAME_HEADER_BYTES - this.#headerBytes);
    this.#headerBytes += taken;
    if (this.#headerBytes < FRAME_HEADER_BYTES) return taken;
    this.#payload = Buffer.allocUnsafe(payloadLength(this.#header, 0));
    this.#payloadBytes = 0;
    if (this.#payload.length === 0) this.#deliver(this.#payload);
    return taken;
  }

  #fillPayload(payload: Buffer, chunk: Buffer, offset: number): number {
    const taken = chunk.copy(payload, this.#payloadBytes, offset);
    this.#payloadBytes += taken;
    if (this.#payloadBytes === payload.length) this.#deliver(payload);
    return taken;
  }

  #deliver(payload: Buffer): void {
    this.#payload = undefined;
    this.#headerBytes = 0;
    this.#visit(frameType(this.#header, 0), attemptOf(this.#header, 0), payload);
  }
}

/** The error type and the body of an ERROR or INIT_ERROR payload, or of a STREAM_END that has one. @throws ProtocolError */
export function readErrorPayload(payload: Buffer): { readonly type: string; readonly body: Buffer } {
  if (payload.length < 2) throw new ProtocolError('an error frame without its type');
  const end = 2 + payload.readUInt16LE(0);
  if (end > payload.length || end - 2 > MAX_ERROR_TYPE_BYTES) throw new ProtocolError('an error type longer than its frame allows');
  return { type: payload.toString('utf8', 2, end), body: payload.subarray(end) };
}

/** Sends an INVOKE frame. */
export function writeInvoke(channel: Writable, attempt: number, meta: InvokeMeta, event: Uint8Array): void {
  const copied = event.byteLength <= MAX_COPIED_EVENT_BYTES;
  const head = invokeHead(attempt, meta, event.byteLength, copied ? event.byteLength : 0);
  if (copied) {
    head.set(event, head.length - event.byteLength);
    channel.write(head);
    return;
  }
  channel.cork();
  channel.write(head);
  channel.write(event);
  channel.uncork();
}

/** Header and meta of an INVOKE frame, with `room` bytes left behind them. */
function invokeHead(attempt: number, meta: InvokeMeta, eventBytes: number, room: number): Buffer {
  const text = metaText(meta);
  const metaBytes = Buffer.byteLength(text);
  if (metaBytes > MAX_META_BYTES) throw new RangeError(`the meta of an invocation has ${metaBytes} bytes`);
  const head = Buffer.allocUnsafe(FRAME_HEADER_BYTES + META_LENGTH_BYTES + metaBytes + room);
  head.writeUInt32LE(META_LENGTH_BYTES + metaBytes + eventBytes, 0);
  head[4] = FRAME.INVOKE;
  head.writeUInt32LE(attempt, 5);
  head.writeUInt16LE(metaBytes, FRAME_HEADER_BYTES);
  head.write(text, FRAME_HEADER_BYTES + META_LENGTH_BYTES);
  return head;
}

/** JSON of the meta. What cannot hold a character to escape is put down as it is: an id, a number, an ARN of a checked name. */
function metaText(meta: InvokeMeta): string {
  const { requestId, deadlineMs, functionArn, traceId, clientContext, cognitoIdentity, tenantId } = meta;
  if (clientContext !== undefined || cognitoIdentity !== undefined || tenantId !== undefined) return JSON.stringify(meta);
  return `{"requestId":"${requestId}","deadlineMs":${deadlineMs},"functionArn":"${functionArn}","traceId":${JSON.stringify(traceId)}}`;
}

/** The declared payload length of the header at `offset`, once it and the type are known to be allowed. */
function payloadLength(header: Buffer, offset: number): number {
  const type = header[offset + 4] ?? 0;
  const maximum = MAX_PAYLOAD_BYTES.get(type);
  if (maximum === undefined) throw new ProtocolError(`frame type ${type} is none that a runtime sends`);
  const length = header.readUInt32LE(offset);
  if (length > maximum) throw new ProtocolError(`a frame of type ${type} with ${length} bytes, at most ${maximum} allowed`);
  return length;
}

/** Only after `payloadLength` has accepted the header. */
function frameType(header: Buffer, offset: number): FrameType {
  return header[offset + 4] as FrameType;
}

function attemptOf(header: Buffer, offset: number): number {
  return header.readUInt32LE(offset + 5);
}
