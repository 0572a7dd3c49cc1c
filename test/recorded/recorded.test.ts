import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { recordedCases } from './recorded-case.ts';
import { errorScore, percent, reportPage, scoreOf } from './report.ts';
import { runReplays, type CaseResult } from './run-replays.ts';
import { REPLAYS } from './replays.ts';
import { leftOut, REPLAYED_RECORDS } from './scope.ts';

/** Per cent, of cases and of values. */
const GOAL = { cases: 85, leaves: 97 };

suite('answers held against AWS', { skip: withoutIsolation() }, () => {
  let daemon: RealDaemon;
  let results: readonly CaseResult[];

  before(async () => {
    daemon = await RealDaemon.start();
    results = await runReplays(daemon.endpoint, REPLAYS);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('every replay belongs to a recorded case', () => {
    const known = new Set(REPLAYED_RECORDS.flatMap((record) => Object.keys(recordedCases(record))));
    assert.deepEqual(
      Object.keys(REPLAYS).filter((name) => !known.has(name)),
      [],
    );
  });

  test('the goals are met', (context) => {
    const { cases, equalCases, leaves, equalLeaves } = scoreOf(results);
    const errors = errorScore(results);
    context.diagnostic(`cases wholly equal: ${equalCases} of ${cases}; values equal: ${equalLeaves} of ${leaves}`);
    context.diagnostic(`of errors: ${errors.equalCases} of ${errors.cases}; ${errors.equalLeaves} of ${errors.leaves}`);
    assert.ok(percent(equalCases, cases) >= GOAL.cases, `${equalCases} of ${cases} cases`);
    assert.ok(percent(equalLeaves, leaves) >= GOAL.leaves, `${equalLeaves} of ${leaves} values`);
  });

  test('docs/recorded-answers.md is current', () => {
    const written = readFileSync(new URL('../../docs/recorded-answers.md', import.meta.url), 'utf8');
    assert.equal(written, reportPage(results, leftOut()), 'run: node test/recorded/write-report.ts');
  });
});
