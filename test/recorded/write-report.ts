/**
 * Replays and writes `docs/recorded-answers.md`; with a part of a case's name, prints the differences of those cases alone.
 *
 *     node test/recorded/write-report.ts [part of a case's name]
 */
import { writeFileSync } from 'node:fs';
import { RealDaemon } from '../support/daemon.ts';
import { reportPage } from './report.ts';
import { runReplays } from './run-replays.ts';
import { REPLAYS } from './replays.ts';
import { leftOut } from './scope.ts';

const only = process.argv[2];
const daemon = await RealDaemon.start();
try {
  const page = reportPage(await runReplays(daemon.endpoint, REPLAYS, only), leftOut());
  if (only === undefined) writeFileSync(new URL('../../docs/recorded-answers.md', import.meta.url), page);
  console.log(page);
} finally {
  await daemon.stop();
  daemon.removeData();
}
