import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cbor, dateToTag } from '@smithy/core/cbor';
import * as fc from 'fast-check';
import { decodeCbor, encodeCbor } from './cbor.ts';
import { UnreadableInput } from './unreadable-input.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const values = fc
  .anything({ withNullPrototype: false, maxDepth: 3, key: fc.string().filter((key) => key !== '__proto__') })
  .filter((value) => plain(value));

/** What both sides can carry: no undefined, bigint, NaN or negative zero (of which JavaScript and CBOR have different ideas). */
function plain(value: unknown): boolean {
  if (value === undefined || typeof value === 'bigint' || typeof value === 'symbol') return false;
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0);
  return typeof value !== 'object' || value === null || Object.values(value).every(plain);
}

describe('decodeCbor', () => {
  test('reads what the SDK encodes', () => {
    fc.assert(fc.property(values, (value) => assert.deepEqual(decodeCbor(cbor.serialize(value)), value)));
    const date = new Date('2026-01-02T03:04:05.678Z');
    assert.deepEqual(decodeCbor(cbor.serialize({ at: dateToTag(date) })), { at: date });
  });

  test('the encodings that only other clients choose (RFC 8949, appendix A)', () => {
    assert.equal(decodeCbor(hex('f9 3e00')), 1.5);
    assert.equal(decodeCbor(hex('f9 c400')), -4);
    assert.equal(decodeCbor(hex('f9 7c00')), Infinity);
    assert.equal(decodeCbor(hex('f9 0001')), 5.960464477539063e-8);
    assert.equal(decodeCbor(hex('fa 47c35000')), 100000);
    assert.equal(decodeCbor(hex('1b 000000e8d4a51000')), 1000000000000);
    assert.equal(decodeCbor(hex('7f 65 7374726561 64 6d696e67 ff')), 'streaming');
    assert.deepEqual(decodeCbor(hex('5f 42 0102 43 030405 ff')), Buffer.from([1, 2, 3, 4, 5]));
    assert.deepEqual(decodeCbor(hex('bf 61 61 9f 01 02 ff 61 62 f6 ff')), { a: [1, 2], b: null });
  });

  test('a key __proto__ is data', () => {
    const value = decodeCbor(hex('a1 69 5f5f70726f746f5f5f a1 61 78 01')) as object;
    assert.equal(Object.getPrototypeOf(value), Object.prototype);
    assert.deepEqual(Object.keys(value), ['__proto__']);
  });

  test('malformed, truncated and hostile bytes are refused', () => {
    const bad = [
      '',
      '18',
      '62 61',
      '82 01',
      'a1 61 61',
      'a1 01 02',
      '1c',
      'ff',
      '81 ff',
      '9f 01',
      'bf 61 61 ff',
      'c2 41 01',
      'c1 61 61',
      '5f 61 61 ff',
      '01 02',
      '9b ffffffffffffffff 01',
      '5b 7fffffffffffffff',
    ];
    for (const bytes of bad) assert.throws(() => decodeCbor(hex(bytes)), UnreadableInput, bytes);
    assert.throws(() => decodeCbor(Buffer.alloc(10_000, 0x81)), UnreadableInput, 'nested too deeply');
  });
});

describe('encodeCbor', () => {
  test('writes what the SDK reads', () => {
    fc.assert(fc.property(values, (value) => assert.deepEqual(cbor.deserialize(encodeCbor(value)), value)));
  });
  test('dates are tagged, undefined members are left out', () => {
    assert.equal(encodeCbor(new Date(1363896240000)).toString('hex'), 'c11a514b67b0');
    assert.equal(encodeCbor({ a: undefined, b: 1 }).toString('hex'), 'a1616201');
  });
});
