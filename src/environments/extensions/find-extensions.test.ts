import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findExtensions } from './find-extensions.ts';

test('findExtensions: every file in the folder by name, executable or not, and no folder', async (context) => {
  const layers = mkdtempSync(join(tmpdir(), 'hearth-extensions-'));
  context.after(() => rmSync(layers, { recursive: true }));
  assert.deepEqual(await findExtensions(layers), []);
  mkdirSync(join(layers, 'extensions', 'folder'), { recursive: true });
  writeFileSync(join(layers, 'extensions', 'second'), '', { mode: 0o755 });
  writeFileSync(join(layers, 'extensions', 'first'), '', { mode: 0o644 });
  symlinkSync('second', join(layers, 'extensions', 'third'));
  assert.deepEqual(await findExtensions(layers), ['first', 'second', 'third']);
});

test('findExtensions: a file in place of the folder is none', async (context) => {
  const layers = mkdtempSync(join(tmpdir(), 'hearth-extensions-'));
  context.after(() => rmSync(layers, { recursive: true }));
  writeFileSync(join(layers, 'extensions'), '');
  assert.deepEqual(await findExtensions(layers), []);
});
