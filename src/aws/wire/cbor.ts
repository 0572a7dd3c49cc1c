import { dateOfSeconds } from './timestamp.ts';
import { UnreadableInput } from './unreadable-input.ts';

/**
 * CBOR (RFC 8949) as far as Smithy's RPC v2 uses it: integers, floats, byte and text strings of definite or indefinite length,
 * arrays, maps with text keys, true, false, null, and tag 1 for timestamps. The SDK's codec is not used: it would bring its whole
 * client side into memory, and it trusts its input.
 */
const MAX_DEPTH = 128;
const BREAK = Symbol('break');
const INDEFINITE = -1;

/** @throws UnreadableInput on malformed, truncated or too deeply nested input */
export function decodeCbor(bytes: Uint8Array): unknown {
  const decoder = new Decoder(bytes);
  const value = decoder.value(0);
  if (value === BREAK || !decoder.atEnd) throw new UnreadableInput('Unexpected data in CBOR body');
  return value;
}

class Decoder {
  readonly #view: DataView;
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  value(depth: number): unknown {
    if (depth > MAX_DEPTH) throw new UnreadableInput('CBOR body is nested too deeply');
    const initial = this.#view.getUint8(this.#take(1));
    const major = initial >> 5;
    const minor = initial & 31;
    if (major === 7) return this.#special(minor);
    const argument = this.#argument(minor);
    switch (major) {
      case 0:
        return this.#definite(argument);
      case 1:
        return -1 - this.#definite(argument);
      case 2:
        return Buffer.concat(this.#chunks(argument, major));
      case 3:
        return Buffer.concat(this.#chunks(argument, major)).toString();
      case 4:
        return this.#array(argument, depth);
      case 5:
        return this.#map(argument, depth);
      default:
        return this.#tagged(this.#definite(argument), depth);
    }
  }

  #take(length: number): number {
    const start = this.#at;
    if (start + length > this.#bytes.length) throw new UnreadableInput('CBOR body ends too early');
    this.#at = start + length;
    return start;
  }

  #argument(minor: number): number {
    if (minor < 24) return minor;
    if (minor === 24) return this.#view.getUint8(this.#take(1));
    if (minor === 25) return this.#view.getUint16(this.#take(2));
    if (minor === 26) return this.#view.getUint32(this.#take(4));
    if (minor === 27) return Number(this.#view.getBigUint64(this.#take(8)));
    if (minor === 31) return INDEFINITE;
    throw new UnreadableInput('Malformed CBOR body');
  }

  #definite(argument: number): number {
    if (argument === INDEFINITE) throw new UnreadableInput('Malformed CBOR body');
    return argument;
  }

  #special(minor: number): unknown {
    if (minor === 20 || minor === 21) return minor === 21;
    if (minor === 22 || minor === 23) return null;
    if (minor === 25) return halfFloat(this.#view.getUint16(this.#take(2)));
    if (minor === 26) return this.#view.getFloat32(this.#take(4));
    if (minor === 27) return this.#view.getFloat64(this.#take(8));
    if (minor === 31) return BREAK;
    throw new UnreadableInput('Malformed CBOR body');
  }

  #chunks(length: number, major: number): Buffer[] {
    if (length !== INDEFINITE) {
      const start = this.#take(length);
      return [this.#bytes.subarray(start, start + length)];
    }
    const chunks: Buffer[] = [];
    for (let initial = this.#view.getUint8(this.#take(1)); initial !== 0xff; initial = this.#view.getUint8(this.#take(1))) {
      if (initial >> 5 !== major) throw new UnreadableInput('Malformed CBOR body');
      chunks.push(...this.#chunks(this.#definite(this.#argument(initial & 31)), major));
    }
    return chunks;
  }

  #array(length: number, depth: number): unknown[] {
    const items: unknown[] = [];
    const limit = length === INDEFINITE ? Infinity : length;
    while (items.length < limit) {
      const item = this.value(depth + 1);
      if (item === BREAK) {
        if (length === INDEFINITE) break;
        throw new UnreadableInput('Malformed CBOR body');
      }
      items.push(item);
    }
    return items;
  }

  #map(length: number, depth: number): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    const limit = length === INDEFINITE ? Infinity : length;
    while (entries.length < limit) {
      const key = this.value(depth + 1);
      if (key === BREAK && length === INDEFINITE) break;
      const value = this.value(depth + 1);
      if (typeof key !== 'string' || value === BREAK) throw new UnreadableInput('Malformed CBOR body');
      entries.push([key, value]);
    }
    return Object.fromEntries(entries);
  }

  #tagged(tag: number, depth: number): unknown {
    const value = this.value(depth + 1);
    if (tag === 1 && typeof value === 'number') return dateOfSeconds(value);
    throw new UnreadableInput(`Unexpected CBOR tag ${tag}`);
  }
}

function halfFloat(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Undefined members are left out. Values: null, booleans, numbers, strings, bytes, dates, arrays and plain objects. */
export function encodeCbor(value: unknown): Buffer {
  const parts: Uint8Array[] = [];
  encodeInto(parts, value);
  return Buffer.concat(parts);
}

function encodeInto(parts: Uint8Array[], value: unknown): void {
  if (value === null || value === undefined) parts.push(Uint8Array.of(0xf6));
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(value ? 0xf5 : 0xf4));
  else if (typeof value === 'number') encodeNumber(parts, value);
  else if (typeof value === 'string') encodeString(parts, 3, Buffer.from(value));
  else if (value instanceof Uint8Array) encodeString(parts, 2, value);
  else if (value instanceof Date) {
    parts.push(Uint8Array.of(0xc1));
    encodeNumber(parts, value.getTime() / 1000);
  } else if (Array.isArray(value)) {
    parts.push(head(4, value.length));
    for (const item of value) encodeInto(parts, item);
  } else {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    parts.push(head(5, entries.length));
    for (const [key, item] of entries) {
      encodeString(parts, 3, Buffer.from(key));
      encodeInto(parts, item);
    }
  }
}

function encodeString(parts: Uint8Array[], major: 2 | 3, bytes: Uint8Array): void {
  parts.push(head(major, bytes.length), bytes);
}

function encodeNumber(parts: Uint8Array[], value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
    parts.push(value >= 0 ? head(0, value) : head(1, -1 - value));
    return;
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = 0xfb;
  bytes.writeDoubleBE(value, 1);
  parts.push(bytes);
}

function head(major: number, argument: number): Uint8Array {
  const type = major << 5;
  if (argument < 24) return Uint8Array.of(type | argument);
  const size = argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
  const bytes = Buffer.alloc(1 + size);
  bytes[0] = type | { 1: 24, 2: 25, 4: 26, 8: 27 }[size];
  if (size === 8) bytes.writeBigUInt64BE(BigInt(argument), 1);
  else bytes.writeUIntBE(argument, 1, size);
  return bytes;
}
