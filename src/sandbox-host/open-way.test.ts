import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { closedDirectories } from './open-way.ts';

describe('openWay', () => {
  let open: string;
  let closed: string;

  beforeEach(() => {
    open = mkdtempSync(join(tmpdir(), 'hearth-way-'));
    chmodSync(open, 0o755);
    closed = join(open, 'closed');
    for (const name of ['wanted/deep', 'secret']) mkdirSync(join(closed, name), { recursive: true });
    writeFileSync(join(closed, 'wanted/deep/file'), 'wanted', { mode: 0o644 });
    writeFileSync(join(closed, 'program'), 'wanted, too', { mode: 0o644 });
    chmodSync(closed, 0o700);
  });
  afterEach(() => rmSync(open, { recursive: true }));

  it('closedDirectories finds the topmost that others may not enter, by real paths, and passes over what is not there', () => {
    chmodSync(join(closed, 'wanted'), 0o700);
    symlinkSync(closed, join(open, 'link'));
    const wanted = [join(open, 'link/wanted/deep'), join(closed, 'wanted/deep'), join(closed, 'nowhere'), open, '/'];
    assert.deepEqual([...closedDirectories(wanted)], [[closed, [join(closed, 'wanted/deep')]]]);
    // Its own modes say who may read it, and are not our affair.
    assert.deepEqual([...closedDirectories([closed])], []);
  });

  it(
    'shows others what is wanted at its own path and nothing beside it, to this process and its children alone',
    {
      skip: process.getuid?.() === 0 ? false : 'not root',
    },
    () => {
      const program = `
      const { openWay } = await import(${JSON.stringify(join(import.meta.dirname, 'open-way.ts'))});
      const { readFileSync, existsSync } = await import('node:fs');
      openWay(${JSON.stringify([join(closed, 'wanted/deep'), join(closed, 'wanted'), join(closed, 'program')])});
      process.setgid(65534);
      process.setuid(65534);
      console.log(JSON.stringify([
        readFileSync(${JSON.stringify(join(closed, 'wanted/deep/file'))}, 'utf8'),
        readFileSync(${JSON.stringify(join(closed, 'program'))}, 'utf8'),
        existsSync(${JSON.stringify(join(closed, 'secret'))}),
      ]));`;
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });
      assert.deepEqual(JSON.parse(stdout || JSON.stringify(stderr)), ['wanted', 'wanted, too', false]);
      const { status } = spawnSync('/bin/ls', [join(closed, 'secret')]);
      assert.equal(status, 0);
    },
  );
});
