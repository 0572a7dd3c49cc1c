import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compare, Placeholders, unanswered, type Json } from './compare.ts';

const unequal = (recorded: Json, actual: Json): readonly string[] =>
  compare(recorded, actual, new Placeholders())
    .filter(({ equal }) => !equal)
    .map(({ path }) => path);

suite('compare', () => {
  test('equal documents have no unequal leaf, whatever the order of members', () => {
    assert.deepEqual(unequal({ a: 1, b: ['x', { c: null }] }, { b: ['x', { c: null }], a: 1 }), []);
  });

  test('a changed, a missing and an additional leaf are named by their paths', () => {
    assert.deepEqual(unequal({ a: 1, b: { c: 'x', d: [1, 2] } }, { a: 2, b: { d: [1] }, e: { f: true } }), ['a', 'b.c', 'b.d[1]', 'e.f']);
  });

  test('a member that is younger than the records is no difference', () => {
    assert.deepEqual(unequal({ a: 1 }, { a: 1, ConfigSha256: 'x' }), []);
    assert.deepEqual(unequal({ a: 1, ConfigSha256: 'y' }, { a: 1, ConfigSha256: 'x' }), ['ConfigSha256']);
  });

  test('types differ', () => {
    assert.deepEqual(unequal({ a: 1, b: '1', c: {}, d: [] }, { a: '1', b: 1, c: [], d: {} }), ['a', 'b', 'c', 'd']);
  });

  test('a placeholder alone does not count unless it is unequal', () => {
    const [id, size] = compare({ id: '<uuid:1>', size: '<code-size>' }, { id: 'x', size: 12 }, new Placeholders());
    assert.deepEqual([id?.counts, id?.equal, size?.counts, size?.equal], [false, true, false, true]);
    const [absent] = compare({ id: '<uuid:1>' }, {}, new Placeholders());
    assert.deepEqual([absent?.counts, absent?.equal], [true, false]);
  });

  test('a numbered placeholder stands for one text, and two numbers for two', () => {
    assert.deepEqual(unequal(['<uuid:1>', '<uuid:1>', '<uuid:2>'], ['x', 'x', 'y']), []);
    assert.deepEqual(unequal(['<uuid:1>', '<uuid:1>'], ['x', 'y']), ['[1]']);
    assert.deepEqual(unequal(['<uuid:1>', '<uuid:2>'], ['x', 'x']), ['[1]']);
  });

  test('placeholders inside a text', () => {
    const arn = 'arn:<partition>:lambda:<region>:111111111111:function:<function-name:1>';
    assert.deepEqual(unequal([arn, '<function-name:1>'], ['arn:aws:lambda:us-east-1:000000000000:function:f', 'f']), []);
    assert.deepEqual(unequal([arn, '<function-name:1>'], ['arn:aws:lambda:us-east-1:000000000000:function:f', 'g']), ['[1]']);
    assert.deepEqual(unequal([arn], ['arn:aws:lambda:us-east-1:12:function:f']), ['[0]']);
  });

  test('a date must be one', () => {
    assert.deepEqual(unequal(['date', 'date', 'date'], ['2026-11-20T10:00:00.000+0000', '2026-11-20T10:00:00Z', 'soon']), ['[2]']);
  });

  test('a date at the beginning of a text', () => {
    assert.deepEqual(unequal(['date\tx'], ['2026-11-20T10:00:00.000Z\tx']), []);
    assert.deepEqual(unequal(['date\tx', 'a date x'], ['soon\tx', 'a 2026-11-20T10:00:00.000Z x']), ['[0]', '[1]']);
  });

  test('the date of a header may be another, and so may a request id', () => {
    const date = 'Tue, 25 Nov 2025 03:22:17 GMT';
    assert.deepEqual(unequal([date, date], ['Fri, 20 Nov 2026 10:00:00 GMT', 'today']), ['[1]']);
    const id = 'aa3a9d6c-6f2d-4a4e-8a5c-0f2d3c1b2a19';
    assert.deepEqual(unequal([id, id], ['0c3a9d6c-6f2d-4a4e-8a5c-0f2d3c1b2a19', 'id']), ['[1]']);
  });

  test('the metadata of a success proves nothing, that of an error does', () => {
    const counted = (status: number): readonly boolean[] => {
      const answer = { ResponseMetadata: { HTTPHeaders: {}, HTTPStatusCode: status } };
      return compare(answer, answer, new Placeholders()).map(({ counts }) => counts);
    };
    assert.deepEqual(counted(201), [false, false]);
    assert.deepEqual(counted(404), [true, true]);
  });
});

suite('unanswered', () => {
  test('counts what a comparison would have counted, unequal', () => {
    const success = { HTTPHeaders: {}, HTTPStatusCode: 200 };
    const leaves = unanswered(
      { State: 'Active', LastModified: 'date', Arn: 'arn:<resource:1>', Id: '<uuid:1>', ResponseMetadata: success },
      'key',
    );
    assert.deepEqual(
      leaves.filter(({ counts }) => counts).map(({ path, equal }) => [path, equal]),
      [
        ['key.State', false],
        ['key.Arn', false],
      ],
    );
  });
});
