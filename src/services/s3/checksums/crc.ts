/**
 * Cyclic redundancy checks in the reflected form, with all bits set before and flipped after, as S3 has them. `polynomial` is the
 * reversed one.
 */
export interface CrcParameters {
  readonly bits: 32 | 64;
  readonly polynomial: bigint;
}

export const CRC32: CrcParameters = { bits: 32, polynomial: 0xedb8_8320n };
export const CRC32C: CrcParameters = { bits: 32, polynomial: 0x82f6_3b78n };
export const CRC64NVME: CrcParameters = { bits: 64, polynomial: 0x9a6c_9329_ac4b_c9b5n };

/** Two words of 32 bits each, since numbers of 64 bits would be allocated one by one. */
interface Table {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

const tables = new Map<CrcParameters, Table>();

function tableOf(parameters: CrcParameters): Table {
  const known = tables.get(parameters);
  if (known !== undefined) return known;
  const table: Table = { low: new Uint32Array(256), high: new Uint32Array(256) };
  for (let byte = 0; byte < 256; byte++) {
    let value = BigInt(byte);
    for (let bit = 0; bit < 8; bit++) value = (value & 1n) === 1n ? (value >> 1n) ^ parameters.polynomial : value >> 1n;
    table.low[byte] = Number(value & 0xffff_ffffn);
    table.high[byte] = Number(value >> 32n);
  }
  tables.set(parameters, table);
  return table;
}

/** Computes over bytes as they come. */
export class Crc {
  readonly #table: Table;
  readonly #bits: 32 | 64;
  #low = 0xffff_ffff;
  #high: number;

  constructor(parameters: CrcParameters) {
    this.#table = tableOf(parameters);
    this.#bits = parameters.bits;
    this.#high = parameters.bits === 64 ? 0xffff_ffff : 0;
  }

  update(bytes: Uint8Array): void {
    const { low: lowTable, high: highTable } = this.#table;
    let [low, high] = [this.#low, this.#high];
    for (let at = 0; at < bytes.length; at++) {
      const index = (low ^ (bytes[at] ?? 0)) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (lowTable[index] ?? 0);
      high = (high >>> 8) ^ (highTable[index] ?? 0);
    }
    this.#low = low;
    this.#high = high;
  }

  digest(): bigint {
    const low = BigInt(~this.#low >>> 0);
    return this.#bits === 32 ? low : (BigInt(~this.#high >>> 0) << 32n) | low;
  }
}

/**
 * The check of two pieces one after the other, from those of each: the first is moved by the length of the second, that is, multiplied
 * by x to that power modulo the polynomial.
 */
export function combineCrc(first: bigint, second: bigint, secondBytes: number, parameters: CrcParameters): bigint {
  return multiply(first, powerOfX(BigInt(secondBytes) * 8n, parameters), parameters) ^ second;
}

/** Bits stand in reverse: the highest is x to the power of zero. */
function multiply(left: bigint, right: bigint, { bits, polynomial }: CrcParameters): bigint {
  let product = 0n;
  let shifted = right;
  for (let bit = BigInt(bits - 1); bit >= 0n; bit--) {
    if (((left >> bit) & 1n) === 1n) product ^= shifted;
    shifted = (shifted & 1n) === 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}

function powerOfX(exponent: bigint, parameters: CrcParameters): bigint {
  let result = 1n << BigInt(parameters.bits - 1);
  let square = result >> 1n;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if ((left & 1n) === 1n) result = multiply(result, square, parameters);
    square = multiply(square, square, parameters);
  }
  return result;
}
