import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { parseFunctionName, resolveFunctionReference } from './function-name.ts';

const SCOPE = { accountId: '111111111111' as AccountId, region: 'us-east-1' };

suite('parseFunctionName', () => {
  const cases: readonly (readonly [string, ReturnType<typeof parseFunctionName>])[] = [
    ['my-function', { name: 'my-function' }],
    ['my-function:v1', { name: 'my-function', qualifier: 'v1' }],
    ['my-function:$LATEST', { name: 'my-function', qualifier: '$LATEST' }],
    ['function:my-function', { name: 'my-function' }],
    ['111111111111:function:f', { accountId: '111111111111' as AccountId, name: 'f' }],
    ['111111111111:f:1', { accountId: '111111111111' as AccountId, name: 'f', qualifier: '1' }],
    ['us-east-1:111111111111:function:f', { region: 'us-east-1', accountId: '111111111111' as AccountId, name: 'f' }],
    [
      'arn:aws:lambda:us-east-1:111111111111:function:f:prod',
      { region: 'us-east-1', accountId: '111111111111' as AccountId, name: 'f', qualifier: 'prod' },
    ],
    // Recorded as incomplete_arn: the last segment is taken for the name.
    ['arn:aws:lambda:us-east-1:111111111111:function', { region: 'us-east-1', accountId: '111111111111' as AccountId, name: 'function' }],
    ['*', undefined],
    ['my-function!', undefined],
    ['my-function:invalid!', undefined],
    ['invalid-account:function:my-function', undefined],
    ['arn:aws:lambda:invalid-region:111111111111:function:my-function', undefined],
    ['arn:aws:ec2:us-east-1:111111111111:instance:i-1234567890abcdef0', undefined],
    ['arn:aws:lambda::111111111111:function:my-function', undefined],
    ['arn:aws:lambda:us-east-1::function:my-function', undefined],
    ['arn:aws:lambda:us-east-1:111111111111:function:my-function:$LATES', undefined],
    ['arn:aws:lambda:us-east-1:111111111111:function:my-function:1:2', undefined],
    ['', undefined],
  ];
  for (const [text, expected] of cases) {
    test(`reads "${text}"`, () => assert.deepEqual(parseFunctionName(text), expected));
  }
});

suite('resolveFunctionReference', () => {
  test('fills account and region in, and takes the qualifier from either member', () => {
    const key = { ...SCOPE, name: 'f' };
    assert.deepEqual(resolveFunctionReference({ FunctionName: 'f' }, SCOPE), key);
    assert.deepEqual(resolveFunctionReference({ FunctionName: 'f', Qualifier: '1' }, SCOPE), { ...key, qualifier: '1' });
    assert.deepEqual(resolveFunctionReference({ FunctionName: 'f:1' }, SCOPE), { ...key, qualifier: '1' });
    assert.deepEqual(resolveFunctionReference({ FunctionName: 'f:1', Qualifier: '1' }, SCOPE), { ...key, qualifier: '1' });
  });

  test('keeps the account of an ARN', () => {
    const reference = resolveFunctionReference({ FunctionName: '222222222222:function:f' }, SCOPE);
    assert.equal(reference.accountId, '222222222222');
  });

  const failures: readonly (readonly [string, { FunctionName: string; Qualifier?: string }, string, number, string])[] = [
    [
      'two qualifiers that differ',
      { FunctionName: 'my-function:$LATEST', Qualifier: '1' },
      'InvalidParameterValueException',
      400,
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
    [
      'a function of another region',
      { FunctionName: 'arn:aws:lambda:eu-west-1:111111111111:function:f' },
      'ResourceNotFoundException',
      404,
      "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    ],
    [
      'what is no name',
      { FunctionName: '*' },
      'ValidationException',
      400,
      "1 validation error detected: Value '*' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: (arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?",
    ],
  ];
  for (const [what, input, code, status, message] of failures) {
    test(`refuses ${what} in AWS's words`, () => {
      assert.throws(
        () => resolveFunctionReference(input, SCOPE),
        (error: unknown) => {
          assert.ok(error instanceof AwsError);
          assert.deepEqual([error.code, error.status, error.message], [code, status, message]);
          return true;
        },
      );
    });
  }
});
