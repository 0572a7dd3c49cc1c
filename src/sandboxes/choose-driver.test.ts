import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { RunRegistry } from '#sandbox-host/run-registry.ts';
import type { RunOwner } from '#sandbox-host/run-registry.ts';
import { unprivileged } from '../../test/support/unprivileged.ts';
import { chooseDriver } from './choose-driver.ts';

const host = { runDirectory: '/nowhere', dataDirectory: '/nowhere', runId: 'r', network: 'none' as const, places: [] };
const options = {
  host,
  clock: systemClock,
  logger: silentLogger,
};
describe('chooseDriver', () => {
  it('auto falls back to plain processes, with the reason in the description', async () => {
    const driver = await unprivileged(() => chooseDriver({ ...options, driver: 'auto' }));
    assert.equal(driver.name, 'process');
    assert.match(driver.description, /NO ISOLATION.*\(root: no\)/);
  });

  it('bubblewrap by name fails with the reasons where it cannot work', async () => {
    await assert.rejects(
      unprivileged(() => chooseDriver({ ...options, driver: 'bubblewrap' })),
      /^Error: bubblewrap cannot be used here: root: no$/,
    );
  });

  it(
    'cleans up after dead runs whatever the driver, where they kept their data',
    { skip: process.getuid?.() === 0 ? false : 'not root' },
    async (t) => {
      const parent = mkdtempSync(`${tmpdir()}/hearth-choose-`);
      t.after(() => rmSync(parent, { recursive: true }));
      const [runDirectory, elsewhere] = [`${parent}/run`, `${parent}/data-of-another`];
      const registry = new RunRegistry(runDirectory);
      for (const runId of ['dead', 'alive']) {
        registry.register(runId, elsewhere);
        for (const made of [`${runDirectory}/${runId}/scratch/1`, `${elsewhere}/sandboxes/${runId}/exposed`])
          mkdirSync(made, { recursive: true });
      }
      const record = `${runDirectory}/runs/dead.json`;
      writeFileSync(record, JSON.stringify({ ...(JSON.parse(readFileSync(record, 'utf8')) as RunOwner), startTicks: '1' }));
      // Several daemons may start at once.
      const place = { ...host, runDirectory, dataDirectory: `${parent}/data` };
      await Promise.all([1, 2].map(() => chooseDriver({ ...options, host: place, driver: 'process' })));
      assert.deepEqual(readdirSync(runDirectory).toSorted(), ['alive', 'runs']);
      assert.deepEqual(readdirSync(`${runDirectory}/runs`), ['alive.json']);
      assert.deepEqual(readdirSync(`${elsewhere}/sandboxes`), ['alive']);
    },
  );

  it('process by name is taken without looking at the host', async () => {
    assert.match((await chooseDriver({ ...options, driver: 'process' })).description, /\(as asked for\)$/);
  });
});
