import { invariant, unreachable } from '#base/invariant.ts';
import type { Logger } from '#base/logger.ts';
import { HostProcess } from './host-process.ts';
import type { HostDescriptors, HostListener } from './host-process.ts';
import { AWS_ENDPOINT_PORT, DESCRIPTORS, RUNTIME_API_PORT } from './host-protocol.ts';
import type { HostedSpec, HostOptions, HostReply, HostRequest } from './host-protocol.ts';
import { HostedSandbox } from './hosted-sandbox.ts';
import type { Sandbox, SandboxAddresses, SandboxDriver, SandboxNetworkProfile, SandboxRole, SandboxSpec } from './sandbox.ts';
import { checkEnvironment, checkSpec } from './sandbox-spec.ts';

/** A sandbox host that is at work, or why there can be none here. */
export type OpenedHost =
  | { readonly driver: SandboxDriver; readonly unavailable?: never }
  | { readonly driver?: never; readonly unavailable: string };

const ADDRESSES: SandboxAddresses = { runtimeApi: `127.0.0.1:${RUNTIME_API_PORT}`, awsEndpoint: `127.0.0.1:${AWS_ENDPOINT_PORT}` };

/**
 * Opens the sandbox host, a process of its own with root's rights: one that this process starts now, or one that it was handed
 * over. Nothing here needs any rights. @throws Error when the host does not do what it was started for
 */
export async function openHost(host: HostOptions | HostDescriptors, logger: Logger): Promise<OpenedHost> {
  const driver = new HostDriver(host, logger);
  try {
    const unavailable = await driver.opening;
    if (unavailable === undefined) return { driver };
    await driver.close();
    return { unavailable };
  } catch (error) {
    await driver.close();
    throw error;
  }
}

interface Pending {
  /** Called while the reply is being handled. What it throws is the failure. */
  readonly done: (reply: DoneReply) => void;
  readonly reject: (error: unknown) => void;
}

type DoneReply = Extract<HostReply, { readonly type: 'created' | 'connected' | 'memory' | 'done' }>;

/** The request that `open` is, though it carries no number. */
const OPEN = 0;

/** Sandboxes that the host makes. After `open` all goes by requests with numbers, each answered once. */
class HostDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly parks = true;
  readonly #logger: Logger;
  readonly #host: HostProcess;
  readonly #pending = new Map<number, Pending>();
  readonly #sandboxes = new Map<string, HostedSandbox>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #opening = Promise.withResolvers<string | undefined>();
  #description = '';
  /** Undefined until it is open. */
  #opened: Extract<HostReply, { readonly type: 'opened' }> | undefined;
  #requests = OPEN;
  #closing: Promise<void> | undefined;
  #lost: Error | undefined;

  constructor(host: HostOptions | HostDescriptors, logger: Logger) {
    this.#logger = logger;
    this.#pending.set(OPEN, { done: () => {}, reject: this.#opening.reject });
    const listener: HostListener = { reply: (reply) => this.#onReply(reply), ended: (reason) => this.#onEnded(reason) };
    this.#host = 'frames' in host ? HostProcess.takeOver(host, listener) : HostProcess.start(host, listener);
  }

  get description(): string {
    return this.#description;
  }

  get networks(): readonly SandboxNetworkProfile[] {
    return this.#opened?.networks ?? [];
  }

  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Undefined when it can make sandboxes, else why not. */
  get opening(): Promise<string | undefined> {
    return this.#opening.promise;
  }

  async create(spec: SandboxSpec): Promise<Sandbox> {
    invariant(this.#closing === undefined, 'a closed driver makes no sandboxes');
    checkSpec(spec);
    const environment = spec.environment(ADDRESSES);
    checkEnvironment(environment);
    const { id, mounts, command, workingDirectory, limits, network, sideOutput = false, parked = false, successorOf } = spec;
    const hosted: HostedSpec = {
      id,
      mounts,
      command,
      workingDirectory,
      limits,
      network,
      environment,
      sideOutput,
      parked,
      ...(successorOf !== undefined && { successorOf }),
    };
    return this.#ask(
      (request) => ({ type: 'create', request, spec: hosted }),
      (reply) => this.#adopt(hosted, reply.request),
    );
  }

  expose(path: string): Promise<string> {
    return this.#askForPath('expose', path);
  }

  reach(directory: string): Promise<string> {
    return this.#askForPath('reach', directory);
  }

  async share(path: string, gid: number): Promise<void> {
    await this.#ask(
      (request) => ({ type: 'share', request, path, gid }),
      () => {},
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    try {
      // One that is gone already has left what it left; that was said.
      if (this.#opened !== undefined && this.#lost === undefined)
        await this.#ask(
          (request) => ({ type: 'close', request }),
          () => {},
        );
    } finally {
      await this.#host.close();
    }
  }

  #askForPath(type: 'expose' | 'reach', path: string): Promise<string> {
    return this.#ask(
      (request) => ({ type, request, path }),
      (reply) => (reply.type === 'done' && reply.path !== undefined ? reply.path : path),
    );
  }

  /** `read` takes what came with the reply, while it is being handled. */
  async #ask<T>(make: (request: number) => HostRequest, read: (reply: DoneReply) => T): Promise<T> {
    if (this.#lost !== undefined) throw this.#lost;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    this.#requests += 1;
    this.#pending.set(this.#requests, { done: (reply) => resolve(read(reply)), reject });
    this.#host.send(make(this.#requests));
    return promise;
  }

  #onReply(reply: HostReply): void {
    switch (reply.type) {
      case 'opened':
        this.#opened = reply;
        this.#take(OPEN);
        this.#opening.resolve(undefined);
        return;
      case 'unavailable':
        this.#take(OPEN);
        this.#opening.resolve(reply.reason);
        return;
      case 'described':
        this.#description = reply.description;
        return;
      case 'created':
      case 'connected':
      case 'memory':
      case 'done':
        this.#settle(reply);
        return;
      case 'failed':
        this.#take(reply.request)?.reject(hostError(reply.message, reply.code));
        return;
      case 'exited':
        this.#sandboxes.get(reply.sandbox)?.onExited(reply.exit, reply.peakMemoryBytes);
        return;
      case 'released':
        this.#sandboxes.get(reply.sandbox)?.onReleased();
        this.#sandboxes.delete(reply.sandbox);
        return;
      case 'log':
        this.#logger[reply.level](reply.message, reply.fields);
        return;
      default:
        unreachable(reply);
    }
  }

  #settle(reply: DoneReply): void {
    const pending = this.#take(reply.request);
    try {
      pending?.done(reply);
    } catch (error) {
      pending?.reject(error);
    }
  }

  /** At once, since its end may be the very next frame. */
  #adopt({ id, sideOutput: aside }: HostedSpec, request: number): Sandbox {
    invariant(this.#opened !== undefined, 'only an open host makes sandboxes');
    const kill = (): void => this.#host.send({ type: 'kill', sandbox: id });
    try {
      const received = this.#host.takeDescriptors(request, DESCRIPTORS.length + (aside ? 1 : 0));
      const [channel = -1, output = -1, runtimeApi = -1, awsEndpoint = -1, freezer = -1, quota = -1, memory = -1, sideOutput] = received;
      const sandbox = new HostedSandbox({
        id,
        addresses: ADDRESSES,
        descriptors: { channel, output, runtimeApi, awsEndpoint, freezer, quota, memory, sideOutput },
        cgroupVersion: this.#opened.cgroupVersion,
        logger: this.#logger,
        requests: {
          kill,
          halt: () => this.#host.send({ type: 'halt', sandbox: id }),
          terminate: () => this.#host.send({ type: 'terminate', sandbox: id }),
          connect: (port) => this.#connect(id, port),
          outOfMemory: () => this.#outOfMemory(id),
          specialise: (role) => this.#specialise(id, role),
        },
      });
      this.#sandboxes.set(id, sandbox);
      return sandbox;
    } catch (error) {
      kill();
      throw error;
    }
  }

  #connect(sandbox: string, port: number): Promise<number> {
    return this.#ask(
      (request) => ({ type: 'connect', request, sandbox, port }),
      (reply) => this.#host.takeDescriptors(reply.request, 1)[0] ?? -1,
    );
  }

  #outOfMemory(sandbox: string): Promise<boolean> {
    return this.#ask(
      (request) => ({ type: 'memory', request, sandbox }),
      (reply) => reply.type === 'memory' && reply.outOfMemory,
    );
  }

  #specialise(sandbox: string, role: SandboxRole): Promise<void> {
    return this.#ask(
      (request) => ({ type: 'specialise', request, sandbox, role }),
      () => {},
    );
  }

  #take(request: number): Pending | undefined {
    const pending = this.#pending.get(request);
    this.#pending.delete(request);
    return pending;
  }

  #onEnded(reason: string): void {
    this.#lost = new Error(reason);
    const expected = this.#closing !== undefined;
    for (const pending of this.#pending.values()) pending.reject(this.#lost);
    this.#pending.clear();
    for (const sandbox of this.#sandboxes.values()) sandbox.onHostLost();
    this.#sandboxes.clear();
    if (expected) return;
    this.#logger.error('the sandbox host has ended', { reason });
    this.#failed.resolve(this.#lost);
  }
}

/** With the code that Node's own errors have, where it has one. */
function hostError(message: string, code: string | undefined): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code });
}
