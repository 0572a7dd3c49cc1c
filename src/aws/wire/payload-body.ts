import { bytesOf } from './document.ts';
import type { WireResponse } from './message.ts';

/** The value of a payload member that is the body itself: bytes, a text, or a stream of bytes. */
export function payloadBody(value: unknown): WireResponse['body'] {
  if (value === undefined || value === null) return '';
  if (typeof value === 'object' && Symbol.asyncIterator in value) return value as AsyncIterable<Uint8Array>;
  return typeof value === 'string' ? value : bytesOf(value);
}
