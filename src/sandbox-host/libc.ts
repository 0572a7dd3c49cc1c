import { closeSync } from 'node:fs';
import { bindCall, check } from '#sandboxes/libc.ts';

/** The system calls for namespaces, mounts and networks that Node lacks. As in `#sandboxes/libc.ts`: Linux, x86_64 and aarch64. */

const call = {
  memfdCreate: bindCall<[string, number]>('int memfd_create(const char *name, unsigned int flags)'),
  unshare: bindCall<[number]>('int unshare(int flags)'),
  setns: bindCall<[number, number]>('int setns(int fd, int type)'),
  socket: bindCall<[number, number, number]>('int socket(int domain, int type, int protocol)'),
  ioctlPointer: bindCall<[number, number, Buffer]>('int ioctl(int fd, unsigned long request, void *argument)'),
  ioctlNumber: bindCall<[number, number, number]>('int ioctl(int fd, unsigned long request, long argument)'),
  mount: bindCall<[string | null, string, string | null, number, string | null]>(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
  ),
  umount2: bindCall<[string, number]>('int umount2(const char *target, int flags)'),
  send: bindCall<[number, Buffer, number, number]>('long send(int fd, void *data, unsigned long length, int flags)'),
  recv: bindCall<[number, Buffer, number, number]>('long recv(int fd, void *data, unsigned long length, int flags)'),
  interfaceIndex: bindCall<[string]>('unsigned int if_nametoindex(const char *name)'),
  setfsuid: bindCall<[number]>('int setfsuid(unsigned int uid)'),
  setfsgid: bindCall<[number]>('int setfsgid(unsigned int gid)'),
  fchdir: bindCall<[number]>('int fchdir(int fd)'),
  chroot: bindCall<[string]>('int chroot(const char *path)'),
  // Through syscall(2), for the C library has names for these only since 2.36.
  openTree: bindCall<[number, number, string, number]>('long syscall(long number, int directory, const char *path, unsigned int flags)'),
  mountSetattr: bindCall<[number, number, string, number, BigUint64Array, number]>(
    'long syscall(long number, int fd, const char *path, unsigned int flags, void *attributes, unsigned long size)',
  ),
  moveMount: bindCall<[number, number, string, number, string, number]>(
    'long syscall(long number, int from, const char *fromPath, int to, const char *toPath, unsigned int flags)',
  ),
  prctl: bindCall<[number, number, number, number, number]>(
    'int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)',
  ),
  lseek: bindCall<[number, number, number]>('long lseek(int fd, long offset, int whence)'),
};

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;

/** An anonymous file in memory. Its reader starts at the beginning if it is written with explicit positions. */
export function memoryFile(name: string): number {
  const MFD_CLOEXEC = 1;
  return check(call.memfdCreate(name, MFD_CLOEXEC), 'memfd_create');
}

const CLONE_NEWNET = 0x40000000;

/** Moves the calling thread, and with it the children it will make, into a new network namespace. */
export function unshareNetwork(): void {
  check(call.unshare(CLONE_NEWNET), 'unshare(CLONE_NEWNET)');
}

/** Moves the calling thread into a copy of its mount namespace. Those of other threads stay. @throws SystemCallError */
export function unshareMounts(): void {
  const CLONE_NEWNS = 0x20000;
  check(call.unshare(CLONE_NEWNS), 'unshare(CLONE_NEWNS)');
}

/** Neither do mounts made from now on appear in other namespaces, nor theirs here. @throws SystemCallError */
export function makeMountsPrivate(): void {
  const MS_REC = 16384;
  const MS_PRIVATE = 1 << 18;
  mount({ source: 'none', target: '/', flags: MS_REC | MS_PRIVATE });
}

/** No program that follows can have more rights than this one, whatever its mode bits say. @throws SystemCallError */
export function forbidNewPrivileges(): void {
  const PR_SET_NO_NEW_PRIVS = 38;
  check(call.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 'prctl(PR_SET_NO_NEW_PRIVS)');
}

/** Moves the calling thread into the network namespace that `fd` refers to. */
export function enterNetwork(fd: number): void {
  check(call.setns(fd, CLONE_NEWNET), 'setns(CLONE_NEWNET)');
}

const AF_INET = 2;
const SOCK_DGRAM = 2;

/** Sets the loopback interface of the current network namespace up. */
export function bringLoopbackUp(): void {
  const SIOCSIFFLAGS = 0x8914;
  const IFF_UP_RUNNING = 0x41;
  const socket = check(call.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0), 'socket');
  try {
    // struct ifreq: a name of 16 bytes, then the flags.
    const request = Buffer.alloc(40);
    request.write('lo');
    request.writeUInt16LE(IFF_UP_RUNNING, 16);
    check(call.ioctlPointer(socket, SIOCSIFFLAGS, request), 'ioctl(SIOCSIFFLAGS)');
  } finally {
    closeSync(socket);
  }
}

/** Largest packet of an interface in the network namespace that the calling thread is in. @throws SystemCallError */
export function interfaceMtu(name: string): number {
  const SIOCGIFMTU = 0x8921;
  const socket = check(call.socket(AF_INET, SOCK_DGRAM | O_CLOEXEC, 0), 'socket');
  try {
    // struct ifreq: a name of 16 bytes, then the number.
    const request = Buffer.alloc(40);
    request.write(name);
    check(call.ioctlPointer(socket, SIOCGIFMTU, request), `ioctl(SIOCGIFMTU ${name})`);
    return request.readInt32LE(16);
  } finally {
    closeSync(socket);
  }
}

/** A socket to the kernel's routing tables, of the network namespace that the calling thread is in. Never waits for an answer. */
export function netlinkRouteSocket(): number {
  const AF_NETLINK = 16;
  const SOCK_RAW = 3;
  const NETLINK_ROUTE = 0;
  return check(call.socket(AF_NETLINK, SOCK_RAW | O_CLOEXEC | O_NONBLOCK, NETLINK_ROUTE), 'socket(AF_NETLINK)');
}

/** send(2) away from the main thread. The error number does not cross threads. */
export async function sendAway(fd: number, data: Buffer): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  call.send.async(fd, data, data.length, 0, (error, result) => (error === null ? resolve(result) : reject(error)));
  if ((await promise) !== data.length) throw new Error('send failed');
}

/** recv(2): one message of at most `bytes`. @throws SystemCallError */
export function receive(fd: number, bytes: number): Buffer {
  const buffer = Buffer.alloc(bytes);
  return buffer.subarray(0, check(call.recv(fd, buffer, bytes, 0), 'recv'));
}

/** Number of an interface in the network namespace that the calling thread is in. @throws Error when there is none */
export function interfaceIndex(name: string): number {
  const index = call.interfaceIndex(name);
  if (index === 0) throw new Error(`there is no interface ${name}`);
  return index;
}

/** Flags of mount(2). */
export const MountFlag = {
  readOnly: 1,
  noSuid: 2,
  noDevices: 4,
  remount: 32,
  noAccessTime: 1024,
  bind: 4096,
  recursive: 16384,
} as const;

/** mount(2). @throws SystemCallError */
export function mount(request: {
  readonly source: string;
  readonly target: string;
  readonly type?: string;
  readonly flags: number;
  readonly data?: string;
}): void {
  const result = call.mount(request.source, request.target, request.type ?? null, request.flags, request.data ?? null);
  check(result, `mount(${request.target})`);
}

/** umount2(2) away from the main thread, since it waits for the disk. The error number does not cross threads: false for any failure. */
export async function unmount(target: string): Promise<boolean> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  call.umount2.async(target, 0, (error, result) => (error === null ? resolve(result) : reject(error)));
  return (await promise) === 0;
}

/** Takes the mount out of sight at once; the kernel ends it when its last user is gone. @throws SystemCallError */
export function detach(target: string): void {
  const MNT_DETACH = 2;
  check(call.umount2(target, MNT_DETACH), `umount(${target})`);
}

/** ioctl(2) with a number as argument; returns its result. @throws SystemCallError */
export function ioctl(fd: number, request: number, argument: number, what: string): number {
  return check(call.ioctlNumber(fd, request, argument), what);
}

/** ioctl(2) with a structure as argument. @throws SystemCallError */
export function ioctlStructure(fd: number, request: number, argument: Buffer, what: string): void {
  check(call.ioctlPointer(fd, request, argument), what);
}

/** The next offset at or after `offset` that holds data, and the end of that run; undefined when there is none. */
export function nextData(fd: number, offset: number): { readonly start: number; readonly end: number } | undefined {
  const SEEK_DATA = 3;
  const SEEK_HOLE = 4;
  const start = call.lseek(fd, offset, SEEK_DATA);
  if (start < 0) return undefined;
  return { start, end: check(call.lseek(fd, start, SEEK_HOLE), 'lseek(SEEK_HOLE)') };
}

/** Numbers of system calls that came after those of the architectures were made the same. */
const SYS_OPEN_TREE = 428;
const SYS_MOVE_MOUNT = 429;
const SYS_MOUNT_SETATTR = 442;

const AT_FDCWD = -100;
const AT_EMPTY_PATH = 0x1000;
const AT_RECURSIVE = 0x8000;

/** A copy of the mount at `path`, and of what is mounted below it, that is nowhere yet. Closed without being moved, it is gone. @throws SystemCallError */
export function cloneMount(path: string): number {
  const OPEN_TREE_CLONE = 1;
  return check(call.openTree(SYS_OPEN_TREE, AT_FDCWD, path, OPEN_TREE_CLONE | O_CLOEXEC | AT_RECURSIVE), `open_tree(${path})`);
}

/** Flags of a mount that is nowhere yet. What is mounted inside it is not seen outside. @throws SystemCallError */
export function setMountAttributes(tree: number, { readOnly }: { readonly readOnly: boolean }): void {
  const [RDONLY, NOSUID, NODEV] = [1n, 2n, 4n];
  const MS_SLAVE = 1n << 19n;
  // struct mount_attr: to set, to clear, propagation, user namespace.
  const attributes = BigUint64Array.of(NOSUID | NODEV | (readOnly ? RDONLY : 0n), 0n, MS_SLAVE, 0n);
  const result = call.mountSetattr(SYS_MOUNT_SETATTR, tree, '', AT_EMPTY_PATH | AT_RECURSIVE, attributes, attributes.byteLength);
  check(result, 'mount_setattr');
}

/** Puts a mount that is nowhere yet to `target`. @throws SystemCallError */
export function placeMount(tree: number, target: string): void {
  const MOVE_MOUNT_F_EMPTY_PATH = 4;
  check(call.moveMount(SYS_MOVE_MOUNT, tree, '', AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH), `move_mount(${target})`);
}

const CLONE_FS = 0x200;
const CLONE_NEWNS = 0x20000;

/** Moves the calling thread, and no other, into the mount namespace that `fd` refers to: its root and working directory, too. */
export function enterMounts(fd: number): void {
  // The kernel demands that nobody shares the root and working directory; threads born later do again.
  check(call.unshare(CLONE_FS), 'unshare(CLONE_FS)');
  check(call.setns(fd, CLONE_NEWNS), 'setns(CLONE_NEWNS)');
}

/** The calling thread's root and working directory become what `fd` refers to. @throws SystemCallError */
export function changeRoot(fd: number): void {
  check(call.fchdir(fd), 'fchdir');
  check(call.chroot('.'), 'chroot');
}

/**
 * Runs `work` while the calling thread goes through directories with no more rights than that user and group. Nothing else of what it
 * may do changes. @throws what `work` throws
 */
export function withRightsOf<T>({ uid, gid }: { readonly uid: number; readonly gid: number }, work: () => T): T {
  call.setfsgid(gid);
  call.setfsuid(uid);
  try {
    return work();
  } finally {
    call.setfsuid(0);
    call.setfsgid(0);
    // Each call returns what was before it. A host that goes on as somebody else would fail in ways nobody expects.
    if (call.setfsuid(0) !== 0 || call.setfsgid(0) !== 0) process.abort();
  }
}
