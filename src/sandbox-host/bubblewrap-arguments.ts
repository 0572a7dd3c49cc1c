import type { RootFiles } from './root-files.ts';
import { INNER_GID, INNER_UID } from './root-files.ts';
import type { HostedSpec } from '#sandboxes/host-protocol.ts';

const MB = 1024 * 1024;

/** As a function on AWS sees it: a link-local address. */
const HOSTNAME = '169.254.100.6';

/** Where things stand on this host. Absolute, since they are run as root. */
export interface Commands {
  readonly sh: string;
  readonly setpriv: string;
  readonly bwrap: string;
}

export interface BubblewrapPlan {
  readonly spec: HostedSpec;
  readonly rootFiles: RootFiles;
  /** Directory for /tmp, or undefined for a tmpfs. */
  readonly scratchPath: string | undefined;
  readonly disableUserNamespaces: boolean;
  readonly seccompFd: number;
  readonly statusFd: number;
}

/**
 * The options of bwrap, for `--args`: through a descriptor, since the command line of a process can be read by everybody on the host
 * and the environment holds secrets.
 */
export function bubblewrapOptions(plan: BubblewrapPlan): readonly string[] {
  const { spec, rootFiles, scratchPath } = plan;
  const mounts = spec.mounts.toSorted((a, b) => depth(a.target) - depth(b.target));
  return [
    ['--die-with-parent', '--new-session', '--unshare-user', '--uid', `${INNER_UID}`, '--gid', `${INNER_GID}`],
    // The seccomp filter forbids them too.
    plan.disableUserNamespaces ? ['--disable-userns'] : [],
    ['--unshare-pid', '--unshare-ipc', '--unshare-uts', '--hostname', HOSTNAME],
    rootFiles.binds.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    rootFiles.symlinks.flatMap(({ content, path }) => ['--symlink', content, path]),
    ['--proc', '/proc', '--dev', '/dev'],
    scratchPath === undefined
      ? ['--perms', '1777', '--size', `${spec.limits.scratchMb * MB}`, '--tmpfs', '/tmp']
      : ['--bind', scratchPath, '/tmp'],
    ['--dir', '/opt', '--dir', '/var/task', '--dir', '/var/lang', '--dir', '/var/runtime'],
    mounts.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    // /dev, with /dev/shm in it, is memory; /tmp is the only place to write, as on AWS.
    ['--remount-ro', '/dev', '--remount-ro', '/'],
    ['--chdir', spec.workingDirectory, '--clearenv'],
    Object.entries(spec.environment).flatMap(([name, value]) => ['--setenv', name, value]),
    ['--seccomp', `${plan.seccompFd}`, '--json-status-fd', `${plan.statusFd}`],
  ].flat();
}

/** Joins the control groups and sets the limits that only a process can set for itself, as root, then becomes the next command. */
const JOIN =
  'set -e; ulimit -c 0; ulimit -n "$1"; groups=$2; shift 2; while [ $groups -gt 0 ]; do echo 0 > "$1"; shift; groups=$((groups - 1)); done; exec "$@"';

export interface SpawnChain {
  readonly commands: Commands;
  readonly uid: number;
  /** At least one. */
  readonly groups: readonly number[];
  readonly openFiles: number;
  readonly joinFiles: readonly string[];
  readonly argumentsFd: number;
  /** Path inside, and arguments. */
  readonly command: readonly string[];
}

/**
 * sh (joins) → setpriv (becomes the sandbox's own user) → bwrap: one process that changes its program. Nothing of the function is in
 * its environment before bwrap has isolated it: LD_PRELOAD, say, would be obeyed as root.
 */
export function spawnChain(chain: SpawnChain): readonly [file: string, argv: readonly string[]] {
  const { commands, uid, groups } = chain;
  const user = ['--reuid', `${uid}`, '--regid', `${uid}`, '--groups', groups.join(',')];
  const joining = ['-c', JOIN, 'hearth-sandbox', `${chain.openFiles}`, `${chain.joinFiles.length}`, ...chain.joinFiles];
  const becoming = [commands.setpriv, ...user, '--no-new-privs', '--inh-caps=-all', '--bounding-set=-all'];
  return [commands.sh, [...joining, ...becoming, commands.bwrap, '--args', `${chain.argumentsFd}`, '--', ...chain.command]];
}

function depth(path: string): number {
  return path.split('/').length;
}
