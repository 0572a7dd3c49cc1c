import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { isDocumentKey } from '#storage/document-limits.ts';
import { before, beyond, compareKeys, listPrefix, longKeyGroup, objectDocumentKey } from './object-key.ts';

const BUCKET = 'b'.repeat(63);
const key = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', '-', '/', '~', '\0', 'ü', '\uFF21', '\u{1F600}'), minLength: 1, maxLength: 8 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
);
const sign = (value: number): number => Math.sign(value);
const order = (left: string, right: string): number => (left === right ? 0 : left < right ? -1 : 1);

suite('object keys as document keys', () => {
  test('keep their order, and are keys', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        const [one, other] = [objectDocumentKey(BUCKET, left), objectDocumentKey(BUCKET, right)];
        assert.ok(isDocumentKey(one));
        assert.equal(order(one, other), sign(compareKeys(left, right)));
      }),
    );
  });

  test('before() is below the key and above all that are smaller', () => {
    fc.assert(
      fc.property(key, key, (left, right) => {
        const comes = objectDocumentKey(BUCKET, right) > before(BUCKET, left);
        assert.equal(comes, compareKeys(right, left) >= 0);
      }),
    );
  });

  test('beyond() is above all with the prefix and below all that are greater', () => {
    fc.assert(
      fc.property(key, key, (prefix, other) => {
        const skipped = objectDocumentKey(BUCKET, other) <= beyond(BUCKET, prefix);
        assert.equal(skipped, other.startsWith(prefix) || compareKeys(other, prefix) < 0);
        assert.ok(objectDocumentKey(BUCKET, prefix + other) <= beyond(BUCKET, prefix));
      }),
    );
  });

  test('listPrefix() covers all with the prefix', () => {
    fc.assert(fc.property(key, key, (prefix, rest) => objectDocumentKey(BUCKET, prefix + rest).startsWith(listPrefix(BUCKET, prefix))));
  });

  test('long ones fit, are distinct, and lie together', () => {
    const long = (last: string): string => objectDocumentKey(BUCKET, `${'k'.repeat(1023)}${last}`);
    assert.ok(isDocumentKey(long('a')));
    assert.notEqual(long('a'), long('b'));
    assert.equal(longKeyGroup(long('a')), longKeyGroup(long('b')));
    assert.equal(longKeyGroup(objectDocumentKey(BUCKET, 'k'.repeat(660))), undefined);
    assert.ok(long('a').startsWith(listPrefix(BUCKET, 'k'.repeat(1000))));
  });
});
