import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { arch, availableParallelism, platform } from 'node:os';
import type { BubblewrapHost } from './bubblewrap-host.ts';
import { findCgroups } from './cgroup-layout.ts';
import type { CgroupLayout } from './cgroup-layout.ts';
import { readIfThere } from '#sandboxes/system-files.ts';
import { hostRoutes, missingResolver, resolverConfiguration, uplinksOf } from './host-network.ts';

/** One thing that was looked at on this host. */
export interface HostFact {
  readonly name: string;
  /** What was found, for people. */
  readonly found: string;
  /** `missing` keeps the bubblewrap driver from working, `lacking` makes it less. */
  readonly verdict: 'good' | 'lacking' | 'missing';
  /** How to get better; undefined when all is well, or nothing can be done. */
  readonly remedy: string | undefined;
}

export interface HostReport {
  readonly facts: readonly HostFact[];
  /** What the bubblewrap driver needs to know; undefined when something is missing. */
  readonly bubblewrap: BubblewrapHost | undefined;
}

const SEARCH_PATH = ['/usr/bin', '/bin', '/usr/sbin', '/sbin', '/usr/local/bin', '/usr/local/sbin'];
const COMMAND_TIMEOUT_MS = 5000;
/** A user id of the range that sandboxes use, to try bubblewrap as they will. */
const TRIAL_UID = 200_000;

/** Looks at what isolation this host permits, by trying where trying is cheap: some 20 ms. Changes nothing. */
export function probeHost(): HostReport {
  const root = probeRoot();
  const commands = { sh: findCommand('sh'), setpriv: findCommand('setpriv'), bwrap: findCommand('bwrap') };
  const nft = findCommand('nft');
  const version =
    commands.bwrap === undefined
      ? undefined
      : run(commands.bwrap, ['--version'])
          .stdout.trim()
          .replace(/^bubblewrap /, '');
  const disableUserNamespaces = canDisableUserNamespaces(version ?? '');
  const cgroups = findCgroups(readIfThere('/proc/self/mountinfo') ?? '');
  const scratch = probeScratch();
  const facts: readonly HostFact[] = [
    probePlatform(),
    root,
    fact('bubblewrap', version !== undefined, version ?? 'bwrap is not installed', 'install it: apt-get install bubblewrap'),
    fact(
      'setpriv',
      commands.setpriv !== undefined,
      commands.setpriv ?? 'setpriv is not installed',
      'install it: apt-get install util-linux',
    ),
    probeUserNamespaces(commands, { root: root.verdict === 'good', disableUserNamespaces }),
    probeNetworkNamespaces(root.verdict === 'good'),
    probeCgroups(cgroups),
    probeSeccomp(),
    scratch,
    probeInternet(nft, root.verdict === 'good'),
    probeResolver(),
    probeSwap(),
    probeLibc(),
    { name: 'cores', found: String(availableParallelism()), verdict: 'good', remedy: undefined },
    architectures(),
  ];
  const { sh, setpriv, bwrap } = commands;
  const architecture = arch();
  const complete = facts.every(({ verdict }) => verdict !== 'missing');
  if (!complete || sh === undefined || setpriv === undefined || bwrap === undefined || version === undefined)
    return { facts, bubblewrap: undefined };
  if (architecture !== 'x64' && architecture !== 'arm64') return { facts, bubblewrap: undefined };
  const scratchInMemory = scratch.verdict === 'good' ? undefined : scratch.found;
  return {
    facts,
    bubblewrap: {
      commands: { sh, setpriv, bwrap },
      bwrapVersion: version,
      disableUserNamespaces,
      cgroups,
      architecture,
      scratchInMemory,
      nft,
    },
  };
}

/** The option came with bubblewrap 0.8. */
function canDisableUserNamespaces(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 0 || minor >= 8;
}

function fact(name: string, good: boolean, found: string, remedy: string): HostFact {
  return { name, found, verdict: good ? 'good' : 'missing', remedy: good ? undefined : remedy };
}

function probePlatform(): HostFact {
  const good = platform() === 'linux' && (arch() === 'x64' || arch() === 'arm64');
  return fact('platform', good, `${platform()} ${arch()}`, 'isolation needs Linux on x86_64 or aarch64: a virtual machine will do');
}

function probeRoot(): HostFact {
  const root = process.getuid?.() === 0;
  return fact(
    'root',
    root,
    root ? 'yes' : 'no',
    'start as root: control groups, network namespaces and user ids of their own need it; functions never run as root',
  );
}

/** Not a matter of isolation, but of what users must know before they deploy what they built elsewhere. */
function architectures(): HostFact {
  const [own, other] = arch() === 'arm64' ? ['arm64', 'x86_64'] : ['x86_64', 'arm64'];
  const found = `${own}; functions for ${other} run natively here, and only as scripts: their binaries must be for ${own}`;
  return { name: 'architecture', found, verdict: 'good', remedy: undefined };
}

/** Three switches can forbid user namespaces; the trial settles it, the switches explain it. */
function probeUserNamespaces(
  commands: { readonly setpriv: string | undefined; readonly bwrap: string | undefined },
  { root, disableUserNamespaces }: { readonly root: boolean; readonly disableUserNamespaces: boolean },
): HostFact {
  const name = 'user namespaces';
  const { setpriv, bwrap } = commands;
  if (setpriv === undefined || bwrap === undefined)
    return fact(name, false, 'not tried without bubblewrap', 'install it: apt-get install bubblewrap');
  const become = root ? ['--reuid', `${TRIAL_UID}`, '--regid', `${TRIAL_UID}`, '--clear-groups', '--no-new-privs'] : ['--no-new-privs'];
  const namespaces = [
    '--unshare-user',
    ...(disableUserNamespaces ? ['--disable-userns'] : []),
    '--uid',
    '1',
    '--unshare-pid',
    '--unshare-ipc',
    '--unshare-uts',
  ];
  const trial = run(setpriv, [
    ...become,
    bwrap,
    ...namespaces,
    '--ro-bind',
    '/',
    '/',
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    '--',
    '/bin/true',
  ]);
  if (trial.ok) return fact(name, true, 'allowed; bubblewrap runs', '');
  return fact(name, false, `bubblewrap fails: ${trial.stderr.trim()}`, userNamespaceRemedy());
}

function userNamespaceRemedy(): string {
  const sysctl = (path: string): string | undefined => readIfThere(`/proc/sys/${path}`)?.trim();
  if (sysctl('kernel/apparmor_restrict_unprivileged_userns') === '1') {
    return 'AppArmor forbids them (Ubuntu 23.10 and later): sysctl -w kernel.apparmor_restrict_unprivileged_userns=0, or install the profile bwrap-userns-restrict of apparmor-profiles';
  }
  if (sysctl('kernel/unprivileged_userns_clone') === '0') return 'sysctl -w kernel.unprivileged_userns_clone=1';
  if (sysctl('user/max_user_namespaces') === '0') return 'sysctl -w user.max_user_namespaces=15000';
  return 'in a container: give it CAP_SYS_ADMIN, an unconfined seccomp and AppArmor profile, and an unmasked /proc (docker run --privileged)';
}

function probeNetworkNamespaces(root: boolean): HostFact {
  const name = 'network namespaces';
  const unshare = findCommand('unshare');
  if (!root || unshare === undefined) return fact(name, false, 'not tried without root', 'start as root');
  const trial = run(unshare, ['--net', '/bin/true']);
  return fact(
    name,
    trial.ok,
    trial.ok ? 'allowed' : trial.stderr.trim(),
    'in a container: give it CAP_SYS_ADMIN (docker run --privileged)',
  );
}

function probeCgroups(layout: CgroupLayout): HostFact {
  const name = 'control groups';
  if (layout.version === undefined) return fact(name, false, layout.reason, 'mount control groups: mount -t cgroup2 none /sys/fs/cgroup');
  const places = layout.version === 1 ? Object.values<string>({ ...layout.mounts }) : [layout.parent];
  const closed = places.filter((place) => !isWritable(place));
  if (closed.length > 0)
    return fact(
      name,
      false,
      `version ${layout.version}, but ${closed.join(', ')} cannot be written to`,
      'start as root; in a container: docker run --privileged',
    );
  if (layout.version === 1) return fact(name, true, 'version 1: memory, cpu, pids, freezer', '');
  const controllers = (readIfThere(`${layout.parent}/cgroup.controllers`) ?? '').trim().split(' ');
  const missing = ['memory', 'cpu', 'pids'].filter((controller) => !controllers.includes(controller));
  if (missing.length === 0) return fact(name, true, `version 2: ${controllers.join(', ')}`, '');
  return fact(
    name,
    false,
    `version 2 without ${missing.join(', ')}`,
    'turn them on for this group (systemd: Delegate=yes), or boot with systemd.unified_cgroup_hierarchy=1',
  );
}

function probeSeccomp(): HostFact {
  const actions = readIfThere('/proc/sys/kernel/seccomp/actions_avail')?.trim();
  const good = actions?.split(' ').includes('errno') === true;
  return fact('seccomp', good, actions ?? 'the kernel has none', 'use a kernel with CONFIG_SECCOMP_FILTER');
}

function probeScratch(): HostFact {
  const name = 'disk for /tmp';
  const lacking = (found: string, remedy: string): HostFact => ({ name, found, verdict: 'lacking', remedy });
  if (findCommand('mkfs.ext4') === undefined) return lacking('mkfs.ext4 is not installed', 'install it: apt-get install e2fsprogs');
  if (!isWritable('/dev/loop-control'))
    return lacking('loop devices are not available', 'modprobe loop; in a container: docker run --privileged');
  if (!/\bext4$/m.test(readIfThere('/proc/filesystems') ?? '')) return lacking('the kernel has not loaded ext4', 'modprobe ext4');
  return fact(name, true, 'ext4 images on loop devices', '');
}

function probeInternet(nft: string | undefined, root: boolean): HostFact {
  const name = 'internet for functions';
  const lacking = (found: string, remedy: string): HostFact => ({ name, found, verdict: 'lacking', remedy });
  if (nft === undefined) return lacking('nft is not installed', 'install it: apt-get install nftables');
  if (!root) return lacking('not tried without root', 'start as root');
  const trial = run(nft, ['list', 'tables']);
  if (!trial.ok)
    return lacking(
      `nft fails: ${trial.stderr.trim()}`,
      'use a kernel with nf_tables; in a container: give it CAP_NET_ADMIN (docker run --privileged)',
    );
  const uplinks = uplinksOf(hostRoutes());
  if (uplinks.length === 0) return lacking('the host has no default route', 'ip route add default via …');
  return fact(name, true, `through ${uplinks.join(', ')}`, '');
}

function probeResolver(): HostFact {
  const name = 'name server for functions';
  const missing = missingResolver(resolverConfiguration());
  if (missing === undefined) return fact(name, true, 'that of the host', '');
  const remedy =
    'name a server in /etc/resolv.conf that can be reached from other networks; in a container: docker run --dns …, on the default network';
  return { name, found: missing, verdict: 'lacking', remedy };
}

function probeSwap(): HostFact {
  const devices = (readIfThere('/proc/swaps') ?? '').trim().split('\n').length - 1;
  return { name: 'swap', found: devices > 0 ? 'on for the host, off for sandboxes' : 'none', verdict: 'good', remedy: undefined };
}

function probeLibc(): HostFact {
  const getconf = findCommand('getconf');
  const version = getconf === undefined ? '' : run(getconf, ['GNU_LIBC_VERSION']).stdout.trim();
  if (version !== '') return { name: 'C library', found: version, verdict: 'good', remedy: undefined };
  return {
    name: 'C library',
    found: 'not glibc',
    verdict: 'lacking',
    remedy: 'packages built for AWS expect glibc 2.34 or later: use a distribution that has it',
  };
}

/** Where a command of the host is; undefined when it is not installed. */
export function findCommand(command: string): string | undefined {
  return SEARCH_PATH.map((directory) => `${directory}/${command}`).find((path) => mayAccess(path, constants.X_OK));
}

function isWritable(path: string): boolean {
  return mayAccess(path, constants.W_OK);
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    // Whatever the reason, we may not.
    return false;
  }
}

function run(file: string, argv: readonly string[]): { readonly ok: boolean; readonly stdout: string; readonly stderr: string } {
  const { status, stdout, stderr, error } = spawnSync(file, argv, {
    encoding: 'utf8',
    timeout: COMMAND_TIMEOUT_MS,
    env: { PATH: '/usr/bin:/bin' },
  });
  return { ok: status === 0, stdout: stdout ?? '', stderr: error === undefined ? stderr : error.message };
}
