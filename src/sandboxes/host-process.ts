import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { invariant } from '#base/invariant.ts';
import { receiveDescriptors } from './descriptor-passing.ts';
import { encodeHostFrame, HostFrames } from './host-protocol.ts';
import type { HostOptions, HostReply, HostRequest } from './host-protocol.ts';
import { closeInheritedOnExec, keepOnExec, messagePair, socketPair } from './libc.ts';

export interface HostListener {
  reply(reply: HostReply): void;
  /** Nothing is heard of it any more; its sandboxes die with it. Called once. */
  ended(reason: string): void;
}

/** A program of its own: it shall hold as little as possible, since it is root. */
const PROGRAM = join(import.meta.dirname, '../../bin/sandbox-host.mjs');

/** A young generation as small as it gets: the host makes little garbage, and its memory counts beside the daemon's. */
const NODE_FLAGS = ['--max-semi-space-size=1', '--disable-warning=ExperimentalWarning'];

/** Sockets to a sandbox host: for frames, and for messages with open files. */
export interface HostDescriptors {
  readonly frames: number;
  readonly messages: number;
}

/** Starts a host for a program that will take the place of this one, and keeps the sockets to it. @throws SystemCallError */
export function startHost(options: HostOptions): HostDescriptors {
  const { frames, messages } = launch(options);
  for (const fd of [frames, messages]) keepOnExec(fd);
  return { frames, messages };
}

/** With the rights that this process has now. Before anything else the host is told what it may do. */
function launch(options: HostOptions): HostDescriptors & { readonly child: ChildProcess } {
  const [frames, theirFrames] = socketPair();
  const [messages, theirMessages] = messagePair();
  try {
    const stdio = ['ignore' as const, 'ignore' as const, 'inherit' as const, theirFrames, theirMessages];
    const child = spawn(process.execPath, [...NODE_FLAGS, PROGRAM], { stdio, env: {}, cwd: '/' });
    writeSync(frames, encodeHostFrame({ type: 'open', options }));
    return { frames, messages, child };
  } finally {
    for (const fd of [theirFrames, theirMessages]) closeSync(fd);
  }
}

/** The other end of the sandbox host: its process, and what is said to it. */
export class HostProcess {
  readonly #frames: Socket;
  readonly #messages: number;
  readonly #exited: Promise<void>;
  #ended = false;

  /** Starts one. Asynchronous is only what it answers. */
  static start(options: HostOptions, listener: HostListener): HostProcess {
    closeInheritedOnExec();
    const { child, ...descriptors } = launch(options);
    const exited = once(child, 'exit').then(
      ([code, signal]: unknown[]) => `the sandbox host ended (${typeof signal === 'string' ? signal : `status ${String(code)}`})`,
      (error: unknown) => `the sandbox host cannot be started: ${String(error)}`,
    );
    return new HostProcess(descriptors, exited, listener);
  }

  /** Goes on with one that the program before this one has started. */
  static takeOver(descriptors: HostDescriptors, listener: HostListener): HostProcess {
    // Programs that the daemon starts shall not have them, nor what it inherited from whoever started it.
    closeInheritedOnExec();
    return new HostProcess(descriptors, Promise.resolve('the sandbox host has ended'), listener);
  }

  private constructor({ frames, messages }: HostDescriptors, exited: Promise<string>, listener: HostListener) {
    this.#messages = messages;
    this.#frames = new Socket({ fd: frames, readable: true, writable: true });
    const reader = new HostFrames();
    this.#frames.on('data', (chunk: Buffer) => {
      // What we started is trusted to keep to the protocol.
      for (const frame of reader.read(chunk)) listener.reply(frame as HostReply);
    });
    // A write to one that has just died says no more than its end.
    this.#frames.on('error', () => {});
    const closed = new Promise((resolve) => this.#frames.once('close', resolve));
    this.#exited = this.#awaitEnd(Promise.all([exited, closed]), listener);
  }

  async #awaitEnd(end: Promise<readonly [reason: string, unknown]>, listener: HostListener): Promise<void> {
    const [reason] = await end;
    this.#ended = true;
    listener.ended(reason);
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
    closeSync(this.#messages);
  }
}
