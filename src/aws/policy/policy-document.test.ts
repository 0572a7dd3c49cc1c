import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidPolicy, parsePolicyDocument } from './policy-document.ts';

test('parsePolicyDocument reads single values as lists', () => {
  const text = JSON.stringify({
    Version: '2012-10-17',
    Id: 'x',
    Statement: { Sid: 's', Effect: 'Allow', Principal: { AWS: ['1', '2'], Service: 'x.amazonaws.com' }, Action: 'sts:AssumeRole' },
  });
  assert.deepEqual(parsePolicyDocument(text).statements, [
    {
      effect: 'Allow',
      actions: { except: false, patterns: ['sts:assumerole'] },
      resources: undefined,
      principals: {
        except: false,
        principals: [
          { type: 'AWS', id: '1' },
          { type: 'AWS', id: '2' },
          { type: 'Service', id: 'x.amazonaws.com' },
        ],
      },
      conditions: [],
    },
  ]);
});

test('parsePolicyDocument reads conditions', () => {
  const read = (condition: unknown): unknown =>
    parsePolicyDocument(JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*', Condition: condition } })).statements[0]
      ?.conditions;
  assert.deepEqual(
    read({ StringEquals: { 'AWS:SourceAccount': '1', 'aws:PrincipalOrgID': ['o-1', 'o-2'] }, Bool: { 'aws:SecureTransport': true } }),
    [
      { operator: 'stringequals', key: 'aws:sourceaccount', values: ['1'], set: undefined, ifExists: false },
      { operator: 'stringequals', key: 'aws:principalorgid', values: ['o-1', 'o-2'], set: undefined, ifExists: false },
      { operator: 'bool', key: 'aws:securetransport', values: ['true'], set: undefined, ifExists: false },
    ],
  );
  assert.deepEqual(read({ 'ForAllValues:StringLikeIfExists': { 'aws:TagKeys': 'a*' } }), [
    { operator: 'stringlike', key: 'aws:tagkeys', values: ['a*'], set: 'all', ifExists: true },
  ]);
  assert.deepEqual(read({}), []);
  for (const condition of ['x', { StringEquals: 'x' }, { StringEquals: { 'aws:username': { a: 1 } } }]) {
    assert.throws(() => read(condition), InvalidPolicy);
  }
});

test('parsePolicyDocument refuses what is no policy', () => {
  const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const cases: readonly (readonly [unknown, string])[] = [
    [[], 'Syntax errors in policy.'],
    [{ Version: '2012-10-17' }, 'Syntax errors in policy.'],
    [{ Version: '2020-01-01', Statement: statement }, 'Syntax errors in policy.'],
    [{ Statement: statement, Extra: 1 }, 'Syntax errors in policy.'],
    [{ Statement: { ...statement, Extra: 1 } }, 'Syntax errors in policy.'],
    [{ Statement: { ...statement, Effect: 'allow' } }, 'Syntax errors in policy.'],
    [{ Statement: { ...statement, Action: 1 } }, 'Syntax errors in policy.'],
    [{ Statement: { ...statement, NotAction: 's3:*' } }, 'Syntax errors in policy.'],
    [{ Statement: { ...statement, Principal: { Nobody: 'x' } } }, 'Syntax errors in policy.'],
    [{ Statement: { Effect: 'Allow', Resource: '*' } }, 'Policy statement must contain actions.'],
    [
      {
        Statement: [
          { ...statement, Sid: 'a' },
          { ...statement, Sid: 'a' },
        ],
      },
      'Statement IDs (SID) in a single policy must be unique.',
    ],
  ];
  for (const [value, message] of cases) {
    assert.throws(
      () => parsePolicyDocument(JSON.stringify(value)),
      (error) => error instanceof InvalidPolicy && error.message === message,
    );
  }
  assert.throws(
    () => parsePolicyDocument('{'),
    (error) => error instanceof InvalidPolicy && error.cause instanceof SyntaxError,
  );
});
