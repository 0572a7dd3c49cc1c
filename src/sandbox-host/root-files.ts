import { copyFile, lstat, mkdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode } from '#sandboxes/system-files.ts';
import { resolverConfiguration } from './host-network.ts';

/** Ids that a process inside sees as its own, as on AWS. */
export const INNER_UID = 993;
export const INNER_GID = 990;

const WRITTEN: Readonly<Record<string, string>> = {
  passwd: `root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\nsbx_user1051:x:${INNER_UID}:${INNER_GID}::/home/sbx_user1051:/bin/sh\n`,
  group: `root:x:0:\nnogroup:x:65534:\nsbx_group:x:${INNER_GID}:\n`,
  hosts: '127.0.0.1 localhost sandbox.localdomain\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\nnetworks: files\nprotocols: files\nservices: files\n',
};

/** Copied from the host's /etc: linker cache, names, TLS defaults. */
const COPIED = ['ld.so.cache', 'protocols', 'services', 'ssl/openssl.cnf'];

/** Bound: what commands' links go through, and where programs look for certificates on the common distributions. */
const BOUND = ['alternatives', 'ssl/certs', 'pki/tls/certs', 'pki/ca-trust/extracted'];

/** The parts of the host's programs that functions and runtimes need; the rest of /usr stays out of sight. */
const HOST_PATHS = [
  '/usr/bin',
  '/usr/sbin',
  '/usr/lib',
  '/usr/lib64',
  '/usr/share/zoneinfo',
  '/usr/share/ca-certificates',
  '/usr/local/share/ca-certificates',
  '/bin',
  '/sbin',
  '/lib',
  '/lib64',
];

/** What every sandbox sees beside its own mounts. */
export interface RootFiles {
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  readonly symlinks: readonly { readonly content: string; readonly path: string }[];
}

/** Writes the /etc of all sandboxes to `etc`, whose ancestors must let others pass, and lists what is shared with the host. */
export async function makeRootFiles(etc: string): Promise<RootFiles> {
  await rm(etc, { recursive: true, force: true });
  await mkdir(etc, { recursive: true, mode: 0o755 });
  for (const [name, text] of Object.entries(WRITTEN)) await writeFile(`${etc}/${name}`, text, { mode: 0o644 });
  for (const name of COPIED) await copyFromHost(name, etc);
  await writeFile(`${etc}/resolv.conf`, resolverConfiguration(), { mode: 0o644 });
  // Functions run in UTC; TZ in their environment says otherwise where wanted.
  await symlink('/usr/share/zoneinfo/UTC', `${etc}/localtime`);
  const binds = [{ source: etc, target: '/etc' }];
  for (const name of BOUND) {
    if ((await look(`/etc/${name}`)) === undefined) continue;
    await mkdir(`${etc}/${name}`, { recursive: true, mode: 0o755 });
    binds.push({ source: `/etc/${name}`, target: `/etc/${name}` });
  }
  const symlinks: { content: string; path: string }[] = [];
  for (const path of HOST_PATHS) {
    const found = await look(path);
    if (found?.isSymbolicLink() === true) symlinks.push({ content: await readlink(path), path });
    else if (found !== undefined) binds.push({ source: path, target: path });
  }
  return { binds, symlinks };
}

async function copyFromHost(name: string, etc: string): Promise<void> {
  const source = `/etc/${name}`;
  if ((await look(source)) === undefined) return;
  await mkdir(dirname(`${etc}/${name}`), { recursive: true, mode: 0o755 });
  try {
    await copyFile(source, `${etc}/${name}`);
  } catch (error) {
    // A link to a file that a package left behind.
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

async function look(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
