/**
 * Prints every figure of GOALS.md in one run, each beside its floor.
 *
 *     node bench/run.ts [--rounds 5] [--only warm,cold,startup,memory]
 *
 * Exits with 1 when a goal is missed.
 */
import { parseArgs } from 'node:util';
import { cold } from './cold.ts';
import { idleMemory, startup } from './startup.ts';
import { Daemon } from './support/daemon.ts';
import { createRole } from './support/functions.ts';
import type { Row } from './support/row.ts';
import { warm } from './warm.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, only: { type: 'string', default: 'startup,memory,cold,warm' } },
});
const rounds = Number(values.rounds);
const parts = new Set(values.only.split(','));
const rows: Row[] = [];

function print(...more: readonly Row[]): void {
  rows.push(...more);
  for (const row of more) console.log(`${row.met ? 'met   ' : 'MISSED'}  ${row.name.padEnd(34)} ${row.result}   goal ${row.goal}`);
}

if (parts.has('startup')) print(...(await startup({ rounds })));
if (parts.has('memory')) print(await idleMemory());
if (parts.has('cold') || parts.has('warm')) {
  const daemon = await Daemon.start();
  console.log(daemon.output().trim());
  await createRole(daemon.port);
  if (parts.has('cold')) print(...(await cold(daemon, { rounds: rounds * 4 })));
  if (parts.has('warm')) print(...(await warm(daemon, { rounds, goal: 0.5, label: '' })));
  console.log(`state at the end: ${JSON.stringify(await daemon.status())}`);
  await daemon.stop();
}
process.exitCode = rows.every((row) => row.met) ? 0 : 1;
