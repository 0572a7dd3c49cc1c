import { Socket } from 'node:net';
import { socketPair } from './libc.ts';

/**
 * One buffer serves all channels: a socket of Node's own making allocates 64 KiB for each read, however little comes, and the garbage
 * collector runs after it. What was read is copied before it is handed on.
 */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

export interface Channel {
  readonly channel: Socket;
  /** For the child, blocking; to be closed here once the child has it. */
  readonly childEnd: number;
}

/** A socket pair: our end as a stream, the other as a descriptor. */
export function openChannel(): Channel {
  const [ours, childEnd] = socketPair();
  const channel: Socket = new Socket({
    fd: ours,
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
  return { channel, childEnd };
}
