import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
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
    release: async () => {},
    ...changes,
  });
  return { sandbox, errors };
}

describe('BubblewrapSandbox', () => {
  it('kill resolves though something could not be given back, and that is logged', async () => {
    const { sandbox, errors } = start({ release: () => Promise.reject(new Error('EBUSY')) });
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

  it('outlives an error of its process', async () => {
    const child = spawn('/bin/sleep', ['1000'], { stdio: 'ignore' });
    const { sandbox } = start({ child });
    child.emit('error', new Error('kill EPERM'));
    await sandbox.kill();
  });
});
