import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { pipe, readAvailable, reopenNonBlocking } from './libc.ts';

/** One read takes at most this much, the size of a full pipe. One buffer serves all: what was read is copied before it is handed on. */
const readBuffer = Buffer.allocUnsafeSlow(65_536);

/**
 * The most that a pipe ever holds (/proc/sys/fs/pipe-max-size): whatever is beyond came after the call. Without a bound a function whose
 * processes write as fast as we read would keep everything else waiting.
 */
const MAX_DRAINED_BYTES = 1 << 20;

export interface OutputEnds {
  /** For the process that reads; its reads never wait. */
  readonly readEnd: number;
  /** For the child. It stays blocking: a program that is not prepared for EAGAIN on its output would lose it. */
  readonly writeEnd: number;
}

/** One pipe for standard output and standard error, so that what a process wrote to both arrives in the order of writing. */
export function openOutput(): OutputEnds {
  const { read, write } = pipe();
  try {
    return { readEnd: reopenNonBlocking(read), writeEnd: write };
  } catch (error) {
    closeSync(write);
    throw error;
  } finally {
    closeSync(read);
  }
}

/** What comes out of a sandbox: read as it comes by the event loop, and on demand, up to what was written until now, by `drain`. */
export class OutputPipe {
  readonly #readEnd: number;
  #listener: ((chunk: Buffer) => void) | undefined;
  #socket: Socket | undefined;
  #open = true;

  /** `readEnd` does not block, and is closed here. */
  constructor(readEnd: number) {
    this.#readEnd = readEnd;
  }

  /** Starts reading. Until then the pipe holds up to 64 KiB, and a process that writes more waits. */
  onOutput(listener: (chunk: Buffer) => void): void {
    this.#listener = listener;
    if (this.#socket !== undefined || !this.#open) return;
    this.#socket = new Socket({ fd: this.#readEnd, readable: true, writable: false });
    this.#socket.on('data', (chunk: Buffer) => this.#listener?.(chunk));
    this.#socket.on('end', () => this.close());
    // EOF and errors mean the same here: nobody writes any more.
    this.#socket.on('error', () => this.close());
    this.#socket.resume();
  }

  /** Delivers what is in the pipe. The event loop reads and delivers in one step, so nothing older waits elsewhere. */
  drain(): void {
    if (this.#listener === undefined) return;
    for (let drained = 0; this.#open && drained < MAX_DRAINED_BYTES;) {
      const bytes = readAvailable(this.#readEnd, readBuffer);
      if (bytes === 0) return;
      drained += bytes;
      this.#listener(Buffer.from(readBuffer.subarray(0, bytes)));
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.#socket === undefined) closeSync(this.#readEnd);
    else this.#socket.destroy();
  }
}
