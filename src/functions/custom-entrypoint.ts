import { constants } from 'node:fs';
import { access, lstat, readFile, readlink, stat } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { readExecutableHeader, type Architecture } from './executable-header.ts';
import { isMissing } from './installed-directory.ts';

/** What starts a custom runtime, or why nothing can. */
export type Entrypoint =
  | { readonly command: string; readonly failure?: never }
  | {
      readonly command?: never;
      /** In the service's words, as in the answer of every invocation. */
      readonly failure: string;
    };

/** Where a function's files are on this host, and what this host can run. */
export interface EntrypointPlace {
  /** The unpacked code, `/var/task` inside. */
  readonly task: string;
  /** The merged layers, `/opt` inside. */
  readonly layers?: string;
  readonly hostArchitecture: Architecture;
}

const BOOTSTRAPS = ['/var/task/bootstrap', '/opt/bootstrap'] as const;

/** As many as the kernel follows before it gives up: a script may be read by a script. */
const MAX_INTERPRETERS = 4;
const MAX_LINKS = 8;

type ExecFailure = 'permission denied' | 'no such file or directory' | 'exec format error';

/**
 * The bootstrap of a custom runtime: the function's own, else the layers'. What the kernel would refuse to run is refused here with
 * its error, since the programs that build the sandbox stand between it and the platform. Texts: Go's `os/exec`, which AWS shows.
 */
export async function customEntrypoint(place: EntrypointPlace): Promise<Entrypoint> {
  for (const command of BOOTSTRAPS) {
    if (!(await isFile(place, command))) continue;
    const failure = await execFailure(place, command, MAX_INTERPRETERS);
    return failure === undefined ? { command } : { failure: `fork/exec ${command}: ${failure}` };
  }
  return { failure: `Couldn't find valid bootstrap(s): [${BOOTSTRAPS.join(' ')}]` };
}

/** Why the kernel would not run a program inside; a binary of another architecture is named. */
async function execFailure(place: EntrypointPlace, inside: string, interpreters: number): Promise<string | undefined> {
  const file = await hostFile(place, inside);
  if (file === undefined) return 'no such file or directory' satisfies ExecFailure;
  if (!(await isExecutable(file))) return 'permission denied' satisfies ExecFailure;
  const header = await readExecutableHeader(file);
  switch (header.kind) {
    case 'elf':
      if (header.machine !== place.hostArchitecture && !(await isEmulated(header.machine))) {
        return `${'exec format error' satisfies ExecFailure} (${inside} is built for ${header.machine}; this host is ${place.hostArchitecture})`;
      }
      break;
    case 'script':
      if (interpreters === 0) return 'exec format error' satisfies ExecFailure;
      break;
    case 'unknown':
      return 'exec format error' satisfies ExecFailure;
  }
  if (header.interpreter === undefined) return undefined;
  return execFailure(place, posix.resolve('/var/task', header.interpreter), interpreters - 1);
}

async function isFile(place: EntrypointPlace, inside: string): Promise<boolean> {
  const file = await hostFile(place, inside);
  return file !== undefined && (await stat(file)).isFile();
}

/** Where a path inside leads on this host, through links that mean paths inside; undefined when nothing is there. */
async function hostFile(place: EntrypointPlace, inside: string): Promise<string | undefined> {
  let path = inside;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const file = onHost(place, path);
    if (file === undefined) return undefined;
    try {
      if (!(await lstat(file)).isSymbolicLink()) return file;
      path = posix.resolve(dirname(path), await readlink(file));
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
  return undefined;
}

/** The system's own files are the host's. */
function onHost({ task, layers }: EntrypointPlace, inside: string): string | undefined {
  if (inside.startsWith('/var/task/')) return join(task, inside.slice('/var/task/'.length));
  if (inside.startsWith('/opt/')) return layers === undefined ? undefined : join(layers, inside.slice('/opt/'.length));
  return inside;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return false;
    throw error;
  }
}

/** Whether the kernel hands such binaries to an emulator that it keeps open itself (flag F), since none is inside. */
async function isEmulated(machine: string): Promise<boolean> {
  const handler = { arm64: 'qemu-aarch64', x86_64: 'qemu-x86_64' }[machine];
  if (handler === undefined) return false;
  try {
    const text = await readFile(`/proc/sys/fs/binfmt_misc/${handler}`, 'utf8');
    return text.startsWith('enabled') && /^flags:.*F/m.test(text);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}
