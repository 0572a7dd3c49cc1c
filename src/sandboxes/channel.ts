import { Socket } from 'node:net';

/**
 * One buffer serves all channels: a socket of Node's own making allocates 64 KiB for each read, however little comes, and the garbage
 * collector runs after it. What was read is copied before it is handed on.
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/** A stream over our end of a socket pair, which it closes. */
export function channelOver(fd: number): Socket {
  const channel: Socket = new Socket({
    fd,
    readable: true,
    writable: true,
    onread: {
      buffer: readBuffer,
      callback(bytes) {
        channel.emit('data', Buffer.from(readBuffer.subarray(0, bytes)));
        return true;
      },
    },
  });
  return channel;
}
