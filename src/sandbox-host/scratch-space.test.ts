import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { probeHost } from './probe.ts';
import { ScratchSpace } from './scratch-space.ts';

const lacking = probeHost().facts.filter(({ name, verdict }) => ['root', 'disk for /tmp'].includes(name) && verdict !== 'good');
// In CI a host without the means is a failure of CI, never a reason to test less.
const skip = lacking.length > 0 && process.env['CI'] !== 'true' ? `this host lacks: ${lacking.map(({ name }) => name).join('; ')}` : false;

describe('ScratchSpace', { skip }, () => {
  let parent: string;
  let space: ScratchSpace;
  const owner = 210_000;
  const mounts = async (): Promise<number> => (await readFile('/proc/self/mountinfo', 'utf8')).split(`${parent}/mounts/`).length - 1;

  beforeEach(async () => {
    parent = await mkdtemp(`${tmpdir()}/hearth-scratch-`);
    for (const name of ['mounts', 'images']) await mkdir(`${parent}/${name}`);
    space = new ScratchSpace({
      mountDirectory: `${parent}/mounts`,
      imageDirectory: `${parent}/images`,
      usual: { sizeMb: 16, ready: 2 },
      clock: systemClock,
      logger: silentLogger,
    });
  });
  afterEach(async () => {
    await space.close();
    assert.equal(await mounts(), 0);
    await rm(parent, { recursive: true });
  });

  /** Once every space that is being made is there: closing waits for them. */
  async function mountsWhenSettled(): Promise<number> {
    for (let last = -1; ;) {
      const now = await mounts();
      if (now === last) return now;
      last = now;
      for (let turn = 0; turn < 200; turn += 1) await stat(parent);
    }
  }

  it('keeps spaces of the usual size ready, and of no other', async () => {
    const unusual = await space.take(24, owner);
    assert.equal(await mountsWhenSettled(), 1);
    assert.equal((await stat(unusual.path)).uid, owner);
    const usual = await space.take(16, owner);
    await untilMounted(4);
    await unusual.release();
    await usual.release();
    assert.equal(await mountsWhenSettled(), 2);
    assert.deepEqual(await readdir(`${parent}/images`), []);
  });

  it('does not give one that failed before anybody asked, but a new one', async () => {
    // Images have no place to be.
    await rename(`${parent}/images`, `${parent}/away`);
    space.prepare();
    await assert.rejects(space.take(24, owner), { code: 'ENOENT' });
    await rename(`${parent}/away`, `${parent}/images`);
    const scratch = await space.take(16, owner);
    assert.equal((await stat(scratch.path)).mode & 0o7777, 0o1777);
    await scratch.release();
  });

  it('gives nothing once closed, and leaves nothing', async () => {
    await space.close();
    await assert.rejects(space.take(16, owner), /a closed scratch space gives nothing/);
    assert.equal(await mounts(), 0);
  });

  async function untilMounted(count: number): Promise<void> {
    while ((await mounts()) < count) await stat(parent);
  }
});
