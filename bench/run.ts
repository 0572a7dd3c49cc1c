/**
 * Prints every figure of GOALS.md in one run, each beside its floor.
 *
 *     node bench/run.ts [--rounds 5] [--only startup,memory,cold,warm,exact,endurance,url,many]
 *
 * Exits with 1 when a goal is missed.
 */
import { parseArgs } from 'node:util';
import { burst } from './burst.ts';
import { cold } from './cold.ts';
import { endurance } from './endurance.ts';
import { functionUrl } from './function-url.ts';
import { manyFunctions } from './many-functions.ts';
import { idleMemory, startup } from './startup.ts';
import { Daemon } from './support/daemon.ts';
import { createRole } from './support/functions.ts';
import type { Row } from './support/row.ts';
import { thinking, warm } from './warm.ts';

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
if (['cold', 'warm', 'endurance', 'url'].some((part) => parts.has(part))) {
  await withDaemon({}, async (daemon) => {
    if (parts.has('cold')) print(...(await cold(daemon, { rounds: rounds * 4, parked: true })));
    if (parts.has('warm')) print(...(await warm(daemon, { rounds, goal: 0.5, label: '' })), await thinking(daemon, { rounds }));
    if (parts.has('endurance')) print(await endurance(daemon));
    if (parts.has('url')) print(...(await functionUrl(daemon, { rounds })));
  });
}
if (parts.has('cold')) {
  // Each start from nothing, as functions have it that parked runtimes cannot serve.
  await withDaemon({ HEARTH_PARKED_MEMORY_MB: '0' }, async (daemon) => {
    print(...(await cold(daemon, { rounds: rounds * 4, parked: false })), ...(await burst(daemon, { rounds })));
  });
}
if (parts.has('exact')) {
  // Frozen at once after each invocation, as AWS's documentation has it: every call thaws.
  await withDaemon({ HEARTH_FREEZE_GRACE_MS: '0' }, async (daemon) => {
    print(...(await warm(daemon, { rounds, goal: 0.4, label: ', grace 0' })));
  });
}
if (parts.has('many')) print(...(await manyFunctions({ rounds })));

async function withDaemon(environment: Readonly<Record<string, string>>, work: (daemon: Daemon) => Promise<void>): Promise<void> {
  const daemon = await Daemon.start(environment);
  console.log(daemon.output().trim());
  await createRole(daemon.port);
  await work(daemon);
  console.log(`state at the end: ${JSON.stringify(await daemon.status())}`);
  await daemon.stop();
}
process.exitCode = rows.every((row) => row.met) ? 0 : 1;
