import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { processDriver } from './process-driver.ts';
import { describeSandboxContract } from './sandbox-contract.ts';

const open = async () => processDriver({ reason: 'in a test', clock: systemClock, logger: silentLogger });

describeSandboxContract('process', { open });

it('process driver: says that it isolates nothing, and why', async () => {
  const driver = await open();
  assert.match(driver.description, /^NO ISOLATION: .*\(in a test\)$/);
  await driver.close();
});
