import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { giveAway, makeReadOnly, unprivileged } from '../../test/support/unprivileged.ts';
import { bootstrapDirectory } from './bootstrap-directory.ts';

const RUNTIMES = join(import.meta.dirname, '../../runtimes');

test('bootstrapDirectory copies from a read-only package, readable for everyone, without caches', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bootstrap-'));
  t.after(() => rm(folder, { recursive: true }));
  await giveAway(folder);
  const sources = join(folder, 'sources');
  await cp(RUNTIMES, sources, { recursive: true });
  await mkdir(join(sources, 'python/__pycache__'), { recursive: true });
  await writeFile(join(sources, 'python/__pycache__/x.pyc'), '');
  await makeReadOnly(sources);
  for (const language of ['nodejs', 'python'] as const) {
    const copy = await unprivileged(() =>
      bootstrapDirectory({
        sources,
        language,
        variant: language,
        directory: join(folder, 'made'),
        ids: systemIds,
        // As the compiler does, which writes beside its sources.
        finish: (path) => writeFile(join(path, language === 'python' ? 'hearth_runtime' : '', 'compiled'), ''),
      }),
    );
    const entries = await readdir(copy, { recursive: true, withFileTypes: true });
    for (const entry of entries) {
      const { mode } = await stat(join(entry.parentPath, entry.name));
      assert.equal(mode & 0o777, entry.isDirectory() ? 0o755 : 0o644, entry.name);
    }
    const names = new Set(entries.map(({ name }) => name));
    assert.ok(names.has('exec-wrapper') && names.has(language === 'nodejs' ? 'bootstrap.cjs' : 'bootstrap.py'));
    assert.equal(names.has('__pycache__'), false);
  }
});
