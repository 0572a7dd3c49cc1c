import { hash } from 'node:crypto';

const BLOCK_BYTES = 64;
const DIGEST_BYTES = 32;

/** Longer than any string to sign that a well-formed request leads to; a longer text gets a buffer of its own. */
const SCRATCH_BYTES = 4096;

/** Shared by all keys: `sign` runs to its end before another can begin. */
const scratch = Buffer.alloc(SCRATCH_BYTES);
const scratchText = scratch.subarray(BLOCK_BYTES);
const encoder = new TextEncoder();

/**
 * A key of HMAC-SHA256 (RFC 2104) over two one-shot hashes. `createHmac` makes a native object for each signature, which costs five
 * times the hashing, most of it in the garbage collector.
 */
export class HmacKey {
  readonly #inner = Buffer.alloc(BLOCK_BYTES, 0x36);
  readonly #outer = Buffer.alloc(BLOCK_BYTES + DIGEST_BYTES, 0x5c);

  /** `bytes`: at most a block of 64; signing keys have 32. */
  constructor(bytes: Uint8Array) {
    if (bytes.length > BLOCK_BYTES) throw new RangeError('a key longer than a block would have to be hashed first');
    bytes.forEach((byte, index) => {
      this.#inner[index] = 0x36 ^ byte;
      this.#outer[index] = 0x5c ^ byte;
    });
  }

  /** Lower-case hexadecimal signature of the text's UTF-8. */
  sign(text: string): string {
    this.#outer.write(hash('sha256', this.#innerMessage(text)), BLOCK_BYTES, 'hex');
    return hash('sha256', this.#outer);
  }

  #innerMessage(text: string): Buffer {
    if (text.length * 3 > scratchText.length) return Buffer.concat([this.#inner, Buffer.from(text)]);
    scratch.set(this.#inner);
    return scratch.subarray(0, BLOCK_BYTES + encoder.encodeInto(text, scratchText).written);
  }
}
