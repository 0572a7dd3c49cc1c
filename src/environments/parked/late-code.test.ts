import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { canWaitFor, bringLibraries } from './late-code.ts';

suite('canWaitFor', () => {
  test('variables that the function reads by itself are no obstacle', () => {
    for (const family of ['nodejs', 'python'] as const) assert.ok(canWaitFor(family, { TABLE: 'a', AWS_LAMBDA_LOG: 'b', PATH: '/opt/x' }));
  });

  test('variables that are read when a process starts are', () => {
    for (const name of ['LD_PRELOAD', 'LD_LIBRARY_PATH', 'LANG', 'LC_ALL', 'TZ', 'MALLOC_ARENA_MAX', 'GLIBC_TUNABLES']) {
      for (const family of ['nodejs', 'python'] as const) assert.equal(canWaitFor(family, { [name]: '1' }), false, name);
    }
    for (const name of ['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_PATH', 'UV_THREADPOOL_SIZE', 'SSL_CERT_FILE']) {
      assert.equal(canWaitFor('nodejs', { [name]: '1' }), false, name);
    }
    for (const name of ['PYTHONPATH', 'PYTHONHASHSEED', 'HOME', 'OPENSSL_CONF'])
      assert.equal(canWaitFor('python', { [name]: '1' }), false, name);
    assert.ok(canWaitFor('python', { NODE_OPTIONS: '1' }), 'of another runtime');
  });

  test('only Node.js and Python wait', () => {
    assert.equal(canWaitFor('provided', {}), false);
    assert.equal(canWaitFor('java', {}), false);
  });
});

test('bringLibraries sees a lib folder in code or layers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-late-code-'));
  try {
    await mkdir(join(folder, 'task'));
    await mkdir(join(folder, 'layers/lib'), { recursive: true });
    assert.equal(bringLibraries([join(folder, 'task')]), false);
    assert.equal(bringLibraries([join(folder, 'task'), join(folder, 'layers')]), true);
  } finally {
    await rm(folder, { recursive: true });
  }
});
