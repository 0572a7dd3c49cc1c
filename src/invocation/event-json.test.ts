import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { checkedEvent } from './event-json.ts';

const AT = (line: number, column: number): string =>
  `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
const PREFIX = 'Could not parse request body into json: Could not parse payload into json: ';

function refusal(payload: Uint8Array): AwsError {
  try {
    checkedEvent(payload);
  } catch (error) {
    assert.ok(error instanceof AwsError);
    return error;
  }
  return assert.fail('the payload was accepted');
}

test('checkedEvent passes JSON through untouched and makes {} of nothing', () => {
  const payload = Buffer.from(' {"a": [1, -2.5e3, "é\\u00e9", null, true]} ');
  assert.equal(checkedEvent(payload), payload);
  assert.equal(Buffer.from(checkedEvent(undefined)).toString(), '{}');
  assert.equal(Buffer.from(checkedEvent(Buffer.alloc(0))).toString(), '{}');
});

test('checkedEvent refuses what is no JSON in the recorded words', () => {
  const body = refusal(Buffer.from('n\x87r\x9e\xe9\xb5\xd7I\xee\x9bmt', 'latin1'));
  assert.equal(body.code, 'InvalidRequestContentException');
  assert.equal(body.status, 400);
  assert.equal(body.message, `${PREFIX}Invalid UTF-8 start byte 0x87${AT(1, 3)}`);
  const message = refusal(Buffer.from('\x99\xeb,j\x07\xa1zYh', 'latin1'));
  assert.equal(
    message.message,
    `${PREFIX}Unexpected character ((CTRL-CHAR, code 153)): expected a valid value (JSON String, Number, Array, Object or token 'null', 'true' or 'false')${AT(1, 1)}`,
  );
});

test('checkedEvent names the place of common mistakes', () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      'hello',
      `Unrecognized token 'hello': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')${AT(1, 6)}`,
    ],
    ["{'a': 1}", `Unexpected character (''' (code 39)): was expecting double-quote to start field name${AT(1, 2)}`],
    ['{"a"\n 1}', `Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value${AT(2, 2)}`],
    ['[1 2]', `Unexpected character ('2' (code 50)): was expecting comma to separate Array entries${AT(1, 4)}`],
  ];
  for (const [payload, text] of cases) assert.equal(refusal(Buffer.from(payload)).message, PREFIX + text);
  assert.match(
    refusal(Buffer.from('{"a": 1')).message,
    /Unexpected end-of-input: expected close marker for Object \(start marker at \[.*line: 1, column: 1\]\)/,
  );
});

const DEEP = `${PREFIX}Document nesting depth (1001) exceeds the maximum allowed (1000, from \`StreamReadConstraints.getMaxNestingDepth()\`)`;

test('checkedEvent refuses what nests deeper than 1000 levels, JSON or not', () => {
  const nested = (levels: number, inner = ''): Buffer => Buffer.from(`{"a":${'['.repeat(levels - 1)}${inner}${']'.repeat(levels - 1)}}`);
  assert.equal(refusal(Buffer.from('['.repeat(10_000))).message, DEEP);
  assert.equal(refusal(Buffer.from('{"a":'.repeat(1_000_000))).message, DEEP);
  assert.equal(refusal(nested(1001)).message, DEEP);
  const deepest = nested(1000, '"[[[\\"{{{"');
  assert.equal(checkedEvent(deepest), deepest);
  // Side by side is not in each other.
  const wide = Buffer.from(`[${'[{}],'.repeat(2000)}"${'['.repeat(2000)}"]`);
  assert.equal(checkedEvent(wide), wide);
});

test('checkedEvent names the first of two faults', () => {
  assert.match(refusal(Buffer.from(`[1 2${'['.repeat(2000)}`)).message, /was expecting comma/);
});

test('checkedEvent refuses more than 6 MiB with 413', () => {
  const error = refusal(Buffer.alloc(6_291_457, 0x20));
  assert.equal(error.code, 'RequestTooLargeException');
  assert.equal(error.status, 413);
  assert.equal(error.message, 'Request must be smaller than 6291456 bytes for the InvokeFunction operation');
});
