import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { filterMatcher } from './filter-pattern.ts';

const matches = (pattern: string, message: string): boolean => filterMatcher(pattern)?.(message) ?? true;

/** Pattern, messages that match, messages that do not. Those of the guide ("Filter pattern syntax") come first in each group. */
const CASES: readonly (readonly [pattern: string, matching: readonly string[], other: readonly string[]])[] = [
  // Terms.
  ['', ['anything', ''], []],
  ['ERROR', ['[ERROR 400] BAD REQUEST', '[ERROR 401] UNAUTHORIZED REQUEST'], ['[error] x', 'fine']],
  ['ERROR ARGUMENTS', ['[ERROR 419] MISSING ARGUMENTS', '[ERROR 420] INVALID ARGUMENTS'], ['[ERROR 400] BAD REQUEST']],
  ['?ERROR ?ARGUMENTS', ['[ERROR 400] BAD REQUEST', '[WARN] ARGUMENTS'], ['[INFO] REQUEST']],
  ['"INTERNAL SERVER ERROR"', ['[ERROR 500] INTERNAL SERVER ERROR'], ['INTERNAL ERROR SERVER']],
  ['ERROR -ARGUMENTS', ['[ERROR 400] BAD REQUEST'], ['[ERROR 419] MISSING ARGUMENTS']],
  ['?ERROR REQUEST', ['[INFO] REQUEST'], ['[ERROR] x']],
  ['-"a b" x', ['x ab'], ['x a b']],
  ['-skip', ['anything'], ['skip this']],
  ['"say \\"hi\\""', ['I say "hi"'], ['I say hi']],
  ['REPORT RequestId', ['REPORT RequestId: x\tDuration: 1.00 ms'], ['START RequestId: x']],
  // Fields.
  [
    '[ip, user, username, timestamp, request =*.html*, status_code = 4*, bytes]',
    ['127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'],
    [
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200 1534',
      '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.php HTTP/1.0" 404 1534',
      '127.0.0.1 frank "GET /index.html HTTP/1.0" 404 1534',
    ],
  ],
  ['[..., bytes > 1000]', ['a b 1001', '1500'], ['a b 1000', 'a b x', '']],
  ['[w1 = ERROR, ...]', ['ERROR', 'ERROR and more'], ['an ERROR']],
  ['[w1 = a, ..., w2 = z]', ['a z', 'a b c z'], ['a', 'z a']],
  ['[w1=ERROR || w1=%, w2]', ['ERROR x', '% x'], ['WARN x', 'ERROR x y']],
  ['[n > 1 && n != 3 || n = 0]', ['2', '0', '4'], ['1', '3']],
  ['[a = "x y", b]', ['"x y" z', '[x y] z'], ['x y z']],
  ['[n = 404]', ['404', '404.0'], ['4040']],
  ['[n = "404"]', ['404'], ['404.0']],
  ['[,x=b]', ['a b'], ['b a', 'b']],
  // JSON.
  [
    '{ $.eventType = "UpdateTrail" }',
    ['{"eventType":"UpdateTrail"}'],
    ['{"eventType":"Other"}', '{"eventType":3}', 'UpdateTrail', '{broken'],
  ],
  ['{ $.sourceIPAddress != 123.123.* }', ['{"sourceIPAddress":"111.111.1"}'], ['{"sourceIPAddress":"123.123.1"}', '{}']],
  ['{ $.arrayKey[0] = "value" }', ['{"arrayKey":["value","x"]}'], ['{"arrayKey":["x","value"]}', '{"arrayKey":"value"}']],
  ['{ $.objectList[1].id = 2 }', ['{"objectList":[{"id":1},{"id":2}]}'], ['{"objectList":[{"id":2}]}']],
  ['{ $.SomeObject IS NULL }', ['{"SomeObject":null}'], ['{"SomeObject":1}', '{}']],
  ['{ $.SomeOtherObject NOT EXISTS }', ['{}', '{"x":1}'], ['{"SomeOtherObject":null}']],
  ['{ $.ThisFlag IS TRUE }', ['{"ThisFlag":true}'], ['{"ThisFlag":false}', '{"ThisFlag":"true"}']],
  ['{ $.ThisFlag IS FALSE }', ['{"ThisFlag":false}'], ['{"ThisFlag":true}']],
  [
    '{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }',
    ['{"user":{"id":1},"users":[{"email":"John.Doe@example.com"}]}'],
    ['{"user":{"id":2},"users":[{"email":"John.Doe@example.com"}]}'],
  ],
  [
    '{ ($.user.email = "J*" || $.b = 1) && $.actions[2] = "nope" || $.c > 1e2 }',
    ['{"c":101}', '{"b":1,"actions":[1,2,"nope"]}'],
    ['{"c":100}', '{"b":1}', '{"actions":[1,2,"nope"]}'],
  ],
  ['{ $.list[*] = b }', ['{"list":["a","b"]}'], ['{"list":["a"]}', '{"list":"b"}']],
  ["{ $['a.b'].c = 1 }", ['{"a.b":{"c":1}}'], ['{"a":{"b":{"c":1}}}']],
  ['{$.level="INFO"}', ['{"level":"INFO"}'], ['{"level":"INFORM"}']],
  ['{ $.n >= 5 && $.n < 7 }', ['{"n":5}', '{"n":6.9}'], ['{"n":7}', '{"n":"x"}', '{"n":null}']],
  ['{ $.code = "404" }', ['{"code":"404"}'], ['{"code":404}']],
  ['{ $.text = "*say \\"hi\\"*" }', ['{"text":"I say \\"hi\\" now"}'], ['{"text":"hi"}']],
  ['{ $.__proto__.x NOT EXISTS }', ['{}'], []],
];

for (const [pattern, matching, other] of CASES) {
  test(`filterMatcher: ${pattern === '' ? '(empty)' : pattern}`, () => {
    for (const message of matching) assert.equal(matches(pattern, message), true, message);
    for (const message of other) assert.equal(matches(pattern, message), false, message);
  });
}

for (const pattern of [
  '"open',
  '[a = ]',
  '[a, b',
  '[a > x]',
  '{ $.a }',
  '{ $.a = }',
  '{ $.a = 1',
  '{ a = 1 }',
  '{ $.a = 1 } x',
  '{ ($.a = 1 }',
  '%ERR%',
  '{ $.a = %x% }',
  '[..., ...]',
]) {
  test(`filterMatcher refuses ${pattern}`, () => {
    assert.throws(
      () => filterMatcher(pattern),
      (error) => error instanceof AwsError && error.code === 'InvalidParameterException',
    );
  });
}
