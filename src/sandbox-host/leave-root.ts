import { lchownSync, mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { dirname, join } from 'node:path';
import { startHost } from '#sandboxes/host-process.ts';
import type { HostDescriptors } from '#sandboxes/host-process.ts';
import type { HostOptions } from '#sandboxes/host-protocol.ts';
import { errorCode, readIfThere } from '#sandboxes/system-files.ts';
import { forbidNewPrivileges } from './libc.ts';
import { ancestors, closedDirectories, openWay, OTHERS_SEARCH, realPath } from './open-way.ts';

export interface LeaveRootOptions {
  readonly host: HostOptions;
  /** Becomes the daemon's user and group. */
  readonly uid: number;
  /** The home of who starts it. */
  readonly home: string;
  /** What the daemon has to reach: its own program, its data, programs for runtimes. */
  readonly wanted: readonly string[];
  /** Programs and files that it reads itself; without the right to read them there is no use in becoming another user. */
  readonly program: readonly string[];
  /** Made where they are missing, and its own: what it writes beside its data. */
  readonly owned: readonly string[];
  /** Makes the data directory the daemon's. */
  readonly claimData: () => void;
  /** The daemon's home, in its data. */
  readonly newHome: string;
  /** Arguments of Node. */
  readonly argv: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables by which the program that follows knows what it got. */
  readonly handOver: (host: HostDescriptors) => Readonly<Record<string, string>>;
}

/** Settings of tools that the daemon runs, which only their owner can read. */
const TOOL_SETTINGS = ['.npmrc', '.m2/settings.xml'];

/**
 * Starts the sandbox host with root's rights, gives up those of this process for good, and becomes the daemon: the same process, another
 * program. So nothing of what the daemon loads, reads or writes was ever root's to run. Returns only when root has to be kept, with
 * the reason; nothing is changed then.
 */
export function leaveRoot(options: LeaveRootOptions): string {
  const { uid, home, newHome } = options;
  const reason = whyNot(options);
  if (reason !== undefined) return reason;
  const settings = TOOL_SETTINGS.flatMap((name) => {
    const text = readIfThere(join(home, name));
    return text === undefined ? [] : [{ name, text }];
  });
  options.claimData();
  for (const directory of options.owned) own(directory, uid);
  openWay(options.wanted);
  const handedOver = options.handOver(startHost(options.host));
  flushCompileCache();
  process.setgroups?.([]);
  process.setgid?.(uid);
  process.setuid?.(uid);
  forbidNewPrivileges();
  // Only now: a folder of the daemon's can hold links to anywhere.
  for (const { name, text } of settings) {
    const path = join(newHome, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text, { mode: 0o600 });
  }
  process.chdir('/');
  const environment = Object.fromEntries(
    Object.entries({ ...withoutHome(options.environment, home), ...handedOver, HOME: newHome }).flatMap(definedEntry),
  );
  process.execve?.(process.execPath, [process.execPath, ...options.argv], environment);
  throw new Error('this Node cannot replace its program');
}

/**
 * Without npm's own variables that point into the home of who starts the daemon: `npm start` hands on its cache and its settings, which
 * are closed to the daemon's npm.
 */
export function withoutHome(environment: LeaveRootOptions['environment'], home: string): LeaveRootOptions['environment'] {
  return Object.fromEntries(
    Object.entries(environment).filter(([name, value]) => !name.startsWith('npm_') || value?.startsWith(`${home}/`) !== true),
  );
}

function definedEntry([name, value]: readonly [string, string | undefined]): readonly (readonly [string, string])[] {
  return value === undefined ? [] : [[name, value]];
}

/** CAP_CHOWN, CAP_SETGID, CAP_SETUID. */
const NEEDED_CAPABILITIES = [0, 6, 7];
/** CAP_SYS_ADMIN, to open a way by mounts. */
const MOUNT_CAPABILITY = 21;

const OTHERS_READ = 0o4;

/** Why root has to be kept; undefined when it need not. */
function whyNot({ uid, program, wanted }: LeaveRootOptions): string | undefined {
  const effective = BigInt(`0x${/^CapEff:\s+(\w+)$/m.exec(readIfThere('/proc/self/status') ?? '')?.[1] ?? '0'}`);
  const lacks = (bit: number): boolean => (effective & (1n << BigInt(bit))) === 0n;
  if (NEEDED_CAPABILITIES.some(lacks)) return 'it lacks capabilities to become another user';
  if (!isMapped(uid)) return `there is no user ${uid} in this user namespace`;
  for (const path of program) {
    const closed = closedTo(path, wanted);
    if (closed !== undefined) return `${closed} is closed to other users (chmod o+rX)`;
  }
  const [closed] = closedDirectories(wanted).keys();
  // Nothing can take the place of the root directory.
  return closed !== undefined && (closed === '/' || lacks(MOUNT_CAPABILITY)) ? `${closed} is closed to other users` : undefined;
}

/** Lines of /proc/self/uid_map: first id inside, first id outside, how many. */
function isMapped(uid: number): boolean {
  return readFileSync('/proc/self/uid_map', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .some(([first = 0, , count = 0]) => uid >= first && uid < first + count);
}

/** What keeps others from reading this file once the way to all that is wanted is open: one of its folders, or its own mode. */
function closedTo(path: string, wanted: readonly string[]): string | undefined {
  const file = realpathSync(path);
  const roots = wanted.flatMap(realPath);
  const within = (directory: string): boolean => roots.some((root) => directory === root || directory.startsWith(`${root}/`));
  const closed = ancestors(file).find((directory) => within(directory) && (statSync(directory).mode & OTHERS_SEARCH) === 0);
  return closed ?? ((statSync(file).mode & OTHERS_READ) === 0 ? file : undefined);
}

/** Best effort: on a read-only file system the daemon does without. */
function own(directory: string, uid: number): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    lchownSync(directory, uid, uid);
  } catch (error) {
    if (errorCode(error) !== 'EROFS' && errorCode(error) !== 'EACCES') throw error;
  }
}
