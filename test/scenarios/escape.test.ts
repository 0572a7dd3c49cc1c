import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { Account } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/**
 * A function that tries to get out. What each attempt came to is printed as a table: everything must be refused, or come to nothing.
 * A shared kernel has holes that no such list knows: README, "Security".
 */

interface Attempt {
  readonly group: string;
  readonly attempt: string;
  readonly escaped: boolean;
  readonly result: string;
}

const ROOT = new URL('../../', import.meta.url).pathname;
const PORT_OF_NEIGHBOUR = 8099;

describe('escape', { concurrency: false, skip: withoutIsolation() }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    const code = { runtime: 'python3.12', handler: 'index.handler', timeout: 120, memory: 512 } as const;
    const files = { 'index.py': readFileSync(`${import.meta.dirname}/escape_attempts.py`, 'utf8') };
    await account.deploy('intruder', { ...code, files });
    await account.deploy('neighbour', { ...code, files: { ...files, SECRET: 'of the neighbour' } });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('every attempt to leave the sandbox is refused', async () => {
    const served = await account.result<readonly string[]>('neighbour', { serve: PORT_OF_NEIGHBOUR });
    const own = (address: string): boolean => !address.startsWith('127.') && !address.endsWith('.0') && !address.includes('/');
    const table = await account.result<readonly Attempt[]>('intruder', {
      data: daemon.dataDir,
      package: ROOT,
      port: daemon.port,
      daemon: daemon.pid,
      hosts: childrenOf(daemon.pid),
      neighbours: readdirSync(`${daemon.dataDir}/code`).map((name) => `${daemon.dataDir}/code/${name}`),
      addresses: Object.values(networkInterfaces()).flatMap((all = []) =>
        all.filter(({ family }) => family === 'IPv4').map(({ address }) => address),
      ),
      neighbourAddresses: [...new Set(['127.0.0.1', ...served.filter(own)])].map((address) => [address, PORT_OF_NEIGHBOUR]),
    });
    process.stdout.write(`${asText(table)}\n`);
    assert.deepEqual(
      table.filter(({ escaped }) => escaped).map(({ group, attempt, result }) => `${group}: ${attempt}: ${result}`),
      [],
    );
    const groups = new Map<string, number>();
    for (const { group } of table) groups.set(group, (groups.get(group) ?? 0) + 1);
    assert.ok(table.length > 200 && groups.size >= 15, JSON.stringify(Object.fromEntries(groups)));
    // It still lives, after all that.
    assert.equal((await account.result<readonly Attempt[]>('intruder', { serve: PORT_OF_NEIGHBOUR })).length > 0, true);
  });
});

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}

function asText(table: readonly Attempt[]): string {
  const width = (pick: (row: Attempt) => string): number => Math.max(...table.map((row) => pick(row).length));
  const [groupWidth, attemptWidth] = [width(({ group }) => group), width(({ attempt }) => attempt)];
  return table
    .map(({ group, attempt, escaped, result }) =>
      `${escaped ? 'ESCAPED' : 'refused'}  ${group.padEnd(groupWidth)}  ${attempt.padEnd(attemptWidth)}  ${result}`.trimEnd(),
    )
    .join('\n');
}
