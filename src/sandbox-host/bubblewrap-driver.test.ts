import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { after, describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import type { Clock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { OutputPipe } from '#sandboxes/output-pipe.ts';
import { bubblewrapDriver, closeOurs } from './bubblewrap-driver.ts';
import type { MadeSandbox } from './bubblewrap-driver.ts';
import { prepareCgroups } from './cgroup-layout.ts';
import { openDriver } from './open-driver.ts';
import { probeHost } from './probe.ts';

// What functions see of it: sandboxes/host-driver.test.ts.

const host = probeHost();
const missing = host.facts.filter(({ verdict }) => verdict === 'missing').map(({ name, found }) => `${name}: ${found}`);
// In CI a host without the means is a failure of CI, never a reason to test less.
const skip = missing.length > 0 && process.env['CI'] !== 'true' ? `this host cannot isolate: ${missing.join('; ')}` : false;

const parent = await mkdtemp(`${tmpdir()}/hearth-bubblewrap-`);
await chmod(parent, 0o755);
const place = { runDirectory: `${parent}/run`, dataDirectory: `${parent}/data`, places: [] };
const parts = { ...place, network: 'none' as const, clock: systemClock, ids: systemIds, logger: silentLogger };
const SPEC = {
  mounts: [],
  command: ['/bin/sleep', '1000'],
  workingDirectory: '/',
  environment: {},
  limits: { memoryMb: 512, cpus: 2, processes: 64, openFiles: 1024, scratchMb: 512 },
  network: 'none',
  sideOutput: false,
  parked: false,
} as const;

async function end(made: MadeSandbox): Promise<void> {
  closeOurs(made);
  await made.sandbox.kill();
}

async function untilMade(make: () => Promise<MadeSandbox>): Promise<MadeSandbox> {
  for (;;) {
    try {
      return await make();
    } catch (error) {
      if (!/all 1 user ids of sandboxes are in use/.test(String(error))) throw error;
    }
    await new Promise(setImmediate);
  }
}

async function cgroupsLeft(runId: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir('/sys/fs/cgroup')) {
    const entries = await readdir(`/sys/fs/cgroup/${name}`).catch(() => []);
    found.push(...[name, ...entries].filter((entry) => entry.startsWith(`hearth-${runId}`)));
  }
  return found;
}

describe('BubblewrapDriver', { skip }, () => {
  after(async () => rm(parent, { recursive: true }));

  it('gives up on a sandbox that takes too long to make, and gives back all that it took', async () => {
    const { bubblewrap } = host;
    assert.ok(bubblewrap !== undefined);
    let hangs = true;
    const clock: Clock = {
      ...systemClock,
      // The limit of 30 s is over at once, before any sandbox can be made.
      schedule: (delayMs, callback) => systemClock.schedule(hangs && delayMs === 30_000 ? 0 : delayMs, callback),
    };
    const runId = systemIds.hex(6);
    const hostParts = { ...bubblewrap, cgroups: prepareCgroups(bubblewrap.cgroups) };
    const driver = await bubblewrapDriver({ ...parts, clock, runId, host: hostParts, uids: { first: 210_000, count: 1 } });
    await assert.rejects(driver.create({ ...SPEC, id: 'late' }), /^Error: making the sandbox late took longer than 30000 ms$/);
    hangs = false;
    // There is one user id: until the late sandbox is gone, nothing can be made.
    const next = await untilMade(() => driver.create({ ...SPEC, id: 'next', command: ['/bin/true'] }));
    assert.deepEqual(
      (await cgroupsLeft(runId)).filter((name) => name.endsWith('-late')),
      [],
    );
    await end(next);
    await driver.close();
    assert.deepEqual(await cgroupsLeft(runId), []);
    assert.ok(!(await readdir(place.runDirectory)).includes(runId));
  });

  it('says why a sandbox could not be made, and gives back all that it took', async () => {
    const { bubblewrap } = host;
    assert.ok(bubblewrap !== undefined);
    const hostParts = { ...bubblewrap, cgroups: prepareCgroups(bubblewrap.cgroups) };
    const driver = await bubblewrapDriver({ ...parts, runId: systemIds.hex(6), host: hostParts, uids: { first: 210_000, count: 1 } });
    const nowhere = { ...SPEC, id: 'one', mounts: [{ source: `${parent}/nowhere`, target: '/opt' }] };
    for (let tried = 0; tried < 2; tried += 1) await assert.rejects(driver.create(nowhere), { code: 'ENOENT' });
    // Such a control group cannot be made; the user id was taken by then.
    const impossible = { ...SPEC, id: 'one', limits: { ...SPEC.limits, processes: -10 } };
    for (let tried = 0; tried < 2; tried += 1) await assert.rejects(driver.create(impossible), { code: 'EINVAL' });
    await end(await driver.create({ ...SPEC, id: 'one' }));
    await driver.close();
  });

  it('falls back to memory for /tmp where the host has no disk images, and says so', async () => {
    const { bubblewrap } = host;
    assert.ok(bubblewrap !== undefined);
    const lesser = { ...host, bubblewrap: { ...bubblewrap, scratchInMemory: 'mkfs.ext4 is not installed' } };
    const options = { ...place, driver: 'bubblewrap', runId: systemIds.hex(6), network: 'none' } as const;
    const driver = await openDriver(options, { ...parts, host: lesser });
    assert.ok(typeof driver !== 'string');
    assert.match(driver.description, /\/tmp in memory \(lower tier: mkfs.ext4 is not installed\)/);
    const command = ['/bin/sh', '-c', 'stat -c %a /tmp; dd if=/dev/zero of=/tmp/a bs=1M count=21 2>&1'];
    const made = await driver.create({ ...SPEC, id: 'one', command, limits: { ...SPEC.limits, scratchMb: 20 } });
    let output = '';
    const pipe = new OutputPipe(made.descriptors.output);
    pipe.onOutput((chunk) => (output += chunk.toString()));
    await made.sandbox.exited;
    pipe.drain();
    assert.match(output, /^1777$/m);
    assert.match(output, /No space left on device/);
    for (const fd of [made.descriptors.channel, made.descriptors.runtimeApi, made.descriptors.awsEndpoint]) closeSync(fd);
    pipe.close();
    await made.sandbox.kill();
    await driver.close();
  });
});
