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

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const systemIds: IdSource = {
  uuid: () => randomUUID(),
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  base32(length) {
    let text = '';
    for (const byte of randomBytes(length)) text += BASE32.charAt(byte & 31);
    return text;
  },
};
