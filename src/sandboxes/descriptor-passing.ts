import koffi from 'koffi';
import { bindCall, check } from './libc.ts';

/** Open files on their way from one process to another: as ancillary data of a message on a unix socket (unix(7), SCM_RIGHTS). */

koffi.struct('iovec', { base: 'void *', length: 'size_t' });
koffi.struct('msghdr', {
  name: 'void *',
  nameLength: 'uint32_t',
  vectors: 'iovec *',
  vectorCount: 'size_t',
  control: 'void *',
  controlLength: 'size_t',
  flags: 'int',
});

interface MessageHeader {
  readonly name: null;
  readonly nameLength: 0;
  readonly vectors: readonly [{ readonly base: Buffer; readonly length: number }];
  readonly vectorCount: 1;
  readonly control: Buffer;
  readonly controlLength: number;
  readonly flags: 0;
}

const sendmsg = bindCall<[number, MessageHeader, number]>('long sendmsg(int fd, const msghdr *message, int flags)');
const recvmsg = bindCall<[number, MessageHeader, number]>('long recvmsg(int fd, _Inout_ msghdr *message, int flags)');

/** struct cmsghdr { size_t length; int level; int type; } before the descriptors, of 4 bytes each. */
const HEADER_BYTES = 16;
const DESCRIPTOR_BYTES = 4;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_DONTWAIT = 0x40;
const MSG_NOSIGNAL = 0x4000;
const MSG_CMSG_CLOEXEC = 0x4000_0000;
const NUMBER_BYTES = 4;

/** Passes open files on with a number that says what they are for. The sender keeps its own. @throws SystemCallError, EAGAIN when full */
export function sendDescriptors(fd: number, number: number, descriptors: readonly number[]): void {
  const control = Buffer.alloc(controlBytes(descriptors.length));
  control.writeBigUInt64LE(BigInt(HEADER_BYTES + descriptors.length * DESCRIPTOR_BYTES), 0);
  control.writeInt32LE(SOL_SOCKET, 8);
  control.writeInt32LE(SCM_RIGHTS, 12);
  descriptors.forEach((descriptor, index) => control.writeInt32LE(descriptor, HEADER_BYTES + index * DESCRIPTOR_BYTES));
  const data = Buffer.alloc(NUMBER_BYTES);
  data.writeUInt32LE(number);
  check(sendmsg(fd, header(data, control), MSG_DONTWAIT | MSG_NOSIGNAL), 'sendmsg');
}

/** The next message, which must be there; its descriptors are closed on exec, and the caller's to close. @throws SystemCallError */
export function receiveDescriptors(fd: number, most: number): { readonly number: number; readonly descriptors: readonly number[] } {
  const data = Buffer.alloc(NUMBER_BYTES);
  const control = Buffer.alloc(controlBytes(most));
  check(recvmsg(fd, header(data, control), MSG_DONTWAIT | MSG_CMSG_CLOEXEC), 'recvmsg');
  const bytes = Number(control.readBigUInt64LE(0));
  const count = Math.max(0, Math.floor((bytes - HEADER_BYTES) / DESCRIPTOR_BYTES));
  const descriptors = Array.from({ length: count }, (_, index) => control.readInt32LE(HEADER_BYTES + index * DESCRIPTOR_BYTES));
  return { number: data.readUInt32LE(0), descriptors };
}

function header(data: Buffer, control: Buffer): MessageHeader {
  return {
    name: null,
    nameLength: 0,
    vectors: [{ base: data, length: data.length }],
    vectorCount: 1,
    control,
    controlLength: control.length,
    flags: 0,
  };
}

/** Rounded up to 8, as CMSG_SPACE does. */
function controlBytes(descriptors: number): number {
  return HEADER_BYTES + 8 * Math.ceil((descriptors * DESCRIPTOR_BYTES) / 8);
}
