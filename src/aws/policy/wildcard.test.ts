import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { matchesWildcard } from './wildcard.ts';

test('matchesWildcard agrees with a regular expression', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const source = pattern.replaceAll('*', '.*').replaceAll('?', '.');
      assert.equal(matchesWildcard(pattern, text), new RegExp(`^${source}$`).test(text));
    }),
    { numRuns: 3000 },
  );
});

test('matchesWildcard is not led astray by many stars', () => {
  assert.equal(matchesWildcard(`${'a*'.repeat(2000)}b`, 'a'.repeat(4000)), false);
});
