import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Lease } from '#base/lease.ts';
import { silentLogger } from '#base/logger.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { call, environmentHarness, outcomeOf, turn } from '../../test/support/environments.ts';
import type { EnvironmentHarness } from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import type { FakeSandbox } from '../../test/support/fake-sandbox.ts';
import { functionRecord, invokedVersion } from '../../test/support/function-record.ts';
import { EnvironmentPool } from './environment-pool.ts';
import { ProvisionedEnvironments } from './provisioned-environments.ts';
import type { ProvisionedEnvironment } from './provisioned-environment.ts';

const MAX_AGE_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A function `f` with versions 1 and 2, whose environments initialise when the test says so. */
interface Harness extends EnvironmentHarness {
  readonly functions: FunctionRepository;
  readonly provisioned: ProvisionedEnvironments;
  readonly pool: EnvironmentPool;
  readonly versions: Readonly<Record<'1' | '2', FunctionVersion>>;
  /** Concurrency leases: the most there can be, and how many are held. */
  readonly leases: { limit: number; held: number };
  /** Sandboxes that were made and have not been told to initialise. */
  readonly starting: FakeSandbox[];
  readonly change: (changes: Partial<FunctionRecord>) => Promise<void>;
  readonly put: (qualifier: string, requested: number) => Promise<void>;
  /** Lets everything that is starting initialise, also what is started thereupon. */
  readonly initialise: (most?: number) => Promise<void>;
  readonly state: (qualifier?: string) => string;
  /** Runs an invocation of the version on each environment that it can have at once, to the end. */
  readonly takeAll: (version: FunctionVersion) => ProvisionedEnvironment[];
  readonly living: () => number;
}

async function harness(): Promise<Harness> {
  const environments = environmentHarness({ freezeGraceMs: 2 });
  const { clock, driver, launcher } = environments;
  const starting: FakeSandbox[] = [];
  driver.script = { ...ECHO, start: (sandbox) => void starting.push(sandbox) };
  const pool = new EnvironmentPool({
    launcher,
    clock,
    logger: silentLogger,
    maxLaunches: 16,
    idleTimeoutMs: MINUTE_MS,
    maxAgeMs: MAX_AGE_MS,
    admitLaunch: () => undefined,
  });
  const functions = await FunctionRepository.open(new MemoryDocumentStore());
  const record = functionRecord('f');
  await functions.create(record);
  const published = async (number: '1' | '2'): Promise<FunctionVersion> => {
    const version = { ...record.latest, version: number, configurationId: `configuration-of-${number}` };
    await functions.publish(record, (current) => ({
      record: { ...current, versions: { ...current.versions, [number]: `${number}-id` } },
      published: version,
    }));
    return invokedVersion(functions, 'f', number) ?? assert.fail();
  };
  const versions = { '1': await published('1'), '2': await published('2') };

  const leases = { limit: 100, held: 0 };
  const waiting: (() => void)[] = [];
  const serve = (): void => {
    while (leases.held < leases.limit && waiting.length > 0) waiting.shift()?.();
  };
  const claim = (_version: FunctionVersion, signal: AbortSignal): Promise<Lease> =>
    new Promise((resolve, reject) => {
      const grant = (): void => {
        leases.held += 1;
        const release = (): void => {
          leases.held -= 1;
          serve();
        };
        resolve({ release, [Symbol.dispose]: release });
      };
      waiting.push(grant);
      signal.addEventListener('abort', () => {
        const index = waiting.indexOf(grant);
        if (index !== -1) waiting.splice(index, 1);
        reject(signal.reason as Error);
      });
      serve();
    });

  const provisioned = new ProvisionedEnvironments({ environments: pool, claim, clock, logger: silentLogger, maxAgeMs: MAX_AGE_MS });
  provisioned.follow(functions);
  let modifiedMs = 0;
  const change = async (changes: Partial<FunctionRecord>): Promise<void> => {
    await functions.update(record, (current) => ({ ...current, ...changes }));
    await settled();
  };
  return {
    ...environments,
    functions,
    provisioned,
    pool,
    versions,
    leases,
    starting,
    change,
    put: (qualifier, requested) => change({ provisionedConcurrency: { [qualifier]: { requested, modifiedMs: ++modifiedMs } } }),
    async initialise(most = Infinity) {
      for (let count = 0; count < most && starting.length > 0; count++) {
        starting.shift()?.ready(0);
        await settled();
      }
    },
    state(qualifier = '1') {
      const found = provisioned.stateOf(record, qualifier);
      if (found === undefined) return 'none';
      const reason = found.status.name === 'FAILED' ? ` ${found.status.reason}` : '';
      return `${found.status.name}${reason}, allocated ${found.allocated}, available ${found.available}`;
    },
    takeAll(version) {
      const taken: ProvisionedEnvironment[] = [];
      for (let one = provisioned.take(version); one !== undefined; one = provisioned.take(version)) taken.push(one);
      return taken;
    },
    living: () => driver.sandboxes.filter(({ calls }) => !calls.includes('halt')).length,
  };
}

/** What was begun has come to where it waits for the test. */
async function settled(): Promise<void> {
  for (let turns = 0; turns < 4; turns++) await turn();
}

function giveBackAll(taken: readonly ProvisionedEnvironment[]): void {
  for (const one of taken) one.giveBack();
}

suite('ProvisionedEnvironments: allocation', () => {
  test('environments are initialised without an invocation, and serve when all are there', async () => {
    const { driver, initialise, leases, put, state, takeAll, versions } = await harness();
    await put('1', 3);
    assert.equal(state(), 'IN_PROGRESS, allocated 0, available 0');
    await initialise(2);
    assert.equal(state(), 'IN_PROGRESS, allocated 2, available 0');
    assert.deepEqual(takeAll(versions['1']), []);
    await initialise();
    assert.equal(state(), 'READY, allocated 3, available 3');
    assert.deepEqual([driver.sandboxes.length, leases.held], [3, 3]);
    assert.equal(takeAll(versions['2']).length, 0);
    const taken = takeAll(versions['1']);
    assert.equal(taken.length, 3);
    assert.equal(await outcomeOf(call(taken[0] ?? assert.fail()).answer), 'success: {"a":1}');
  });

  test('the runtime knows, and its report has no Init Duration', async () => {
    const { clock, driver, initialise, logs, provisioned, put, versions } = await harness();
    await put('1', 1);
    clock.advance(20_000);
    await initialise();
    const [sandbox] = driver.sandboxes;
    assert.equal(
      sandbox?.spec.environment({ runtimeApi: '127.0.0.1:9001', awsEndpoint: '127.0.0.1:4566' })['AWS_LAMBDA_INITIALIZATION_TYPE'],
      'provisioned-concurrency',
    );
    clock.advance(50);
    assert.match(logs.take()[0] ?? '', /^INIT_START /);
    await call(provisioned.take(versions['1']) ?? assert.fail()).settled;
    clock.advance(50);
    const report = logs.take().at(-1) ?? '';
    assert.match(report, /^REPORT RequestId: r1\tDuration: 0\.00 ms\tBilled Duration: \d+ ms\t/);
    assert.doesNotMatch(report, /Init Duration/);
  });

  test('busy ones are not shared: take finds none, and finds them again afterwards', async () => {
    const { initialise, provisioned, put, takeAll, versions } = await harness();
    await put('1', 2);
    await initialise();
    const taken = takeAll(versions['1']);
    assert.equal(provisioned.take(versions['1']), undefined);
    giveBackAll(taken);
    assert.deepEqual(new Set(takeAll(versions['1'])), new Set(taken));
  });

  test('waits for concurrency that others use', async () => {
    const { initialise, leases, put, state } = await harness();
    leases.limit = 1;
    await put('1', 2);
    await initialise();
    assert.equal(state(), 'IN_PROGRESS, allocated 2, available 0');
    leases.limit = 2;
    await put('1', 2);
    assert.equal(state(), 'READY, allocated 2, available 2');
  });

  test('a larger number keeps what serves, until all are there', async () => {
    const { initialise, put, state, takeAll, versions } = await harness();
    await put('1', 1);
    await initialise();
    await put('1', 3);
    assert.equal(state(), 'IN_PROGRESS, allocated 1, available 1');
    await initialise(1);
    assert.equal(takeAll(versions['1']).length, 1);
    await initialise();
    assert.equal(state(), 'READY, allocated 3, available 3');
    assert.equal(takeAll(versions['1']).length, 2);
  });

  test('a smaller number lets idle ones go, busy ones when they have finished', async () => {
    const { initialise, leases, living, put, state, takeAll, versions } = await harness();
    await put('1', 3);
    await initialise();
    const taken = takeAll(versions['1']);
    await put('1', 1);
    assert.equal(state(), 'READY, allocated 1, available 1');
    assert.deepEqual([living(), leases.held], [3, 3]);
    giveBackAll(taken);
    await settled();
    assert.deepEqual([living(), leases.held], [1, 1]);
    assert.equal(takeAll(versions['1']).length, 1);
  });

  test('nothing is left of what was withdrawn, or deleted with its function', async () => {
    const { change, functions, initialise, leases, living, put, state, takeAll, versions } = await harness();
    await put('1', 2);
    await initialise();
    const busy = takeAll(versions['1']);
    await change({ provisionedConcurrency: {} });
    assert.deepEqual([state(), takeAll(versions['1']).length, leases.held], ['none', 0, 2]);
    giveBackAll(busy);
    await settled();
    assert.deepEqual([leases.held, living()], [0, 0]);
    await put('1', 2);
    await functions.delete(functionRecord('f'));
    // One that initialises too late is not kept.
    await initialise();
    assert.deepEqual([state(), leases.held, living()], ['none', 0, 0]);
  });
});

suite('ProvisionedEnvironments: an alias', () => {
  const alias = (version: string, weight?: number): Pick<FunctionRecord, 'aliases'> => ({
    aliases: {
      live: {
        name: 'live',
        version,
        description: '',
        revisionId: 'r',
        ...(weight !== undefined && { routing: { version: '2', weight } }),
      },
    },
  });

  test('that moves is allocated at the new version before it leaves the old one, with the same concurrency', async () => {
    const { change, initialise, leases, living, put, state, takeAll, versions } = await harness();
    await change(alias('1'));
    await put('live', 2);
    await initialise();
    leases.limit = 2;
    await change(alias('2'));
    await initialise(1);
    assert.equal(state('live'), 'IN_PROGRESS, allocated 2, available 2');
    const busy = takeAll(versions['1']);
    assert.equal(busy.length, 2);
    assert.equal(takeAll(versions['2']).length, 0);
    await initialise();
    // Ready, but the concurrency is still in use at the old version.
    assert.equal(takeAll(versions['2']).length, 0);
    busy[0]?.giveBack();
    assert.equal(takeAll(versions['2']).length, 1);
    assert.equal(takeAll(versions['1']).length, 0);
    busy[1]?.giveBack();
    assert.equal(takeAll(versions['2']).length, 1);
    await settled();
    assert.deepEqual([state('live'), living(), leases.held], ['READY, allocated 2, available 2', 2, 2]);
  });

  test('with two versions divides by their weights', async () => {
    const { change, initialise, put, state, takeAll, versions } = await harness();
    await change(alias('1', 0.2));
    await put('live', 10);
    await initialise();
    assert.equal(state('live'), 'READY, allocated 10, available 10');
    assert.deepEqual([takeAll(versions['1']).length, takeAll(versions['2']).length], [8, 2]);
  });

  test('other changes of the function change nothing', async () => {
    const { change, driver, initialise, put, state } = await harness();
    await change(alias('1'));
    await put('live', 1);
    await initialise();
    await change({ tags: { a: 'b' }, reservedConcurrency: 5 });
    assert.deepEqual([state('live'), driver.sandboxes.length], ['READY, allocated 1, available 1', 1]);
  });
});

suite('ProvisionedEnvironments: failures', () => {
  test('an init phase that fails makes it FAILED; the earlier allocation serves on, the next request tries again', async () => {
    const { initialise, leases, living, put, starting, state, takeAll, versions } = await harness();
    await put('1', 1);
    await initialise();
    await put('1', 3);
    starting.shift()?.fail(0, 'Runtime.ImportModuleError', '{}');
    await settled();
    assert.equal(state(), 'FAILED FUNCTION_ERROR_INIT_FAILURE, allocated 1, available 1');
    await initialise();
    assert.deepEqual([living(), leases.held], [1, 1]);
    assert.equal(takeAll(versions['1']).length, 1);
    await put('1', 3);
    await initialise();
    assert.equal(state(), 'READY, allocated 3, available 3');
  });

  test('what cannot be made at all is an internal failure', async () => {
    const { driver, leases, put, state } = await harness();
    driver.beforeCreate = () => {
      throw new Error('no sandbox');
    };
    await put('1', 2);
    assert.equal(state(), 'FAILED INTERNAL_FAILURE, allocated 0, available 0');
    assert.equal(leases.held, 0);
  });

  test('one that fails for an earlier request is started again for this one', async () => {
    const { initialise, put, starting, state } = await harness();
    await put('1', 1);
    await put('1', 2);
    starting.shift()?.fail(0, 'Error', '{}');
    await settled();
    await initialise();
    assert.equal(state(), 'READY, allocated 2, available 2');
  });
});

suite('ProvisionedEnvironments: kept ready', () => {
  test('one that crashes in an invocation is replaced', async () => {
    const { driver, initialise, leases, provisioned, put, state, versions } = await harness();
    driver.script = { ...driver.script, invoke: (sandbox) => sandbox.end({ code: 1 }) };
    await put('1', 1);
    await initialise();
    await call(provisioned.take(versions['1']) ?? assert.fail()).settled;
    await settled();
    assert.equal(state(), 'READY, allocated 0, available 0');
    assert.equal(provisioned.take(versions['1']), undefined);
    await initialise();
    assert.equal(state(), 'READY, allocated 1, available 1');
    assert.deepEqual([driver.sandboxes.length, leases.held], [2, 1]);
  });

  test('one that dies while idle is not handed out, and is replaced', async () => {
    const { clock, driver, initialise, provisioned, put, state, versions } = await harness();
    await put('1', 2);
    await initialise();
    driver.sandboxes[1]?.end({ signal: 'SIGKILL' });
    await settled();
    const taken = provisioned.take(versions['1']);
    assert.ok(taken);
    taken.giveBack();
    await settled();
    await initialise();
    assert.equal(state(), 'READY, allocated 2, available 2');
    // Also when nobody asks.
    for (const { calls } of driver.sandboxes) calls.length = 0;
    driver.sandboxes[0]?.end({ signal: 'SIGKILL' });
    driver.sandboxes[2]?.end({ signal: 'SIGKILL' });
    await settled();
    clock.advance(MINUTE_MS);
    await settled();
    await initialise();
    assert.equal(state(), 'READY, allocated 2, available 2');
    assert.equal(driver.sandboxes.length, 5);
  });

  test('one that grows old goes when its successor is there', async () => {
    const { clock, driver, initialise, leases, living, put, state, takeAll, versions } = await harness();
    await put('1', 2);
    await initialise();
    clock.advance(MAX_AGE_MS);
    await settled();
    assert.equal(state(), 'READY, allocated 2, available 2');
    const busy = takeAll(versions['1']);
    await initialise();
    assert.deepEqual([driver.sandboxes.length, living(), state()], [4, 4, 'READY, allocated 2, available 2']);
    giveBackAll(busy);
    await settled();
    assert.deepEqual([living(), leases.held, state()], [2, 2, 'READY, allocated 2, available 2']);
    assert.ok(driver.sandboxes.slice(0, 2).every(({ calls }) => calls.includes('kill')));
  });

  test('a replacement that fails is tried again later', async () => {
    const { clock, driver, initialise, provisioned, put, starting, state, versions } = await harness();
    await put('1', 1);
    await initialise();
    driver.sandboxes[0]?.end({ code: 1 });
    await settled();
    assert.equal(provisioned.take(versions['1']), undefined);
    await settled();
    starting.shift()?.fail(0, 'Error', '{}');
    await settled();
    assert.deepEqual([state(), starting.length], ['READY, allocated 0, available 0', 0]);
    clock.advance(MINUTE_MS);
    await settled();
    await initialise();
    assert.equal(state(), 'READY, allocated 1, available 1');
  });

  test('is not reaped, however long nobody invokes it', async () => {
    const { clock, initialise, put, takeAll, versions } = await harness();
    await put('1', 1);
    await initialise();
    clock.advance(50 * MINUTE_MS);
    assert.equal(takeAll(versions['1']).length, 1);
  });

  test('nothing is left after close, and what is busy ends with its invocation', async () => {
    const { initialise, leases, living, pool, provisioned, put, takeAll, versions } = await harness();
    await put('1', 2);
    await initialise();
    const [first, second] = takeAll(versions['1']);
    await put('1', 3);
    provisioned.close();
    first?.giveBack();
    await initialise();
    assert.deepEqual([leases.held, living()], [1, 1]);
    second?.giveBack();
    await settled();
    assert.deepEqual([leases.held, living()], [0, 0]);
    await pool.close();
    assert.equal(living(), 0);
  });
});

test('ProvisionedEnvironments: the records of an earlier run are allocated anew', async () => {
  const { clock, initialise, pool, put, functions, versions } = await harness();
  await put('1', 1);
  await initialise();
  const release = (): void => undefined;
  const again = new ProvisionedEnvironments({
    environments: pool,
    claim: () => Promise.resolve({ release, [Symbol.dispose]: release }),
    clock,
    logger: silentLogger,
    maxAgeMs: MAX_AGE_MS,
  });
  again.follow(functions);
  assert.equal(again.stateOf(functionRecord('f'), '1')?.status.name, 'IN_PROGRESS');
  await settled();
  await initialise();
  assert.ok(again.take(versions['1']));
});

test('ProvisionedEnvironments: how long environments were busy is added up', async () => {
  const { clock, initialise, provisioned, put, takeAll, versions } = await harness();
  await put('1', 2);
  await initialise();
  const busyMs = (): number | undefined => provisioned.stateOf(functionRecord('f'), '1')?.busyMs;
  clock.advance(500);
  assert.equal(busyMs(), 0);
  const taken = takeAll(versions['1']);
  clock.advance(100);
  taken[0]?.giveBack();
  clock.advance(10);
  assert.equal(busyMs(), 210);
  taken[1]?.giveBack();
  clock.advance(500);
  assert.equal(busyMs(), 210);
});
