import { openSync, closeSync, readdirSync } from 'node:fs';
import koffi from 'koffi';

/**
 * The system calls about descriptors that Node lacks, called in the C library of this process. Linux only, x86_64 and aarch64: the
 * constants below are the same on both.
 */

const library = koffi.load(null);

export type Call<A extends unknown[]> = ((...args: A) => number) & {
  async: (...args: [...A, (error: Error | null, result: number) => void]) => void;
};

/** A function of the C library, by its declaration in C. */
export const bindCall = <A extends unknown[]>(declaration: string): Call<A> => library.func(declaration);

const call = {
  pipe2: bindCall<[Int32Array, number]>('int pipe2(int *fds, int flags)'),
  socketpair: bindCall<[number, number, number, Int32Array]>('int socketpair(int domain, int type, int protocol, int *fds)'),
  fcntl: bindCall<[number, number, number]>('int fcntl(int fd, int command, int argument)'),
  socket: bindCall<[number, number, number]>('int socket(int domain, int type, int protocol)'),
  setsockopt: bindCall<[number, number, number, Int32Array, number]>(
    'int setsockopt(int fd, int level, int name, int *value, unsigned int length)',
  ),
  bind: bindCall<[number, Buffer, number]>('int bind(int fd, void *address, unsigned int length)'),
  getsockname: bindCall<[number, Buffer, Int32Array]>('int getsockname(int fd, void *address, int *length)'),
  listen: bindCall<[number, number]>('int listen(int fd, int backlog)'),
  connect: bindCall<[number, Buffer, number]>('int connect(int fd, void *address, unsigned int length)'),
  read: bindCall<[number, Buffer, number]>('long read(int fd, void *buffer, unsigned long length)'),
};

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

/** @throws SystemCallError when the call failed, by its result */
export function check(result: number, what: string): number {
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
const SOCK_SEQPACKET = 5;

/** Two connected stream sockets, closed on exec, both blocking. */
export function socketPair(): readonly [number, number] {
  const ends = new Int32Array(2);
  check(call.socketpair(AF_UNIX, SOCK_STREAM | O_CLOEXEC, 0, ends), 'socketpair');
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** Two connected sockets that keep messages apart, closed on exec, both blocking. */
export function messagePair(): readonly [number, number] {
  const ends = new Int32Array(2);
  check(call.socketpair(AF_UNIX, SOCK_SEQPACKET | O_CLOEXEC, 0, ends), 'socketpair');
  return [ends[0] ?? -1, ends[1] ?? -1];
}

/** The same pipe or file under a new descriptor whose reads never wait. The other descriptor keeps its own mode. */
export function reopenNonBlocking(fd: number): number {
  return openSync(`/proc/self/fd/${fd}`, O_NONBLOCK);
}

/** Lets a program that takes the place of this one have the descriptor too. */
export function keepOnExec(fd: number): void {
  check(call.fcntl(fd, F_SETFD, 0), 'fcntl(F_SETFD)');
}

const F_SETFD = 2;
const FD_CLOEXEC = 1;

const EAGAIN = koffi.os.errno['EAGAIN'];

/**
 * Reads what a non-blocking descriptor has; 0 when there is nothing now, or nothing more. Node's own call throws then, which costs
 * more than the read.
 */
export function readAvailable(fd: number, buffer: Buffer): number {
  const bytes = call.read(fd, buffer, buffer.length);
  if (bytes < 0 && koffi.errno() === EAGAIN) return 0;
  return check(bytes, 'read');
}

/**
 * Marks every descriptor but the standard three as not for children. Node opens its own that way, but passes on what this process
 * inherited: a sandbox must not hold a file or pipe of whoever started the daemon.
 */
export function closeInheritedOnExec(): void {
  for (const name of readdirSync('/proc/self/fd')) {
    // The descriptor of this very listing is closed by now: nothing to check.
    if (Number(name) > 2) call.fcntl(Number(name), F_SETFD, FD_CLOEXEC);
  }
}

const AF_INET = 2;

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
