import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { Duplex } from 'node:stream';
import { invariant } from '#base/invariant.ts';
import { receiveDescriptors } from './descriptor-passing.ts';
import { encodeHostFrame, HostFrames } from './host-protocol.ts';
import type { HostReply, HostRequest } from './host-protocol.ts';
import { messagePair } from './libc.ts';

export interface HostListener {
  reply(reply: HostReply): void;
  /** Nothing is heard of it any more; its sandboxes die with it. Called once, however it came to that. */
  ended(reason: string): void;
}

/** A program of its own: it shall hold as little as possible, since it is root. */
const PROGRAM = join(import.meta.dirname, '../../bin/sandbox-host.mjs');

/** A young generation as small as it gets: the host makes little garbage, and its memory counts beside the daemon's. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--disable-warning=ExperimentalWarning'];

/** The other end of the sandbox host: its process, and what is said to it. */
export class HostProcess {
  readonly #frames: Duplex;
  readonly #messages: number;
  readonly #exited: Promise<unknown>;
  #ended = false;

  /** Starts it with the rights that this process has now. Asynchronous is only what it answers. */
  static start(listener: HostListener): HostProcess {
    const [ours, theirs] = messagePair();
    try {
      const stdio = ['ignore' as const, 'ignore' as const, 'inherit' as const, 'pipe' as const, theirs];
      const child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM], { stdio, env: {}, cwd: '/' });
      return new HostProcess(child, ours, listener);
    } finally {
      closeSync(theirs);
    }
  }

  private constructor(child: ChildProcess, messages: number, listener: HostListener) {
    this.#messages = messages;
    const frames = child.stdio[3];
    invariant(frames instanceof Duplex, 'a pipe of a child is a socket');
    this.#frames = frames;
    const reader = new HostFrames();
    frames.on('data', (chunk: Buffer) => {
      // What we started is trusted to keep to the protocol.
      for (const frame of reader.read(chunk)) listener.reply(frame as HostReply);
    });
    const end = (reason: string): void => {
      if (this.#ended) return;
      this.#ended = true;
      listener.ended(reason);
    };
    // A write to one that has just died says no more than its exit.
    frames.on('error', () => {});
    this.#exited = once(child, 'exit').then(
      ([code, signal]: unknown[]) => end(`the sandbox host ended (${typeof signal === 'string' ? signal : `status ${String(code)}`})`),
      (error: unknown) => end(`the sandbox host cannot be started: ${String(error)}`),
    );
  }

  send(request: HostRequest): void {
    if (!this.#ended) this.#frames.write(encodeHostFrame(request));
  }

  /** What came with the reply that is being handled. @throws when this process can have no more open files */
  takeDescriptors(request: number, count: number): readonly number[] {
    const { number, descriptors } = receiveDescriptors(this.#messages, count);
    invariant(number === request, 'descriptors come before the frame that speaks of them');
    if (descriptors.length === count) return descriptors;
    for (const fd of descriptors) closeSync(fd);
    throw new Error('too many open files in the daemon: raise its limit (ulimit -n)');
  }

  /** Says that there is nothing more to do, and resolves when it is gone. */
  async close(): Promise<void> {
    this.#frames.end();
    await this.#exited;
    this.#frames.destroy();
    closeSync(this.#messages);
  }
}
