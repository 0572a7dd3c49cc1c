import assert from 'node:assert/strict';
import { closeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { FRAME, FRAME_HEADER_BYTES } from '#environments/runtime-api/frames.ts';
import type { FrameType, InvokeMeta } from '#environments/runtime-api/frames.ts';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import type { Sandbox, SandboxDriver, SandboxExit, SandboxListener, SandboxRole, SandboxSpec, SandboxUsage } from '#sandboxes/sandbox.ts';

/** An INVOKE frame as the runtime inside gets it. */
export interface ReceivedInvoke {
  readonly attempt: number;
  readonly meta: InvokeMeta;
  readonly event: string;
}

/** What the process in a fake sandbox does. Called from a clean stack, as if by another process. */
export interface RuntimeScript {
  start(sandbox: FakeSandbox): void;
  invoke(sandbox: FakeSandbox, received: ReceivedInvoke): void;
}

const KILLED: SandboxExit = { code: undefined, signal: 'SIGKILL', outOfMemory: false };

/** Initialises at once and answers each event with itself. */
export const ECHO: RuntimeScript = {
  start: (sandbox) => sandbox.ready(0),
  invoke: (sandbox, { attempt, event }) => sandbox.respond(attempt, event),
};

/** A sandbox without a process: a script plays the runtime, in frames. */
export class FakeSandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly channel: Duplex;
  readonly listeners: { readonly runtimeApi: SandboxListener; readonly awsEndpoint: SandboxListener };
  readonly exited: Promise<SandboxExit>;
  /** What was done to it, in order: `freeze`, `thaw`, `halt`, `kill`, `cpu 0.5`. */
  readonly calls: string[] = [];
  /** To the supervisor, where the sandbox has external extensions. */
  readonly orders: string[] = [];
  /** What the kernel says of a process that it killed. */
  killedForMemory = false;
  /** Of the runtime, once it was told. */
  environment: Readonly<Record<string, string>> | undefined;
  role: SandboxRole | undefined;
  /** Awaited before a parked one is specialised; may throw. */
  beforeSpecialise: () => Promise<void> | void = () => {};
  peakMemoryBytes = 10 * 1024 * 1024;
  /** What listens inside, by port. */
  readonly listenersInside = new Map<number, () => Promise<Socket>>();
  readonly #exit = Promise.withResolvers<SandboxExit>();
  #output: Buffer[] = [];
  #onOutput: ((chunk: Buffer) => void) | undefined;
  #sideOutput: Buffer[] = [];
  #onSideOutput: ((chunk: Buffer) => void) | undefined;

  /** `runtimeApi`: a listening descriptor for a runtime that speaks HTTP; any other does for frames. */
  constructor(spec: SandboxSpec, script: RuntimeScript, runtimeApi: SandboxListener) {
    this.id = spec.id;
    this.spec = spec;
    this.exited = this.#exit.promise;
    this.listeners = { runtimeApi, awsEndpoint: { fd: -1, address: '127.0.0.1:4566' } };
    this.channel = new Duplex({
      read() {},
      write: (chunk: Buffer, _encoding, done) => {
        this.#take(chunk, script);
        done();
      },
    });
  }

  #take(chunk: Buffer, script: RuntimeScript): void {
    if (this.spec.sideOutput === true) {
      this.orders.push(...chunk.toString('utf8').trimEnd().split('\n'));
      return;
    }
    if (chunk[4] === FRAME.SPECIALISE) {
      this.environment = JSON.parse(chunk.toString('utf8', FRAME_HEADER_BYTES)) as Record<string, string>;
      queueMicrotask(() => script.start(this));
      return;
    }
    const received = readInvoke(chunk);
    queueMicrotask(() => script.invoke(this, received));
  }

  ready(attempt: number): void {
    this.say(FRAME.READY, attempt);
  }

  /** The response, and in the same breath the wish for the next event. */
  respond(attempt: number, body: string): void {
    this.say(FRAME.RESPONSE_READY, attempt, Buffer.from(body));
  }

  fail(attempt: number, type: string, body: string): void {
    this.say(attempt === 0 ? FRAME.INIT_ERROR : FRAME.ERROR, attempt, errorPayload(type, body));
  }

  say(type: FrameType, attempt: number, payload: Buffer = Buffer.alloc(0)): void {
    const head = Buffer.alloc(FRAME_HEADER_BYTES);
    head.writeUInt32LE(payload.length, 0);
    head[4] = type;
    head.writeUInt32LE(attempt, 5);
    this.channel.push(Buffer.concat([head, payload]));
  }

  /** Writes to standard output; nobody sees it before the output is drained. */
  print(text: string): void {
    this.#output.push(Buffer.from(text));
  }

  /** The same for the side output. */
  printAside(text: string): void {
    this.#sideOutput.push(Buffer.from(text));
  }

  /** The process ends by itself. */
  end(exit: Partial<SandboxExit>): void {
    this.#exit.resolve({ code: undefined, signal: undefined, outOfMemory: false, ...exit });
  }

  /** The process closes descriptor 3, and lives on. */
  closeChannel(): void {
    this.channel.push(null);
    this.channel.destroy();
  }

  onOutput(listener: (chunk: Buffer) => void): void {
    this.#onOutput = listener;
  }

  onSideOutput(listener: (chunk: Buffer) => void): void {
    this.#onSideOutput = listener;
  }

  drainOutput(): void {
    for (const chunk of this.#sideOutput.splice(0)) this.#onSideOutput?.(chunk);
    for (const chunk of this.#output.splice(0)) this.#onOutput?.(chunk);
  }

  setCpu(cpus: number): void {
    this.calls.push(`cpu ${cpus}`);
  }

  freeze(): void {
    this.calls.push('freeze');
  }

  thaw(): void {
    this.calls.push('thaw');
  }

  usage(): SandboxUsage {
    return { peakMemoryBytes: this.peakMemoryBytes };
  }

  async outOfMemory(): Promise<boolean> {
    return this.killedForMemory;
  }

  connect(port: number): Promise<Socket> {
    return this.listenersInside.get(port)?.() ?? Promise.reject(new Error(`nobody listens on port ${port}`));
  }

  async specialise(role: SandboxRole): Promise<void> {
    await this.beforeSpecialise();
    assert.equal(this.spec.parked, true);
    assert.equal(this.role, undefined);
    this.role = role;
    this.calls.push('specialise');
  }

  signal(name: 'SIGTERM'): void {
    this.calls.push(name);
  }

  async halt(): Promise<void> {
    if (!this.calls.includes('halt')) this.calls.push('halt');
    this.#exit.resolve(KILLED);
    await this.exited;
  }

  async kill(): Promise<void> {
    if (!this.calls.includes('kill')) this.calls.push('kill');
    this.#exit.resolve(KILLED);
    await this.exited;
  }
}

/** Makes sandboxes without processes, and remembers them. */
export class FakeSandboxDriver implements SandboxDriver {
  readonly name = 'process';
  readonly description = 'no processes at all';
  readonly networks = ['none', 'internet'] as const;
  parks = true;
  readonly share = undefined;
  readonly failed = Promise.withResolvers<Error>().promise;
  readonly sandboxes: FakeSandbox[] = [];
  /** Of the sandboxes made from now on. */
  script: RuntimeScript;
  /** Awaited before a sandbox is made; may throw. */
  beforeCreate: () => Promise<void> | void = () => {};
  /** Where a runtime that speaks HTTP finds its API. */
  runtimeApi: (() => SandboxListener) | undefined;

  constructor(script: RuntimeScript = ECHO) {
    this.script = script;
  }

  get last(): FakeSandbox {
    return this.sandboxes.at(-1) ?? assert.fail('no sandbox was made');
  }

  async create(spec: SandboxSpec): Promise<FakeSandbox> {
    await this.beforeCreate();
    const { script } = this;
    const sandbox = new FakeSandbox(spec, script, this.runtimeApi?.() ?? { fd: listenOnLoopback(0).fd, address: '127.0.0.1:9001' });
    this.sandboxes.push(sandbox);
    queueMicrotask(() => script.start(sandbox));
    return sandbox;
  }

  expose(path: string): Promise<string> {
    return Promise.resolve(`/exposed${path}`);
  }

  reach(directory: string): Promise<string> {
    return Promise.resolve(directory);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whether nobody holds the descriptor; it is closed afterwards in any case. */
export function isClosed(fd: number): boolean {
  try {
    closeSync(fd);
    return false;
  } catch (error) {
    assert.ok(error instanceof Error && 'code' in error && error.code === 'EBADF', String(error));
    return true;
  }
}

/** The payload of an ERROR or INIT_ERROR frame. */
function errorPayload(type: string, body: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16LE(Buffer.byteLength(type));
  return Buffer.concat([length, Buffer.from(type + body)]);
}

/** Events of tests are short: each comes as one write. */
function readInvoke(frame: Buffer): ReceivedInvoke {
  assert.equal(frame[4], FRAME.INVOKE);
  assert.equal(frame.readUInt32LE(0), frame.length - FRAME_HEADER_BYTES);
  const start = FRAME_HEADER_BYTES + 2;
  const end = start + frame.readUInt16LE(FRAME_HEADER_BYTES);
  return {
    attempt: frame.readUInt32LE(5),
    meta: JSON.parse(frame.toString('utf8', start, end)) as InvokeMeta,
    event: frame.toString('utf8', end),
  };
}
