import { unreachable } from '#base/invariant.ts';
import type { Timer } from '#base/clock.ts';
import type { Sandbox, SandboxDriver, SandboxExit, SandboxSpec } from '#sandboxes/sandbox.ts';
import type { ExtensionRecord } from '#telemetry/extension-record.ts';
import { InvocationTimes } from './invocation-times.ts';
import { INITIAL_STATE, transition } from './environment-state.ts';
import type { Decision, EnvironmentEvent, EnvironmentState } from './environment-state.ts';
import { ExtensionHost } from './extensions/extension-host.ts';
import type { ExtensionFailure } from './extensions/extension-set.ts';
import { isExtensionPath } from './extensions/extensions-api.ts';
import type { ShutdownReason } from './extensions/extensions-api.ts';
import { ApiEndpoint } from './runtime-api/api-endpoint.ts';
import type { ApiRoute } from './runtime-api/api-endpoint.ts';
import type { InvokeMeta } from './runtime-api/frames.ts';
import { FramedLink } from './runtime-api/framed-link.ts';
import { HttpLink } from './runtime-api/http-link.ts';
import type { RuntimeErrorReport, RuntimeLink, RuntimeListener } from './runtime-api/runtime-link.ts';
import type { Delivery, FreezeCounts, InitFailure, RuntimeEnd, RuntimeObserver, RuntimeOptions } from './runtime-contract.ts';
import { truncatedResponse } from './runtime-errors.ts';

/**
 * A quiet timer that fires this late says that the daemon was busy, and with it that the next invocation may be waiting to be read:
 * to freeze now would be to thaw at once. The grace begins anew.
 */
const LATE_MS = 2;

/** Time for a process whose channel closed to be seen to end. */
const CLOSED_CHANNEL_GRACE_MS = 1000;

/** The body of a response that went before its delivery, in chunks. */
const STREAMED = Buffer.alloc(0);

const NO_EXTENSIONS: readonly ExtensionRecord[] = [];

const KILLED_EXIT: SandboxExit = { code: undefined, signal: 'SIGKILL', outOfMemory: false };

/**
 * One runtime process in one sandbox, from spawn to death: turns what the sandbox and the runtime do into events of the state
 * machine, and carries out its decisions. An environment whose runtime died starts another.
 */
export class SandboxedRuntime {
  readonly #sandbox: Sandbox;
  readonly #link: RuntimeLink;
  readonly #observer: RuntimeObserver;
  readonly #options: RuntimeOptions;
  readonly #times: InvocationTimes;
  /** Beside a runtime that speaks frames: for extensions inside it. */
  readonly #endpoint: ApiEndpoint | undefined;
  /** Made when the first extension shows itself; most functions have none. */
  #extensions: ExtensionHost | undefined;
  #extensionFailure: ExtensionFailure | undefined;
  #ending: Promise<void> | undefined;
  /** The platform wants this to end; nothing failed. */
  #stopping = false;
  #state: EnvironmentState = INITIAL_STATE;
  #deadline: Timer | undefined;
  #quiet: Timer | undefined;
  #quietSinceMs = 0;
  #exit: SandboxExit | undefined;
  #initError: RuntimeErrorReport | undefined;
  #delivered: Delivery | undefined;
  /** Ends a response that broke off. */
  #brokenStream: (() => void) | undefined;
  #freezes = 0;
  #thaws = 0;

  /** `onCreated` gets the sandbox before anything in it has had time to run. */
  static async launch(
    driver: Pick<SandboxDriver, 'create'>,
    spec: SandboxSpec,
    options: RuntimeOptions,
    observer: RuntimeObserver,
    onCreated: (sandbox: Sandbox) => void,
  ): Promise<SandboxedRuntime> {
    const sandbox = await driver.create(spec);
    try {
      onCreated(sandbox);
      return new SandboxedRuntime(sandbox, options, observer);
    } catch (error) {
      await sandbox.kill();
      throw error;
    }
  }

  private constructor(sandbox: Sandbox, options: RuntimeOptions, observer: RuntimeObserver) {
    this.#sandbox = sandbox;
    this.#options = options;
    this.#times = new InvocationTimes(options.clock);
    this.#observer = observer;
    sandbox.onOutput((chunk) => observer.output(chunk));
    const extensions: ApiRoute = (request, response) =>
      isExtensionPath(request.url ?? '') && this.#openExtensions().route(request, response);
    const { fd } = sandbox.listeners.runtimeApi;
    if (options.framed) {
      this.#link = new FramedLink(sandbox.channel, this.#listener());
      this.#endpoint = new ApiEndpoint(fd, [extensions], options.onFault);
    } else {
      this.#link = new HttpLink(fd, this.#listener(), [extensions]);
    }
    this.#deadline = options.clock.schedule(options.initTimeoutMs, () => this.#apply({ type: 'deadline', attempt: 0 }));
    this.#awaitExit().catch(options.onFault);
    if (options.extensions.external.length > 0) {
      sandbox.onSideOutput((chunk) => observer.extensionOutput(chunk));
      this.#openExtensions().begin();
    }
  }

  /** Whether an invocation can be sent now. */
  get available(): boolean {
    return this.#state.name === 'idle' || this.#state.name === 'frozen';
  }

  get freezeCounts(): FreezeCounts {
    return { freezes: this.#freezes, thaws: this.#thaws };
  }

  get peakMemoryBytes(): number {
    return this.#sandbox.usage().peakMemoryBytes;
  }

  invoke(attempt: number, meta: InvokeMeta, event: Uint8Array, timeoutMs: number): void {
    this.#delivered = undefined;
    this.#times.start();
    this.#deadline = this.#options.clock.schedule(timeoutMs, () => this.#apply({ type: 'deadline', attempt }));
    this.#apply({ type: 'invoke', attempt }, () => {
      this.#extensions?.invoke(attempt, meta);
      this.#link.invoke(attempt, meta, event);
    });
  }

  /** Takes no more of a streamed response from the runtime, so that it comes to wait, until `release`. */
  hold(): void {
    this.#link.hold();
  }

  release(): void {
    this.#link.release();
  }

  /** Ends all processes, extensions in their own time. What runs is answered as a crash. The sandbox is the caller's to release. */
  stop(): Promise<void> {
    this.#stopping = true;
    this.#apply({ type: 'stop' });
    return this.#ending ?? this.#sandbox.halt();
  }

  async #awaitExit(): Promise<void> {
    const exit = await this.#sandbox.exited;
    // The runtime's own end, where a supervisor told it, comes first.
    this.#exit ??= exit;
    this.#apply({ type: 'exit' });
  }

  #apply(event: EnvironmentEvent, send?: () => void): void {
    const { state, decisions } = transition(this.#state, event);
    this.#state = state;
    for (const decision of decisions) this.#carryOut(decision, event, send);
  }

  #carryOut(decision: Decision, event: EnvironmentEvent, send: (() => void) | undefined): void {
    switch (decision) {
      case 'initialised':
        this.#deadline?.cancel();
        // Full CPU serves the init phase only; from now on the share follows the memory.
        this.#sandbox.setCpu(this.#options.cpus);
        this.#sandbox.drainOutput();
        this.#observer.initialised(this.#extensionRecords());
        this.#awaitQuiet();
        return;
      case 'fail-init':
        this.#deadline?.cancel();
        this.#sandbox.drainOutput();
        this.#observer.initFailed(this.#initFailure(event), this.#extensionRecords());
        return;
      case 'thaw':
        this.#thaws += 1;
        this.#sandbox.thaw();
        return;
      case 'send':
        send?.();
        return;
      case 'answer':
        if (this.#delivered !== undefined) this.#observer.answered(this.#delivered);
        return;
      case 'settle':
        // The caller waits for its answer, nobody for the report: the answer goes out first.
        if (event.type === 'response') this.#options.defer(() => this.#settleDelivered());
        else this.#settleDelivered();
        return;
      case 'freeze':
        this.#freezes += 1;
        this.#extensions?.pause();
        this.#sandbox.freeze();
        return;
      case 'time-out':
        this.#settle({ status: 'timeout' });
        return;
      case 'crash':
        if (this.#extensionFailure === undefined) this.#settle({ status: 'crash', exit: this.#exit ?? KILLED_EXIT });
        else this.#settle({ status: 'extension', failure: this.#extensionFailure });
        return;
      case 'kill':
        this.#quiet?.cancel();
        this.#ending = this.#end(event);
        this.#observer.died(this.#ending);
        return;
      default:
        unreachable(decision);
    }
  }

  #end(event: EnvironmentEvent): Promise<void> {
    const extensions = this.#extensions;
    if (extensions !== undefined) return this.#endWith(extensions, event);
    this.#close();
    return this.#sandbox.halt();
  }

  async #endWith(extensions: ExtensionHost, event: EnvironmentEvent): Promise<void> {
    this.#sandbox.thaw();
    await extensions.shutDown(this.#shutdownReason(event));
    this.#close();
    this.#sandbox.drainOutput();
    await this.#sandbox.halt();
  }

  #close(): void {
    this.#link.close();
    this.#endpoint?.close();
  }

  #shutdownReason(event: EnvironmentEvent): ShutdownReason {
    if (event.type === 'deadline') return 'timeout';
    return this.#stopping ? 'spindown' : 'failure';
  }

  #openExtensions(): ExtensionHost {
    const { clock, extensions } = this.#options;
    return (this.#extensions ??= new ExtensionHost(
      { ...extensions, clock, sandbox: this.#sandbox, telemetry: extensions.openTelemetry() },
      {
        runtimeDone: () => {
          // What the function printed comes before the word that it is done.
          this.#sandbox.drainOutput();
          this.#observer.runtimeDone(this.#times.summary(this.#delivered?.error?.type));
        },
        ready: (attempt) => this.#apply({ type: 'ready', attempt }),
        runtimeExited: (exit) => {
          this.#exit = exit;
          this.#apply({ type: 'exit' });
        },
        failed: (failure) => {
          this.#extensionFailure = failure;
          this.#apply({ type: this.#state.name === 'initialising' ? 'init-error' : 'stop' });
        },
        subscribed: (subscription) => this.#observer.subscribed(subscription),
      },
    ));
  }

  #extensionRecords(): readonly ExtensionRecord[] {
    return this.#extensions?.records() ?? NO_EXTENSIONS;
  }

  #settleDelivered(): void {
    const error = this.#delivered?.error;
    this.#settle(error === undefined ? { status: 'success' } : { status: 'error', errorType: error.type });
    if (this.#state.name === 'idle') this.#awaitQuiet();
  }

  #settle(end: RuntimeEnd): void {
    this.#deadline?.cancel();
    this.#sandbox.drainOutput();
    this.#observer.settled(end, this.#times.elapsedMs());
  }

  #initFailure(event: EnvironmentEvent): InitFailure {
    if (event.type === 'deadline') return { status: 'timeout' };
    if (this.#extensionFailure !== undefined) return { status: 'extension', failure: this.#extensionFailure };
    if (this.#initError !== undefined) return { status: 'error', error: this.#initError };
    return { status: 'exit', exit: this.#exit ?? KILLED_EXIT };
  }

  /**
   * Freezes after a grace without work. Under load invocations follow each other faster than that: one timer looks at the time of the
   * last settlement when it fires, rather than being made anew for each invocation.
   */
  #awaitQuiet(): void {
    const { clock, freezeGraceMs } = this.#options;
    if (freezeGraceMs === 0) {
      this.#apply({ type: 'quiet' });
      return;
    }
    this.#quietSinceMs = clock.monotonicMs();
    this.#quiet ??= clock.schedule(freezeGraceMs, () => this.#onQuiet());
  }

  #onQuiet(): void {
    this.#quiet = undefined;
    if (this.#state.name !== 'idle') return;
    const { clock, freezeGraceMs } = this.#options;
    const overdueMs = clock.monotonicMs() - this.#quietSinceMs - freezeGraceMs;
    // Half a millisecond: timers are whole milliseconds, and one that fired a little early need not wait another round.
    if (overdueMs < -0.5) this.#quiet = clock.schedule(-overdueMs, () => this.#onQuiet());
    else if (overdueMs > LATE_MS) this.#awaitQuiet();
    else this.#apply({ type: 'quiet' });
  }

  #listener(): RuntimeListener {
    return {
      ready: (attempt) => {
        this.#brokenStream?.();
        if (this.#extensions === undefined) this.#apply({ type: 'ready', attempt });
        else this.#extensions.runtimeReady(attempt);
      },
      response: (attempt, body, ready) => {
        this.#deliver(attempt, { body, error: undefined });
        if (this.#extensions === undefined) {
          this.#apply({ type: 'response', attempt, ready });
          return;
        }
        // The caller has the answer; the invocation lasts until the extensions are ready, too.
        this.#apply({ type: 'response', attempt, ready: false });
        if (ready) this.#extensions.runtimeReady(attempt);
      },
      error: (attempt, error) => {
        this.#deliver(attempt, { body: error.body, error });
        this.#apply({ type: 'error', attempt });
      },
      streamBegan: (attempt, contentType) => {
        if (!this.#isRunning(attempt)) return;
        this.#times.responseBegan();
        this.#observer.streamBegan(contentType);
      },
      streamed: (attempt, chunk) => {
        if (!this.#isRunning(attempt)) return false;
        this.#times.responseGrew(chunk.length);
        const refusal = this.#observer.streamed(chunk);
        if (refusal === undefined) return true;
        this.#deliver(attempt, { body: refusal.body, error: refusal });
        this.#apply({ type: 'error', attempt });
        return false;
      },
      streamEnded: (attempt, error) => {
        this.#deliver(attempt, { body: error?.body ?? STREAMED, error });
        this.#apply(error === undefined ? { type: 'response', attempt, ready: false } : { type: 'error', attempt });
      },
      streamBroken: (attempt) => {
        // Mostly the process is ending, and its exit says more. One that lives on has sent a part and nothing else.
        const timer = this.#options.clock.schedule(CLOSED_CHANNEL_GRACE_MS, () => this.#brokenStream?.());
        this.#brokenStream = () => {
          this.#brokenStream = undefined;
          timer.cancel();
          const error = truncatedResponse();
          this.#deliver(attempt, { body: error.body, error });
          this.#apply({ type: 'error', attempt });
        };
      },
      initError: (error) => {
        this.#initError = error;
        this.#apply({ type: 'init-error' });
      },
      violation: (reason) => {
        this.#options.onFault(new Error(`the runtime broke the protocol: ${reason}`));
        this.#apply({ type: 'stop' });
      },
      closed: () => {
        // Mostly the process is ending, and its exit says how. One that closed the channel and lives on can never answer.
        this.#options.clock.schedule(CLOSED_CHANNEL_GRACE_MS, () => this.#apply({ type: 'stop' }));
      },
    };
  }

  #deliver(attempt: number, delivery: Delivery): void {
    if (!this.#isRunning(attempt)) return;
    this.#delivered = delivery;
    if (this.#extensions !== undefined) this.#times.responseEnded(delivery.body.length);
  }

  #isRunning(attempt: number): boolean {
    return this.#state.name === 'running' && this.#state.attempt === attempt;
  }
}
