import { closeSync, openSync, readdirSync } from 'node:fs';
import koffi from 'koffi';

/**
 * The system calls that Node lacks, called in the C library of this process. Linux only, x86_64 and aarch64: the constants
 * below are the same on both.
 */

const library = koffi.load(null);

type Call<A extends unknown[]> = ((...args: A) => number) & {
  async: (...args: [...A, (error: Error | null, result: number) => void]) => void;
};

const bind = <A extends unknown[]>(definition: string): Call<A> => library.func(definition);

const call = {
  pipe2: bind<[Int32Array, number]>('int pipe2(int *fds, int flags)'),
  socketpair: bind<[number, number, number, Int32Array]>('int socketpair(int domain, int type, int protocol, int *fds)'),
  memfdCreate: bind<[string, number]>('int memfd_create(const char *name, unsigned int flags)'),
  fcntl: bind<[number, number, number]>('int fcntl(int fd, int command, int argument)'),
  unshare: bind<[number]>('int unshare(int flags)'),
  setns: bind<[number, number]>('int setns(int fd, int type)'),
  socket: bind<[number, number, number]>('int socket(int domain, int type, int protocol)'),
  setsockopt: bind<[number, number, number, Int32Array, number]>(
    'int setsockopt(int fd, int level, int name, int *value, unsigned int length)',
  ),
  bind: bind<[number, Buffer, number]>('int bind(int fd, void *address, unsigned int length)'),
  getsockname: bind<[number, Buffer, Int32Array]>('int getsockname(int fd, void *address, int *length)'),
  listen: bind<[number, number]>('int listen(int fd, int backlog)'),
  connect: bind<[number, Buffer, number]>('int connect(int fd, void *address, unsigned int length)'),
  ioctlPointer: bind<[number, number, Buffer]>('int ioctl(int fd, unsigned long request, void *argument)'),
  mount: bind<[string | null, string, string | null, number, string | null]>(
    'int mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)',
  ),
  umount2: bind<[string, number]>('int umount2(const char *target, int flags)'),
  send: bind<[number, Buffer, number, number]>('long send(int fd, void *data, unsigned long length, int flags)'),
  recv: bind<[number, Buffer, number, number]>('long recv(int fd, void *data, unsigned long length, int flags)'),
  interfaceIndex: bind<[string]>('unsigned int if_nametoindex(const char *name)'),
};

const ioctlNumber: Call<[number, number, number]> = library.func('ioctl', 'int', ['int', 'unsigned long', 'long']);
const readBytes = bind<[number, Buffer, number]>('long read(int fd, void *buffer, unsigned long length)');
const seek = bind<[number, number, number]>('long lseek(int fd, long offset, int whence)');

/** A system call failed; `errno` is its number, `message` names the call. */
export class SystemCallError extends Error {
  readonly errno: number;

  constructor(what: string, errno: number) {
    super(`${what}: ${errnoName(errno)}`);
    this.name = 'SystemCallError';
    this.errno = errno;
  }
}

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(koffi.os.errno).map(([name, number]) => [number, name]));

function errnoName(errno: number): string {
  return NAMES.get(errno) ?? `errno ${errno}`;
}

function check(result: number, what: string): number {
  if (result < 0) throw new SystemCallError(what, koffi.errno());
  return result;
}

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;

/** Both ends closed on exec, both blocking. */
export function pipe(): { readonly read: number; readonly write: number } {
  const ends = new Int32Array(2);
  check(call.pipe2(ends, O_CLOEXEC), 'pipe2');
  return { read: ends[0] ?? -1, write: ends[1] ?? -1 };
}

const AF_UNIX = 1;
const SOCK_STREAM = 1;

/** Two connected stream sockets, closed on exec, both blocking. */
export function socketPair(): readonly [number, number] {
  const ends = new Int32Array(2);
  check(call.socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends), 'socketpair');
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** The same pipe or file under a new descriptor whose reads never wait. The other descriptor keeps its own mode. */
export function reopenNonBlocking(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, O_NONBLOCK);
}

const EAGAIN = koffi.os.errno['EAGAIN'];

/**
 * Reads what a non-blocking descriptor has; 0 when there is nothing now, or nothing more. Node's own call throws then, which costs
 * more than the read.
 */
export function readAvailable(fd: number, buffer: Buffer): number {
  const bytes = readBytes(fd, buffer, buffer.length);
  if (bytes < 0 && koffi.errno() === EAGAIN) return 0;
  return check(bytes, 'read');
}

/**
 * Marks every descriptor but the standard three as not for children. Node opens its own that way, but passes on what this process
 * inherited: a sandbox must not hold a file or pipe of whoever started the daemon.
 */
export function closeInheritedOnExec(): void {
  const F_SETFD = 2;
  const FD_CLOEXEC = 1;
  for (const name of readdirSync('/proc/self/fd')) {
    // The descriptor of this very listing is closed by now: nothing to check.
    if (Number(name) > 2) call.fcntl(Number(name), F_SETFD, FD_CLOEXEC);
  }
}

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

/** A listening TCP socket on 127.0.0.1; port 0 lets the kernel choose. The descriptor is not blocking and closed on exec. */
export function listenOnLoopback(port: number): { readonly fd: number; readonly port: number } {
  const SOL_SOCKET = 1;
  const SO_REUSEADDR = 2;
  const BACKLOG = 128;
  const fd = check(call.socket(AF_INET, SOCK_STREAM | O_CLOEXEC | O_NONBLOCK, 0), 'socket');
  try {
    check(call.setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, Int32Array.of(1), 4), 'setsockopt(SO_REUSEADDR)');
    const address = loopbackAddress(port);
    check(call.bind(fd, address, address.length), `bind(127.0.0.1:${port})`);
    check(call.listen(fd, BACKLOG), 'listen');
    check(call.getsockname(fd, address, Int32Array.of(address.length)), 'getsockname');
    return { fd, port: address.readUInt16BE(2) };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/**
 * A TCP socket connected to 127.0.0.1 of the network namespace that the calling thread is in. The descriptor is not blocking and
 * closed on exec. Never waits: the kernel answers for its own loopback interface at once, whatever the listening process does.
 * @throws SystemCallError when nobody listens, or when more connections wait there than are let in
 */
export function connectToLoopback(port: number): number {
  const EINPROGRESS = koffi.os.errno['EINPROGRESS'];
  const fd = check(call.socket(AF_INET, SOCK_STREAM | O_CLOEXEC | O_NONBLOCK, 0), 'socket');
  try {
    const address = loopbackAddress(port);
    let result = call.connect(fd, address, address.length);
    // The first call always says that it is under way; the second one how it went.
    if (result < 0 && koffi.errno() === EINPROGRESS) result = call.connect(fd, address, address.length);
    check(result, `connect(127.0.0.1:${port})`);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** struct sockaddr_in. */
function loopbackAddress(port: number): Buffer {
  const address = Buffer.alloc(16);
  address.writeUInt16LE(AF_INET, 0);
  address.writeUInt16BE(port, 2);
  address.set([127, 0, 0, 1], 4);
  return address;
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
  return check(ioctlNumber(fd, request, argument), what);
}

/** ioctl(2) with a structure as argument. @throws SystemCallError */
export function ioctlStructure(fd: number, request: number, argument: Buffer, what: string): void {
  check(call.ioctlPointer(fd, request, argument), what);
}

/** The next offset at or after `offset` that holds data, and the end of that run; undefined when there is none. */
export function nextData(fd: number, offset: number): { readonly start: number; readonly end: number } | undefined {
  const SEEK_DATA = 3;
  const SEEK_HOLE = 4;
  const start = seek(fd, offset, SEEK_DATA);
  if (start < 0) return undefined;
  return { start, end: check(seek(fd, start, SEEK_HOLE), 'lseek(SEEK_HOLE)') };
}
