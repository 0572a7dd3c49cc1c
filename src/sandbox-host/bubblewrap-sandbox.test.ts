import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { SandboxPlace } from './sandbox-place.ts';
import { UidPool } from './uid-pool.ts';
import type { BubblewrapSandboxParts } from './bubblewrap-sandbox.ts';
import type { Cgroup } from './cgroup.ts';
import { pipe, reopenNonBlocking } from '#sandboxes/libc.ts';

const EMPTY: Cgroup = {
  joinFiles: [],
  raiseMemory: () => {},
  descriptors: { freezer: -1, quota: -1, memory: -1 },
  peakMemoryBytes: () => 1,
  outOfMemory: () => false,
  processes: () => [],
  killAll: () => {},
  remove: async () => {},
};

/** A process in no sandbox at all, and the messages that were logged as errors. */
function start({ child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' }), ...changes }: Partial<BubblewrapSandboxParts>) {
  const errors: string[] = [];
  const sandbox = new BubblewrapSandbox({
    id: 'one',
    child,
    statusFd: openSync('/dev/null', 'r'),
    cgroup: EMPTY,
    clock: systemClock,
    logger: { ...silentLogger, error: (message) => void errors.push(message) },
    place: new SandboxPlace(new UidPool({ first: 210_000, count: 1 }), 210_000, undefined),
    onReleased: () => {},
    ...changes,
  });
  return { sandbox, errors };
}

describe('BubblewrapSandbox', () => {
  it('kill resolves though something could not be given back, and that is logged', async () => {
    const { sandbox, errors } = start({ cgroup: { ...EMPTY, remove: () => Promise.reject(new Error('EBUSY')) } });
    await sandbox.kill();
    assert.deepEqual(errors, ['a sandbox could not be removed completely']);
    assert.equal((await sandbox.exited).exit.signal, 'SIGKILL');
  });

  it('ends though its control group does not answer any more', async () => {
    const silent = (): never => {
      throw new Error('ENODEV');
    };
    const { sandbox, errors } = start({ cgroup: { ...EMPTY, outOfMemory: silent } });
    await sandbox.kill();
    assert.deepEqual((await sandbox.exited).exit, { code: undefined, signal: 'SIGKILL', outOfMemory: false });
    assert.deepEqual(errors, ['the control group of a sandbox does not answer']);
  });

  it('takes a status that nobody has written, though somebody still could, for none', async () => {
    const ends = pipe();
    const statusFd = reopenNonBlocking(ends.read);
    closeSync(ends.read);
    const child = spawn('/bin/true', { stdio: 'ignore' });
    const { sandbox, errors } = start({ child, statusFd });
    assert.equal((await sandbox.exited).exit.code, 0);
    assert.deepEqual(errors, ['a sandbox could not be set up']);
    closeSync(ends.write);
  });

  it('keeps its place after its end, until it is killed or a successor has it', async () => {
    const told: string[] = [];
    const scratch = { path: '/scratch', release: async () => void told.push('scratch released') };
    const place = new SandboxPlace(new UidPool({ first: 210_000, count: 1 }), 210_000, scratch);
    const parts = { place, onReleased: () => void told.push('released') };
    const { sandbox: killed } = start(parts);
    await killed.halt();
    assert.deepEqual([killed.place, told.splice(0)], [place, []]);
    await Promise.all([killed.kill(), killed.kill()]);
    assert.deepEqual(told.splice(0), ['scratch released', 'released']);
    assert.throws(() => killed.place, /has no place to take over/);
    const { sandbox: followed } = start(parts);
    await followed.halt();
    followed.handOver();
    await followed.kill();
    assert.deepEqual(told, ['released']);
  });

  it('keeps the user of a process that does not die from all others', async () => {
    const uids = new UidPool({ first: 210_000, count: 1 });
    let looks = 0;
    const place = new SandboxPlace(uids, uids.take(), undefined);
    const { sandbox } = start({ cgroup: { ...EMPTY, processes: () => (looks++ === 0 ? [] : [1]) }, place });
    await sandbox.kill();
    assert.throws(() => uids.take());
  });

  it('outlives an error of its process', async () => {
    const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
    const { sandbox } = start({ child });
    child.emit('error', new Error('kill EPERM'));
    await sandbox.kill();
  });
});
