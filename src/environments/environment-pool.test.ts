import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { silentLogger } from '#base/logger.ts';
import { layeredDigest } from '#functions/function-layers.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { call, environmentHarness, outcomeOf, testVersion, turn } from '../../test/support/environments.ts';
import type { EnvironmentHarness } from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import { EnvironmentPool } from './environment-pool.ts';
import type { PoolOptions } from './environment-pool.ts';

const IDLE_TIMEOUT_MS = 60_000;
const MAX_AGE_MS = 3_600_000;
const VERSION = testVersion();

interface PoolHarness extends EnvironmentHarness {
  readonly pool: EnvironmentPool;
  /** Runs one invocation to its end. */
  readonly once: (version?: FunctionVersion) => Promise<void>;
  /** Sandboxes that still live. */
  readonly living: () => number;
}

function harness(options: Partial<PoolOptions> = {}): PoolHarness {
  const environments = environmentHarness();
  const { clock, driver, launcher } = environments;
  const pool = new EnvironmentPool({
    launcher,
    clock,
    logger: silentLogger,
    maxLaunches: 4,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxAgeMs: MAX_AGE_MS,
    admitLaunch: () => undefined,
    ...options,
  });
  return {
    ...environments,
    pool,
    once: async (version = VERSION) => call(await pool.acquire(version)).settled,
    living: () => driver.sandboxes.filter(({ calls }) => !calls.includes('halt')).length,
  };
}

suite('EnvironmentPool: reuse', () => {
  test('an environment that has finished serves the next invocation of the same configuration', async () => {
    const { driver, pool, once } = harness();
    await once();
    await once();
    // Tags and state make a new record, not a new configuration.
    await once({ ...VERSION, revisionId: 'another' });
    assert.equal(driver.sandboxes.length, 1);
    assert.deepEqual(pool.counts, { alive: 1, idle: 1 });
  });

  test('a busy one is not shared', async () => {
    const { driver, pool } = harness();
    await Promise.all([pool.acquire(VERSION), pool.acquire(VERSION)]);
    assert.equal(driver.sandboxes.length, 2);
    assert.deepEqual(pool.counts, { alive: 2, idle: 0 });
  });

  test('the one used last is taken first', async () => {
    const { driver, pool, once } = harness();
    const used: string[] = [];
    driver.script = {
      ...ECHO,
      invoke(sandbox, received) {
        used.push(sandbox.id);
        ECHO.invoke(sandbox, received);
      },
    };
    const [first, second] = await Promise.all([pool.acquire(VERSION), pool.acquire(VERSION)]);
    await call(second).settled;
    await call(first).settled;
    await once();
    assert.equal(used.length, 3);
    assert.notEqual(used[0], used[1]);
    assert.equal(used[2], used[1]);
  });

  test('another account, region, name or version is another function', async () => {
    const { driver, once } = harness();
    await once();
    await once(testVersion({ region: 'eu-west-1' }));
    await once(testVersion({ name: 'g' }));
    await once(testVersion({ version: '1' }));
    assert.equal(driver.sandboxes.length, 4);
  });

  test('the code is prepared once, and again after a failure', async () => {
    const environments = environmentHarness();
    let prepared = 0;
    const launcher: PoolOptions['launcher'] = {
      prepare(version) {
        prepared += 1;
        return prepared === 1 ? Promise.reject(new Error('not there yet')) : environments.launcher.prepare(version);
      },
      launch: (...args) => environments.launcher.launch(...args),
    };
    const { pool } = harness({ launcher });
    await assert.rejects(pool.acquire(VERSION), /not there yet/);
    await Promise.all([pool.acquire(VERSION), pool.acquire(VERSION), pool.acquire(VERSION)]);
    assert.equal(prepared, 2);
  });

  test('no more than the wanted number initialise at the same time', async () => {
    const { driver, pool } = harness({ maxLaunches: 2 });
    driver.script = { ...ECHO, start: () => {} };
    const acquired = Promise.all([pool.acquire(VERSION), pool.acquire(VERSION), pool.acquire(VERSION)]);
    await turn();
    assert.equal(driver.sandboxes.length, 2);
    driver.script = ECHO;
    driver.sandboxes[0]?.ready(0);
    await turn();
    assert.equal(driver.sandboxes.length, 3);
    driver.sandboxes[1]?.ready(0);
    await acquired;
  });

  test('a sandbox that cannot be made fails the acquisition and leaves nothing', async () => {
    const { driver, pool, once } = harness();
    driver.beforeCreate = () => {
      throw new Error('no space');
    };
    await assert.rejects(pool.acquire(VERSION), /no space/);
    assert.deepEqual(pool.counts, { alive: 0, idle: 0 });
    driver.beforeCreate = () => {};
    await once();
  });
});

suite('EnvironmentPool: retirement', () => {
  test('a new configuration retires the idle environments of the old one at once', async () => {
    const { driver, pool, living, once } = harness();
    await once();
    await once(testVersion({ configurationId: 'next' }));
    assert.equal(driver.sandboxes.length, 2);
    assert.equal(living(), 1);
    assert.deepEqual(pool.counts, { alive: 1, idle: 1 });
  });

  test('a busy environment finishes first', async () => {
    const { driver, pool, living, once } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const old = call(await pool.acquire(VERSION));
    await turn();
    driver.script = ECHO;
    await once(testVersion({ configurationId: 'next' }));
    assert.equal(living(), 2);
    driver.sandboxes[0]?.respond(1, '1');
    assert.equal(await outcomeOf(old.answer), 'success: 1');
    await old.settled;
    assert.equal(living(), 1);
    assert.deepEqual(pool.counts, { alive: 1, idle: 1 });
  });

  test('retire: what is idle goes now, what is busy later, another configuration stays', async () => {
    const { driver, pool, living, once } = harness();
    const busy = await pool.acquire(VERSION);
    await once();
    pool.retire(testVersion({ configurationId: 'other' }));
    pool.retire(testVersion({ name: 'g' }));
    assert.equal(living(), 2);
    pool.retire(VERSION);
    assert.equal(living(), 1);
    await call(busy).settled;
    assert.equal(living(), 0);
    assert.deepEqual(pool.counts, { alive: 0, idle: 0 });
    assert.equal(driver.sandboxes.length, 2);
  });

  test('one idle for too long is reaped, one that was used in between is not', async () => {
    const { clock, driver, pool, living } = harness();
    const leases = await Promise.all([pool.acquire(VERSION), pool.acquire(VERSION)]);
    await Promise.all(leases.map((lease) => call(lease).settled));
    clock.advance(IDLE_TIMEOUT_MS - 1);
    assert.equal(living(), 2);
    await call(await pool.acquire(VERSION)).settled;
    clock.advance(IDLE_TIMEOUT_MS / 10);
    assert.equal(living(), 1);
    assert.deepEqual(pool.counts, { alive: 1, idle: 1 });
    clock.advance(IDLE_TIMEOUT_MS);
    assert.equal(living(), 0);
    assert.equal(driver.sandboxes.length, 2);
  });

  test('one that is too old takes no more work, whether it was busy or idle then', async () => {
    const { clock, driver, pool, living, once } = harness({ idleTimeoutMs: 10 * MAX_AGE_MS });
    const lease = await pool.acquire(VERSION);
    clock.advance(MAX_AGE_MS);
    await call(lease).settled;
    assert.equal(living(), 0);
    await once();
    clock.advance(MAX_AGE_MS - 1);
    await once();
    assert.equal(driver.sandboxes.length, 2);
    clock.advance(1);
    await once();
    assert.equal(driver.sandboxes.length, 3);
    assert.equal(living(), 1);
    assert.deepEqual(pool.counts, { alive: 1, idle: 1 });
  });
});

suite('EnvironmentPool.usesCode', () => {
  const digest = VERSION.code.digest;

  test('from before an environment is made until it is gone, retired or not', async () => {
    const { driver, pool } = harness();
    assert.equal(pool.usesCode(digest), false);
    const made = Promise.withResolvers<void>();
    driver.beforeCreate = () => made.promise;
    const acquired = pool.acquire(VERSION);
    assert.equal(pool.usesCode(digest), true, 'being made');
    pool.retire(VERSION);
    assert.equal(pool.usesCode(digest), true, 'being made, and retired');
    made.resolve();
    const { settled } = call(await acquired);
    assert.equal(pool.usesCode(digest), true, 'running');
    await settled;
    await turn();
    assert.equal(pool.usesCode(digest), false);
    assert.equal(pool.usesCode('another'), false);
  });

  test('as long as environments could be made with what was prepared, also when the last was reaped', async () => {
    const { clock, pool, living, once } = harness();
    await once();
    clock.advance(2 * IDLE_TIMEOUT_MS);
    await turn();
    assert.equal(living(), 0);
    assert.equal(pool.usesCode(digest), true);
    pool.retire(VERSION);
    assert.equal(pool.usesCode(digest), false);
  });

  test('layers too, and what they make together', async () => {
    const { pool } = harness();
    const layers = ['x', 'y'].map((layer) => ({ arn: layer, code: { digest: layer, sizeBytes: 1 } }));
    const version = testVersion({ layers, configurationId: 'with layers' });
    const { settled } = call(await pool.acquire(version));
    pool.retire(version);
    const digests = [digest, 'x', 'y', layeredDigest(['x', 'y'])];
    for (const used of digests) assert.equal(pool.usesCode(used), true, used);
    await settled;
    await turn();
    for (const used of digests) assert.equal(pool.usesCode(used), false, used);
  });

  test('not by an environment that could not be made', async () => {
    const { driver, pool } = harness();
    driver.beforeCreate = () => {
      throw new Error('no space');
    };
    await assert.rejects(pool.acquire(VERSION), /no space/);
    pool.retire(VERSION);
    assert.equal(pool.usesCode(digest), false);
  });
});

suite('EnvironmentPool.close', () => {
  test('kills idle and busy ones, and answers what runs, once', async () => {
    const { driver, pool, living, once } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const busy = call(await pool.acquire(VERSION));
    driver.script = ECHO;
    await once();
    await pool.close();
    assert.match(await outcomeOf(busy.answer), /Runtime\.ExitError.*signal: killed/);
    assert.equal(busy.settlements(), 1);
    assert.equal(living(), 0);
    assert.deepEqual(pool.counts, { alive: 0, idle: 0 });
  });

  test('nothing is acquired afterwards, nor kept that was on its way', async () => {
    const { driver, pool, living } = harness();
    const made = Promise.withResolvers<void>();
    driver.beforeCreate = () => made.promise;
    const acquired = pool.acquire(VERSION);
    await turn();
    const refusal = { code: 'ServiceException', status: 500 };
    const refused = assert.rejects(acquired, refusal);
    const closed = pool.close();
    made.resolve();
    await closed;
    await refused;
    assert.equal(driver.sandboxes.length, 1);
    assert.equal(living(), 0);
    await assert.rejects(pool.acquire(VERSION), refusal);
    assert.equal(driver.sandboxes.length, 1);
  });

  test('an init phase on its way is ended, and what waits behind it never begins', async () => {
    const { driver, pool, living } = harness();
    driver.script = { ...ECHO, start: () => {} };
    const acquired = Array.from({ length: 20 }, () => pool.acquire(VERSION));
    const refused = Promise.all(acquired.map((one) => assert.rejects(one, { code: 'ServiceException', status: 500 })));
    await turn();
    const begun = driver.sandboxes.length;
    assert.ok(begun > 0 && begun < 20);
    await pool.close();
    await refused;
    assert.equal(driver.sandboxes.length, begun);
    assert.ok(driver.sandboxes.every(({ calls }) => calls.includes('kill')));
    assert.equal(living(), 0);
  });
});
