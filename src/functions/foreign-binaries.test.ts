import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { foreignBinaries } from './foreign-binaries.ts';

function elf(machine: number): Buffer {
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  return head;
}

test('foreignBinaries names native files of another architecture by their path inside', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-foreign-'));
  context.after(() => rm(folder, { recursive: true }));
  const [task, layers] = [join(folder, 'task'), join(folder, 'layers')];
  await mkdir(join(task, 'numpy/core'), { recursive: true });
  await mkdir(join(layers, 'lib'), { recursive: true });
  await writeFile(join(task, 'own.node'), elf(62));
  await writeFile(join(task, 'text.so'), 'INPUT(libc.so.6)');
  await writeFile(join(task, 'numpy/core/module.cpython-312.so'), elf(183));
  await writeFile(join(layers, 'lib/libpq.so.5.16'), elf(183));
  await writeFile(join(layers, 'lib/program'), elf(183));
  assert.deepEqual(await foreignBinaries({ task, layers, hostArchitecture: 'x86_64' }), [
    '/var/task/numpy/core/module.cpython-312.so is built for arm64; this host is x86_64',
    '/opt/lib/libpq.so.5.16 is built for arm64; this host is x86_64',
  ]);
  for (let index = 0; index < 9; index++) await writeFile(join(task, `${index}.so`), elf(40));
  assert.equal((await foreignBinaries({ task, hostArchitecture: 'x86_64' })).length, 5);
});
