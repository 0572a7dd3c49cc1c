import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compare, Placeholders, type Json } from './compare.ts';
import { errorScore, reportPage, scoreOf } from './report.ts';
import type { CaseResult } from './run-replays.ts';

function result(recorded: Json, actual: Json, failure?: string): CaseResult {
  return { record: 'test_lambda', name: 'Test::test', leaves: compare(recorded, actual, new Placeholders()), failure };
}

suite('scoreOf', () => {
  test('counts cases and values, and a case that broke off as failed', () => {
    const results = [result({ a: 1, b: 2 }, { a: 1, b: 2 }), result({ a: 1 }, { a: 2 }), result({ a: 1 }, { a: 1 }, 'broke off')];
    assert.deepEqual(scoreOf(results), { cases: 3, equalCases: 1, leaves: 4, equalLeaves: 3 });
  });
});

suite('errorScore', () => {
  test('is about the answers that were errors, in all three forms', () => {
    const metadata = { HTTPHeaders: {}, HTTPStatusCode: 404 };
    const boto = { Error: { Code: 'A', Message: 'text' }, Type: 'User', ResponseMetadata: metadata };
    const results = [
      result({ x: boto, ok: { a: 1 } }, { x: boto, ok: { a: 1 } }),
      result({ x: { Code: 'A', Message: 'text' } }, { x: { Code: 'A', Message: 'another' } }),
      result({ x: { Code: 'A', Count: 1, Errors: ['text'] } }, { x: { Code: 'A', Count: 1, Errors: ['text'] } }),
      result({ x: { Code: { Location: 'here' } } }, { x: { Code: { Location: 'here' } } }),
    ];
    assert.deepEqual(errorScore(results), { cases: 3, equalCases: 2, leaves: 10, equalLeaves: 9 });
  });

  test('an error that AWS did not answer is no error of the record', () => {
    assert.equal(errorScore([result({ x: { a: 1 } }, { x: { Error: { Code: 'A', Message: 'text' } } })]).cases, 0);
  });
});

const NONE: ReadonlyMap<string, number> = new Map();

suite('reportPage', () => {
  test('says what was left out', () => {
    assert.match(
      reportPage(
        [],
        new Map([
          ['one thing', 2],
          ['another', 1],
        ]),
      ),
      /^Left out: one thing \(2\), another \(1\)\.$/m,
    );
  });

  test('names each value that differs, without what is another with each run', () => {
    const page = reportPage(
      [result({ x: { a: 1, b: 'f' } }, { x: { a: 1, b: 'arn:aws:lambda:us-east-1:100000000017:function:fn-12' } })],
      NONE,
    );
    assert.match(page, /^\| values equal \| 1 \| 2 \| 50\.0 % \|$/m);
    assert.match(page, /^### Test::test\n\n- `x\.b`: AWS `"f"`, here `"arn:aws:lambda:us-east-1:<account>:function:<function>"`$/m);
  });

  test('says why a case was not wholly replayed, and nothing of those that are equal', () => {
    const page = reportPage([result({ a: 1 }, { a: 1 }, 'not replayed'), { ...result({ a: 1 }, { a: 1 }), name: 'Test::equal' }], NONE);
    assert.match(page, /### Test::test\n\nnot replayed\n$/);
    assert.doesNotMatch(page, /Test::equal/);
  });
});
