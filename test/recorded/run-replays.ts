import { Account } from '../support/account.ts';
import type { Leaf } from './compare.ts';
import { unanswered } from './compare.ts';
import { recordedCases, type RecordName } from './recorded-case.ts';
import { Replay, type ReplayTable } from './replay.ts';
import { REPLAYED_RECORDS, outOfScope } from './scope.ts';

/** What came of one recorded case. */
export interface CaseResult {
  readonly record: RecordName;
  readonly name: string;
  readonly leaves: readonly Leaf[];
  /** Why the case counts as failed although its leaves may be equal: no replay, or one that broke off. */
  readonly failure: string | undefined;
}

/** Case names are the same in several records only where the record is the same. */
export async function runReplays(endpoint: string, replays: ReplayTable, only = ''): Promise<readonly CaseResult[]> {
  const results: CaseResult[] = [];
  let number = 100_000_000_000;
  for (const record of REPLAYED_RECORDS) {
    for (const [name, recorded] of Object.entries(recordedCases(record))) {
      // Nothing was compared in some cases, so there is nothing to be equal to.
      if (Object.keys(recorded).length === 0 || outOfScope(name) !== undefined || !name.includes(only)) continue;
      // An account of its own: what other cases left is not there.
      const accountId = String((number += 1));
      const account = new Account(endpoint, { accessKeyId: accountId, secretAccessKey: 'test' });
      const replay = new Replay({ account, accountId, endpoint, recorded });
      const steps = replays[name];
      let failure: string | undefined;
      if (steps === undefined) {
        failure = 'not replayed';
      } else {
        try {
          await steps(replay);
        } catch (error) {
          failure = `broke off: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`;
        }
      }
      const leaves = steps === undefined ? unanswered(recorded) : replay.leaves();
      results.push({ record, name, leaves, failure });
      for (const client of [account.lambda, account.iam, account.logs, account.sts]) client.destroy();
    }
  }
  return results;
}
