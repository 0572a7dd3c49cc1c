import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Logger } from '#base/logger.ts';
import { CgroupControl } from './cgroup-control.ts';
import type { CgroupVersion } from './cgroup-control.ts';
import { channelOver } from './channel.ts';
import type { SandboxDescriptors } from './host-protocol.ts';
import { OutputPipe } from './output-pipe.ts';
import type { Sandbox, SandboxAddresses, SandboxExit, SandboxListener, SandboxRole, SandboxUsage } from './sandbox.ts';

export interface HostedSandboxParts {
  readonly id: string;
  readonly addresses: SandboxAddresses;
  readonly descriptors: SandboxDescriptors;
  readonly cgroupVersion: CgroupVersion;
  readonly logger: Logger;
  readonly requests: SandboxRequests;
}

/** What only the host can do. */
export interface SandboxRequests {
  /** A connected socket's descriptor. */
  connect(port: number): Promise<number>;
  outOfMemory(): Promise<boolean>;
  specialise(role: SandboxRole): Promise<void>;
  halt(): void;
  kill(): void;
  terminate(): void;
}

/**
 * A sandbox that the host has made. Everything of an invocation goes over descriptors that are open here: the channel, the output,
 * the listeners, and the files by which it is frozen. Its life has one direction: running → processes gone (`exited` and `halt`
 * resolve) → released (`kill` resolves).
 */
export class HostedSandbox implements Sandbox {
  readonly id: string;
  readonly channel: Duplex;
  readonly listeners: { readonly runtimeApi: SandboxListener; readonly awsEndpoint: SandboxListener };
  readonly #output: OutputPipe;
  readonly #sideOutput: OutputPipe | undefined;
  readonly #control: CgroupControl;
  readonly #requests: SandboxRequests;
  readonly #exit = Promise.withResolvers<SandboxExit>();
  readonly #released = Promise.withResolvers<void>();
  #gone = false;
  #halted = false;
  #killed = false;
  #peakMemoryBytes = 0;

  constructor({ id, addresses, descriptors, cgroupVersion, logger, requests }: HostedSandboxParts) {
    this.id = id;
    this.channel = channelOver(descriptors.channel);
    // A reset by a dying process says nothing that `exited` does not.
    this.channel.on('error', (error) => logger.debug('sandbox channel', { sandbox: id, error }));
    this.listeners = {
      runtimeApi: { fd: descriptors.runtimeApi, address: addresses.runtimeApi },
      awsEndpoint: { fd: descriptors.awsEndpoint, address: addresses.awsEndpoint },
    };
    this.#output = new OutputPipe(descriptors.output);
    this.#sideOutput = descriptors.sideOutput === undefined ? undefined : new OutputPipe(descriptors.sideOutput);
    this.#control = new CgroupControl(cgroupVersion, descriptors);
    this.#requests = requests;
  }

  get exited(): Promise<SandboxExit> {
    return this.#exit.promise;
  }

  onOutput(listener: (chunk: Buffer) => void): void {
    this.#output.onOutput(listener);
  }

  onSideOutput(listener: (chunk: Buffer) => void): void {
    this.#sideOutput?.onOutput(listener);
  }

  drainOutput(): void {
    this.#output.drain();
    this.#sideOutput?.drain();
  }

  setCpu(cpus: number): void {
    if (!this.#gone) this.#control.setCpu(cpus);
  }

  freeze(): void {
    if (!this.#gone && !this.#halted) this.#control.freeze();
  }

  thaw(): void {
    if (!this.#gone) this.#control.thaw();
  }

  usage(): SandboxUsage {
    if (!this.#gone) this.#peakMemoryBytes = this.#control.peakMemoryBytes();
    return { peakMemoryBytes: this.#peakMemoryBytes };
  }

  async outOfMemory(): Promise<boolean> {
    return !this.#gone && (await this.#requests.outOfMemory());
  }

  async connect(port: number): Promise<Socket> {
    if (this.#gone || this.#halted) throw new Error(`the sandbox ${this.id} has ended`);
    return new Socket({ fd: await this.#requests.connect(port) });
  }

  async specialise(role: SandboxRole): Promise<void> {
    if (this.#gone || this.#killed) throw new Error(`the sandbox ${this.id} has ended`);
    await this.#requests.specialise(role);
  }

  signal(): void {
    if (!this.#gone) this.#requests.terminate();
  }

  async halt(): Promise<void> {
    if (!this.#halted && !this.#gone) {
      this.#halted = true;
      this.#requests.halt();
    }
    await this.exited;
  }

  kill(): Promise<void> {
    this.#halted = true;
    if (!this.#killed) {
      this.#killed = true;
      this.#requests.kill();
    }
    return this.#released.promise;
  }

  /** All its processes are gone. */
  onExited({ code, signal, outOfMemory }: SandboxExit, peakMemoryBytes: number): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#peakMemoryBytes = peakMemoryBytes;
    this.#control.close();
    for (const pipe of [this.#output, this.#sideOutput]) {
      pipe?.drain();
      pipe?.close();
    }
    // JSON leaves out what is undefined.
    this.#exit.resolve({ code, signal, outOfMemory });
  }

  onReleased(): void {
    this.#killed = true;
    this.channel.destroy();
    this.#released.resolve();
  }

  /** The host has died, and takes the processes along; but one that stands frozen must go on to notice. */
  onHostLost(): void {
    const { peakMemoryBytes } = this.usage();
    this.thaw();
    this.onExited({ code: undefined, signal: 'SIGKILL', outOfMemory: false }, peakMemoryBytes);
    this.onReleased();
  }
}
