import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { KEY_MAX_BYTES } from '../document-limits.ts';
import { documentKey } from '../document-store.ts';
import { natsKey } from './nats-key.ts';

test('natsKey turns segments into tokens of the alphabet of NATS', () => {
  assert.equal(
    natsKey(documentKey('aws', '000000000000', 'function', 'my.fn~1', '$LATEST')),
    'aws.000000000000.function.my=dfn=t1.=24LATEST',
  );
});

test('natsKey keeps different keys apart', () => {
  const segments = fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('.', '~', '%', '=', 'd', 't', '2', 'E', '/', 'ü') }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(segments, segments, (left, right) => {
      const [leftKey, rightKey] = [documentKey(...left), documentKey(...right)];
      assert.equal(natsKey(leftKey) === natsKey(rightKey), leftKey === rightKey);
    }),
  );
});

test('natsKey of the longest key, all of it escaped, fits a line', () => {
  assert.equal(natsKey('~'.repeat(KEY_MAX_BYTES)).length, 2 * KEY_MAX_BYTES);
});
