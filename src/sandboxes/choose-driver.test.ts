import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { chooseDriver } from './choose-driver.ts';
import type { HostReport } from './probe.ts';

const options = {
  runDirectory: '/nowhere',
  dataDirectory: '/nowhere',
  runId: 'r',
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
};
const poor: HostReport = {
  facts: [
    { name: 'root', found: 'no', verdict: 'missing', remedy: 'start as root' },
    { name: 'swap', found: 'none', verdict: 'good', remedy: undefined },
  ],
  bubblewrap: undefined,
};

describe('chooseDriver', () => {
  it('auto falls back to plain processes, with the reason in the description', async () => {
    const driver = await chooseDriver({ ...options, driver: 'auto', host: poor });
    assert.equal(driver.name, 'process');
    assert.match(driver.description, /NO ISOLATION.*\(root: no\)/);
  });

  it('bubblewrap by name fails with the reasons where it cannot work', async () => {
    await assert.rejects(
      chooseDriver({ ...options, driver: 'bubblewrap', host: poor }),
      /^Error: bubblewrap cannot be used here: root: no$/,
    );
  });

  it('process by name is taken without looking at the host', async () => {
    assert.match((await chooseDriver({ ...options, driver: 'process' })).description, /\(as asked for\)$/);
  });
});
