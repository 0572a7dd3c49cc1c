import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const SCRIPT = join(import.meta.dirname, '../../runtimes/exec-wrapper');
const folder = await mkdtemp(join(tmpdir(), 'hearth-wrapper-'));
after(() => rm(folder, { recursive: true }));

function start(wrapper: string): { readonly status: number | null; readonly output: string } {
  const { status, stdout } = spawnSync('/bin/sh', [SCRIPT, '/runtime', 'two words'], {
    env: { AWS_LAMBDA_EXEC_WRAPPER: wrapper, PATH: '/usr/bin:/bin' },
    encoding: 'utf8',
  });
  return { status, output: stdout };
}

test('exec-wrapper starts the wrapper with the command of the runtime', async () => {
  const wrapper = join(folder, 'wrapper');
  await writeFile(wrapper, '#!/bin/sh\nprintf "%s|" "$@"\n', { mode: 0o755 });
  assert.deepEqual(start(wrapper), { status: 0, output: '/runtime|two words|' });
});

test('exec-wrapper: a missing wrapper', () => {
  // Recorded: test_lambda_runtime_wrapper_not_found has exit status 127.
  assert.deepEqual(start('/opt/absent'), { status: 127, output: '/opt/absent: does not exist\n' });
});

test('exec-wrapper: a wrapper that is not executable', async () => {
  const wrapper = join(folder, 'plain');
  await writeFile(wrapper, '', { mode: 0o644 });
  assert.deepEqual(start(wrapper), { status: 126, output: `${wrapper}: is not an executable\n` });
});
