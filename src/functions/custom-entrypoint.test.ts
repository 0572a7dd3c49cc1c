import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { customEntrypoint } from './custom-entrypoint.ts';

const NOTHING = { failure: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]" };
const OWN = { command: '/var/task/bootstrap' };
const refusal = (reason: string) => ({ failure: `fork/exec /var/task/bootstrap: ${reason}` });
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

interface Folders {
  readonly task: string;
  readonly layers: string;
  readonly hostArchitecture: 'x86_64';
}

async function place(): Promise<Folders> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-entrypoint-'));
  folders.push(folder);
  const [task, layers] = [join(folder, 'task'), join(folder, 'layers')];
  await mkdir(task);
  await mkdir(layers);
  return { task, layers, hostArchitecture: 'x86_64' };
}

async function ofBootstrap(content: string | Buffer, mode = 0o755): Promise<object> {
  const found = await place();
  await writeFile(join(found.task, 'bootstrap'), content, { mode });
  return customEntrypoint(found);
}

/** The headers of a 64-bit binary, and its interpreter where it has one. */
function elf(machine: number, interpreter?: string): Buffer {
  const head = Buffer.alloc(64 + 56);
  head.write('\x7fELF\x02\x01\x01', 'latin1');
  head.writeUInt16LE(machine, 18);
  head.writeBigUInt64LE(64n, 32);
  head.writeUInt16LE(56, 54);
  if (interpreter === undefined) return head;
  const text = Buffer.from(`${interpreter}\0`);
  head.writeUInt16LE(1, 56);
  head.writeUInt32LE(3, 64);
  head.writeBigUInt64LE(BigInt(head.length), 64 + 8);
  head.writeBigUInt64LE(BigInt(text.length), 64 + 32);
  return Buffer.concat([head, text]);
}

test("customEntrypoint: the function's bootstrap, else the layers'; a folder is none", async () => {
  const found = await place();
  assert.deepEqual(await customEntrypoint(found), NOTHING);
  await writeFile(join(found.layers, 'bootstrap'), '#!/bin/sh\n', { mode: 0o755 });
  assert.deepEqual(await customEntrypoint(found), { command: '/opt/bootstrap' });
  assert.deepEqual(await customEntrypoint({ task: found.task, hostArchitecture: 'x86_64' }), NOTHING);
  await mkdir(join(found.task, 'bootstrap'));
  assert.deepEqual(await customEntrypoint(found), { command: '/opt/bootstrap' });
  await rm(join(found.task, 'bootstrap'), { recursive: true });
  await writeFile(join(found.task, 'bootstrap'), '#!/bin/sh\n', { mode: 0o644 });
  assert.deepEqual(await customEntrypoint(found), refusal('permission denied'), 'the first that is there is the one');
  await chmod(join(found.task, 'bootstrap'), 0o755);
  assert.deepEqual(await customEntrypoint(found), OWN);
});

test('customEntrypoint: scripts are judged with what reads them', async () => {
  assert.deepEqual(await ofBootstrap('#! /usr/bin/env python3\n'), OWN);
  assert.deepEqual(await ofBootstrap('#!/bin/sh\r\n'), refusal('no such file or directory'));
  assert.deepEqual(await ofBootstrap('#!/no/such/program'), refusal('no such file or directory'));
  assert.deepEqual(await ofBootstrap('#!/etc/passwd\n'), refusal('permission denied'));
  assert.deepEqual(await ofBootstrap('echo hello\n'), refusal('exec format error'));
  assert.deepEqual(await ofBootstrap(''), refusal('exec format error'));
  assert.deepEqual(await ofBootstrap('#!/var/task/bootstrap\n'), refusal('exec format error'), 'a circle');
});

test('customEntrypoint: binaries are judged by their machine and their dynamic linker', async () => {
  assert.deepEqual(await ofBootstrap(elf(62)), OWN);
  assert.deepEqual(await ofBootstrap(elf(62, '/lib/ld-no-such.so.1')), refusal('no such file or directory'));
  assert.deepEqual(
    await ofBootstrap(elf(243)),
    refusal('exec format error (/var/task/bootstrap is built for machine 243; this host is x86_64)'),
  );
  assert.deepEqual(await ofBootstrap(elf(62).subarray(0, 40)), refusal('exec format error'), 'cut off');
});

test('customEntrypoint: paths and links lead to files inside, not on the host', async () => {
  const found = await place();
  await writeFile(join(found.layers, 'run'), elf(40), { mode: 0o755 });
  await writeFile(join(found.task, 'bootstrap'), '#!/opt/run\n', { mode: 0o755 });
  assert.deepEqual(await customEntrypoint(found), refusal('exec format error (/opt/run is built for 32-bit arm; this host is x86_64)'));
  await rm(join(found.task, 'bootstrap'));
  await symlink('/opt/run', join(found.task, 'bootstrap'));
  await writeFile(join(found.layers, 'run'), elf(62), { mode: 0o755 });
  assert.deepEqual(await customEntrypoint(found), OWN);
  await writeFile(join(found.layers, 'run'), elf(62, '/opt/run'), { mode: 0o755 });
  await rm(join(found.layers, 'run'));
  assert.deepEqual(await customEntrypoint(found), NOTHING, 'a link to nothing');
});
