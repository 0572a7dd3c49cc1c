import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { environmentHarness, PYTHON, testVersion, turn } from '../../../test/support/environments.ts';
import type { EnvironmentHarness } from '../../../test/support/environments.ts';
import { ECHO } from '../../../test/support/fake-sandbox.ts';
import type { FakeSandbox } from '../../../test/support/fake-sandbox.ts';
import { ParkedRuntimes } from './parked-runtimes.ts';

const MIB = 1024 * 1024;
const NODE = {
  ...PYTHON,
  identifier: 'nodejs24.x',
  family: 'nodejs',
  command: ['/var/lang/bin/node', '/var/runtime/bootstrap.cjs'],
} as const;

interface Harness extends EnvironmentHarness {
  readonly parked: ParkedRuntimes;
  /** Starts an environment, and lets what follows happen. */
  readonly start: (version?: Partial<FunctionVersion>) => Promise<FakeSandbox>;
  /** Lets time pass, and what is made ahead come to its end. */
  readonly pass: (ms: number) => Promise<void>;
  readonly waiting: () => readonly FakeSandbox[];
  readonly warnings: string[];
}

function harness(options: { readonly memoryBytes?: number; readonly installation?: typeof PYTHON } = {}): Harness {
  const made: ParkedRuntimes[] = [];
  const warnings: string[] = [];
  let ids = 0;
  const environments = environmentHarness({
    ...(options.installation !== undefined && { installation: options.installation }),
    parked: (driver, clock) => {
      const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) };
      const hex = (): string => `parked${(ids += 1)}`;
      const parked = new ParkedRuntimes({
        driver,
        memoryBytes: options.memoryBytes ?? 1024 * MIB,
        clock,
        ids: { ...systemIds, hex },
        logger,
      });
      made.push(parked);
      return parked;
    },
  });
  const { driver, clock, launch } = environments;
  const [parked] = made;
  assert.ok(parked !== undefined);
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turns = 0; turns < 100; turns += 1) await turn();
  };
  return {
    ...environments,
    parked,
    warnings,
    pass,
    waiting: () =>
      driver.sandboxes.filter(({ spec, role, calls }) => spec.parked === true && role === undefined && !calls.includes('kill')),
    async start(version) {
      const before = new Set(driver.sandboxes.filter(({ spec, role }) => spec.parked !== true || role !== undefined));
      await launch(version);
      const taken = driver.sandboxes.filter(({ spec, role }) => spec.parked !== true || role !== undefined).find((one) => !before.has(one));
      return taken ?? assert.fail('no sandbox was taken');
    },
  };
}

suite('ParkedRuntimes', () => {
  test('nothing is parked before a first use; then one waits, frozen, without code', async () => {
    const { start, pass, waiting, parked } = harness();
    await pass(1000);
    assert.deepEqual(waiting(), []);
    await start();
    assert.deepEqual(waiting(), [], 'while processors are needed');
    await pass(20);
    const [one] = waiting();
    assert.deepEqual(one?.calls, ['freeze']);
    assert.deepEqual(one.spec.mounts, [{ source: '/exposed/opt/python', target: '/var/lang' }]);
    assert.deepEqual(one.spec.environment({ runtimeApi: 'a:1', awsEndpoint: 'b:2' }), {
      LANG: 'en_US.UTF-8',
      _HEARTH_CHANNEL_FD: '3',
      _HEARTH_PARKED: '1',
    });
    assert.equal(one.spec.limits.memoryMb, 128);
    assert.deepEqual(parked.counts, { ready: 1, memoryMb: 10, hits: 0, misses: 1, ineligible: 0 });
  });

  test('the next start takes it: thawed, with code, memory, /tmp and variables of the function', async () => {
    const { start, pass, parked } = harness();
    await start();
    await pass(20);
    const taken = await start({
      memoryMb: 3538,
      ephemeralStorageMb: 600,
      environment: { A: 'b' },
      layers: [{ arn: 'a', code: { digest: 'd', sizeBytes: 1 } }],
    });
    assert.deepEqual(taken.calls, ['freeze', 'thaw', 'specialise', 'cpu 2']);
    assert.deepEqual(taken.role, {
      mounts: [
        { source: '/code', target: '/var/task', gid: 700 },
        { source: '/layers', target: '/opt', gid: 701 },
      ],
      memoryMb: 3538,
      scratchMb: 600,
    });
    const { environment = {} } = taken;
    assert.equal(environment['A'], 'b');
    assert.equal(environment['AWS_LAMBDA_RUNTIME_API'], '127.0.0.1:9001');
    assert.equal(environment['PWD'], '/var/task');
    assert.equal(environment['_HEARTH_PARKED'], undefined);
    assert.equal(parked.counts.hits, 1);
  });

  test('who may not get one is started from nothing', async () => {
    const { start, pass, parked, launcher } = harness();
    await start();
    await pass(20);
    for (const name of ['TZ', 'PYTHONPATH']) assert.equal((await start({ environment: { [name]: 'x' } })).role, undefined);
    const version = testVersion();
    await launcher.launch(version, await launcher.prepare(version), 'provisioned-concurrency');
    assert.deepEqual(parked.counts, { ready: 1, memoryMb: 10, hits: 0, misses: 1, ineligible: 2 });
  });

  test('a runtime that follows another in its sandbox is started from nothing', async () => {
    const { start, pass, parked, driver } = harness();
    const { spec } = await start();
    await pass(20);
    await parked.create({ ...spec, id: 'b', successorOf: 'a' }, { environment: { LANG: 'en_US.UTF-8' }, memoryMb: 128 });
    assert.deepEqual([driver.last.spec.successorOf, parked.counts.ready, parked.counts.ineligible], ['a', 1, 1]);
  });

  test('Node.js has its memory on the command line, so each size is a kind of its own', async () => {
    const { start, pass, waiting } = harness({ installation: NODE });
    await start({ memoryMb: 512 });
    await pass(20);
    assert.equal(waiting()[0]?.spec.limits.memoryMb, 512);
    assert.equal((await start({ memoryMb: 256 })).role, undefined);
    assert.notEqual((await start({ memoryMb: 512 })).role, undefined);
  });

  test('as many are kept as were started within a minute; one while the kind is in use, none later', async () => {
    const { start, pass, waiting } = harness();
    for (let started = 0; started < 4; started += 1) await start();
    await pass(20);
    assert.equal(waiting().length, 4);
    for (let waited = 0; waited < 8; waited += 1) await pass(10_000);
    assert.equal(waiting().length, 1);
    for (let waited = 0; waited < 60; waited += 1) await pass(10_000);
    assert.equal(waiting().length, 0);
  });

  test('together they stay within their memory, and what was used longer ago makes room', async () => {
    const { start, pass, waiting, parked, clock } = harness({ memoryBytes: 35 * MIB, installation: NODE });
    for (let started = 0; started < 4; started += 1) await start({ memoryMb: 256 });
    await pass(20);
    assert.equal(waiting().length, 3, 'each holds 10 MiB');
    clock.advance(1);
    await start({ memoryMb: 512 });
    await pass(20);
    assert.deepEqual(
      waiting()
        .map(({ spec }) => spec.limits.memoryMb)
        .toSorted((a, b) => a - b),
      [256, 256, 512],
    );
    assert.ok(parked.counts.memoryMb <= 35);
  });

  test('nothing is made ahead while environments start', async () => {
    const { start, pass, waiting, driver, launch } = harness();
    await start();
    driver.script = { ...ECHO, start: () => {} };
    const slow = launch();
    await turn();
    const sandbox = driver.last;
    driver.script = ECHO;
    await pass(1000);
    assert.equal(waiting().length, 0);
    sandbox.ready(0);
    await slow;
    await pass(20);
    assert.equal(waiting().length, 2);
  });

  test('one that cannot be specialised is thrown away, and the function is started from nothing', async () => {
    const { start, pass, waiting, parked, warnings, driver } = harness();
    await start();
    await pass(20);
    const [one] = waiting();
    assert.ok(one !== undefined);
    one.beforeSpecialise = () => Promise.reject(new Error('no'));
    assert.equal((await start()).spec.parked, undefined);
    assert.equal(one.calls.at(-1), 'kill');
    assert.deepEqual([parked.counts.hits, parked.counts.misses], [0, 2]);
    assert.deepEqual(warnings, ['a runtime could not be kept ready']);
    assert.ok(driver.sandboxes.length > 0);
  });

  test('after three failures in a row there are none any more', async () => {
    const { start, pass, waiting, driver, warnings } = harness();
    await start();
    driver.script = { ...ECHO, start: (sandbox) => sandbox.end({ code: 1 }) };
    await pass(20);
    assert.equal(warnings.length, 3);
    driver.script = ECHO;
    await start();
    await pass(20);
    assert.equal(waiting().length, 0);
  });

  test('one that ends while it waits is no longer there', async () => {
    const { start, pass, waiting, parked } = harness();
    await start();
    await pass(20);
    waiting()[0]?.end({ signal: 'SIGKILL' });
    await turn();
    assert.equal(parked.counts.ready, 0);
    assert.equal((await start()).role, undefined);
  });

  test('close ends all, and what is being made', async () => {
    const { start, pass, waiting, parked } = harness();
    await start();
    await pass(20);
    await parked.close();
    assert.equal(waiting().length, 0);
    await pass(1000);
    assert.equal(waiting().length, 0);
  });
});
