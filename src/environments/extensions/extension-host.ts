import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Sandbox, SandboxExit } from '#sandboxes/sandbox.ts';
import type { ExtensionRecord } from '#telemetry/extension-record.ts';
import { parseSubscription } from '#telemetry/telemetry-subscription.ts';
import type { TelemetryApi, TelemetryType } from '#telemetry/telemetry-subscription.ts';
import type { TelemetryStream } from '#telemetry/telemetry-stream.ts';
import type { ApiRoute } from '../runtime-api/api-endpoint.ts';
import type { InvokeMeta } from '../runtime-api/frames.ts';
import { ExtensionRefusal, ExtensionSet, MAX_EXTENSIONS } from './extension-set.ts';
import type { ExtensionFailure, ProcessEnd } from './extension-set.ts';
import { serveExtensions } from './extensions-api.ts';
import type { ExtensionCalls, ExtensionMessage, ExtensionPoll, ShutdownReason } from './extensions-api.ts';
import { Supervisor } from './supervisor.ts';
import { telemetryDelivery } from './telemetry-delivery.ts';

/** All the time there is to end in, from SIGTERM or the SHUTDOWN event to SIGKILL ("Lambda execution environment: Shutdown phase"). */
const EXTERNAL_SHUTDOWN_MS = 2000;
const INTERNAL_SHUTDOWN_MS = 500;

/** What the runtime may take of it where external extensions come after it; as AWS's runtime interface emulator divides it. */
const RUNTIME_SHUTDOWN_SHARE = 0.3;

/**
 * The extensions beside one runtime: starts the external ones, then the runtime, serves their APIs, tells them of invocations and of
 * the end. The environment asks one question of it: when are the runtime and every extension ready?
 */
export class ExtensionHost {
  readonly #options: ExtensionHostOptions;
  readonly #observer: ExtensionObserver;
  readonly #set: ExtensionSet;
  readonly #supervisor: Supervisor | undefined;
  readonly #polls = new Map<string, ExtensionPoll>();
  /** Messages to extensions that were busy, or whose poll had broken off. */
  readonly #waiting = new Map<string, ExtensionMessage>();
  /** One environment cannot use both APIs. */
  #api: TelemetryApi | undefined;
  #runtimeStarted = false;
  #runtimeGone = false;
  readonly #runtimeEnd = Promise.withResolvers<void>();
  #attempt = 0;
  /** The runtime has asked for the next event, in this attempt. */
  #runtimeReady: number | undefined;
  #closing: Closing | undefined;

  readonly #calls: ExtensionCalls = {
    register: (name, events, features) => {
      const { ids, about } = this.#options;
      const { id = '' } = this.#set.register(name, events, ids.uuid());
      const { functionName, functionVersion, handler, accountId } = about;
      if (this.#set.allRegistered) this.#startRuntime();
      return { id, about: { functionName, functionVersion, handler, ...(features.includes('accountId') && { accountId }) } };
    },
    next: (id, poll) => this.#next(id, poll),
    initError: (id, errorType) => this.#fail(this.#set.initError(id, errorType)),
    exitError: (id, errorType) => this.#fail(this.#set.exitError(id, errorType)),
    subscribe: (id, api, body) => this.#subscribe(id, api, body),
  };

  /** Serves what belongs to the extensions' APIs. */
  readonly route: ApiRoute = (request, response) => serveExtensions(this.#calls, request, response);

  constructor(options: ExtensionHostOptions, observer: ExtensionObserver) {
    this.#options = options;
    this.#observer = observer;
    const { external, sandbox } = options;
    this.#set = new ExtensionSet(external);
    if (external.length > 0) {
      this.#supervisor = new Supervisor(sandbox.channel, {
        runtimeExited: (exit) => void this.#onRuntimeExited(exit),
        extensionExited: (name, end) => this.#onExtensionExited(name, end),
      });
    }
  }

  /** Beyond the limit nothing is begun. External extensions are on their way already, with the sandbox. */
  begin(): void {
    const surplus = this.#options.external[MAX_EXTENSIONS];
    if (surplus !== undefined) this.#fail(this.#set.launchError(surplus, 'TooManyExtensions'));
  }

  records(): readonly ExtensionRecord[] {
    return this.#set.records();
  }

  invoke(attempt: number, meta: InvokeMeta): void {
    this.#attempt = attempt;
    this.#runtimeReady = undefined;
    this.#options.telemetry.resume();
    for (const { id } of this.#set.begin('INVOKE')) {
      this.#tell(id, {
        eventType: 'INVOKE',
        deadlineMs: meta.deadlineMs,
        requestId: meta.requestId,
        invokedFunctionArn: meta.functionArn,
        tracing: { type: 'X-Amzn-Trace-Id', value: meta.traceId },
      });
    }
  }

  /** The environment is being frozen: nothing could be delivered. The next invocation, or the end, resumes. */
  pause(): void {
    this.#options.telemetry.pause();
  }

  /** The runtime asked for the next event. `observer.ready` follows when every extension has, too. */
  runtimeReady(attempt: number): void {
    if (attempt !== this.#attempt || this.#closing !== undefined) return;
    this.#runtimeReady = attempt;
    if (attempt === 0) this.#set.closeRegistration();
    this.#observer.runtimeDone();
    this.#progress();
  }

  /**
   * Ends what runs: the runtime by SIGTERM, then each external extension that subscribed to it by the SHUTDOWN event. Resolves when
   * they have ended or the time is over; whatever is left is the caller's to kill.
   */
  async shutDown(reason: ShutdownReason): Promise<void> {
    const { telemetry } = this.#options;
    const budgetMs = this.#set.hasExternal ? EXTERNAL_SHUTDOWN_MS : INTERNAL_SHUTDOWN_MS;
    this.#closing = { awaited: new Set(), done: Promise.withResolvers() };
    try {
      if (this.#set.size === 0) return;
      telemetry.closeSubscription();
      await this.#within(budgetMs, (signal) => this.#endAll(reason, budgetMs, signal));
    } finally {
      telemetry.close();
      this.#supervisor?.close();
    }
  }

  async #endAll(reason: ShutdownReason, budgetMs: number, signal: AbortSignal): Promise<void> {
    const { clock, telemetry } = this.#options;
    const deadlineMs = clock.wallMs() + budgetMs;
    const shareMs = this.#supervisor === undefined ? budgetMs : budgetMs * RUNTIME_SHUTDOWN_SHARE;
    // A subscriber that is told to end may do so at once: it gets what there is before.
    await Promise.all([this.#endRuntime(shareMs), this.#within(shareMs, () => telemetry.flush())]);
    if (signal.aborted || this.#closing === undefined) return;
    const { awaited, done } = this.#closing;
    for (const { id, name } of this.#set.begin('SHUTDOWN')) {
      awaited.add(name);
      this.#tell(id, { eventType: 'SHUTDOWN', deadlineMs, shutdownReason: reason });
    }
    if (awaited.size > 0) await done.promise;
  }

  async #endRuntime(limitMs: number): Promise<void> {
    const { sandbox } = this.#options;
    if (this.#supervisor === undefined) {
      sandbox.signal('SIGTERM');
      await this.#within(limitMs, () => sandbox.exited);
      return;
    }
    if (!this.#runtimeStarted || this.#runtimeGone) return;
    this.#supervisor.endRuntime('terminate');
    await this.#within(limitMs, () => this.#runtimeEnd.promise);
    if (!this.#runtimeGone) this.#supervisor.endRuntime('kill');
  }

  /** Waits for the work, for the end of the sandbox, or for the time to pass, whatever is first. */
  async #within(limitMs: number, work: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const { clock, sandbox } = this.#options;
    const over = new AbortController();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = clock.schedule(limitMs, resolve);
    await Promise.race([work(over.signal), sandbox.exited, promise]);
    timer.cancel();
    over.abort();
  }

  #next(id: string, poll: ExtensionPoll): void {
    this.#set.poll(id);
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) {
      this.#waiting.delete(id);
      this.#set.resume(id);
      poll.send(this.#options.ids.uuid(), waiting);
      return;
    }
    this.#polls.set(id, poll);
    // Asked again after SHUTDOWN: it has nothing more to do.
    this.#ended(this.#set.find(id).name);
    this.#progress();
  }

  #subscribe(id: string, api: TelemetryApi, body: Buffer): readonly string[] {
    const { telemetry, sandbox } = this.#options;
    const { name } = this.#set.find(id);
    if (!this.#set.registrationOpen) {
      const title = api === 'telemetry' ? 'Telemetry' : 'Logs';
      throw new ExtensionRefusal(`${title}.SubscriptionClosed`, `${title} API subscription is closed already`);
    }
    const parsed = parseSubscription(api, body);
    if ('errors' in parsed) return parsed.errors;
    const { subscription } = parsed;
    if (this.#api !== undefined && this.#api !== api) return ['the Telemetry API and the Logs API cannot both be subscribed to'];
    this.#api = api;
    telemetry.subscribe(name, subscription, telemetryDelivery(sandbox, subscription.destination));
    this.#observer.subscribed({ name, api, types: subscription.types });
    return [];
  }

  #tell(id: string | undefined, message: ExtensionMessage): void {
    if (id === undefined) return;
    const poll = this.#polls.get(id);
    this.#polls.delete(id);
    if (poll === undefined || poll.gone) this.#waiting.set(id, message);
    else poll.send(this.#options.ids.uuid(), message);
  }

  #startRuntime(): void {
    if (this.#runtimeStarted || this.#closing !== undefined) return;
    this.#runtimeStarted = true;
    this.#supervisor?.startRuntime();
  }

  #progress(): void {
    const attempt = this.#runtimeReady;
    if (attempt === undefined || !this.#set.allReady) return;
    this.#runtimeReady = undefined;
    if (attempt === 0) this.#options.telemetry.closeSubscription();
    this.#observer.ready(attempt);
  }

  #fail(failure: ExtensionFailure | undefined): void {
    if (failure !== undefined && this.#closing === undefined) this.#observer.failed(failure);
  }

  async #onRuntimeExited(exit: Omit<SandboxExit, 'outOfMemory'>): Promise<void> {
    this.#runtimeGone = true;
    this.#runtimeEnd.resolve();
    const outOfMemory = exit.signal === 'SIGKILL' && (await this.#killedForMemory());
    if (this.#closing === undefined) this.#observer.runtimeExited({ ...exit, outOfMemory });
  }

  async #killedForMemory(): Promise<boolean> {
    try {
      return await this.#options.sandbox.outOfMemory();
    } catch {
      // The sandbox has ended meanwhile, and its exit says the same.
      return false;
    }
  }

  #onExtensionExited(name: string, end: ProcessEnd): void {
    if (this.#closing === undefined) this.#fail(this.#set.exited(name, end));
    else this.#ended(name);
  }

  #ended(name: string): void {
    if (this.#closing?.awaited.delete(name) === true && this.#closing.awaited.size === 0) this.#closing.done.resolve();
  }
}

export interface ExtensionHostOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly sandbox: Pick<Sandbox, 'channel' | 'connect' | 'exited' | 'signal' | 'outOfMemory'>;
  /** File names in /opt/extensions. With any, the sandbox's command is a supervised one. */
  readonly external: readonly string[];
  readonly about: {
    readonly functionName: string;
    readonly functionVersion: string;
    readonly handler: string;
    readonly accountId: string;
  };
  readonly telemetry: TelemetryStream;
}

export interface ExtensionObserver {
  /** The runtime has asked for the next event; extensions may still be at work. */
  runtimeDone(): void;
  /** The runtime and every extension have. */
  ready(attempt: number): void;
  /** Only where the runtime is not the sandbox's main process. */
  runtimeExited(exit: SandboxExit): void;
  failed(failure: ExtensionFailure): void;
  subscribed(subscription: ExtensionSubscription): void;
}

export interface ExtensionSubscription {
  readonly name: string;
  readonly api: TelemetryApi;
  readonly types: readonly TelemetryType[];
}

interface Closing {
  /** Names of those that got the SHUTDOWN event and have not ended. */
  readonly awaited: Set<string>;
  readonly done: PromiseWithResolvers<void>;
}
