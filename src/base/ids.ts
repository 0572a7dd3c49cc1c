import { randomBytes, randomUUID } from 'node:crypto';

/** Where every random identifier comes from, so that a test can hand in a predictable one. */
export interface IdSource {
  /** A version 4 UUID, lower case: request ids, revision ids. */
  uuid(): string;
  /** `bytes` random bytes in lower-case hexadecimal. */
  hex(bytes: number): string;
  /** `length` characters of the alphabet `A-Z2-7`: the tail of IAM unique ids and access keys. */
  base32(length: number): string;
}

/**
 * Random bytes come from the kernel in blocks: asking for twenty costs as much as for a thousand, and each invocation needs some.
 * A block is used once and overwritten as it is used up.
 */
const BLOCK_BYTES = 4096;
let block = Buffer.alloc(0);
let used = 0;

function take(bytes: number): Buffer {
  if (bytes > BLOCK_BYTES) return randomBytes(bytes);
  if (used + bytes > block.length) {
    block = randomBytes(BLOCK_BYTES);
    used = 0;
  }
  const taken = Buffer.from(block.subarray(used, used + bytes));
  block.fill(0, used, used + bytes);
  used += bytes;
  return taken;
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const systemIds: IdSource = {
  uuid: () => randomUUID(),
  hex: (bytes) => take(bytes).toString('hex'),
  base32(length) {
    let text = '';
    for (const byte of take(length)) text += BASE32.charAt(byte & 31);
    return text;
  },
};
