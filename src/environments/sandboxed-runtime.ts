import { closeSync } from 'node:fs';
import { unreachable } from '#base/invariant.ts';
import type { Clock, Timer } from '#base/clock.ts';
import type { Sandbox, SandboxDriver, SandboxExit, SandboxSpec } from '#sandboxes/sandbox.ts';
import { INITIAL_STATE, transition } from './environment-state.ts';
import type { Decision, EnvironmentEvent, EnvironmentState } from './environment-state.ts';
import type { InvokeMeta } from './runtime-api/frames.ts';
import { FramedLink } from './runtime-api/framed-link.ts';
import { HttpLink } from './runtime-api/http-link.ts';
import type { RuntimeErrorReport, RuntimeLink, RuntimeListener } from './runtime-api/runtime-link.ts';
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
  #state: EnvironmentState = INITIAL_STATE;
  #deadline: Timer | undefined;
  #quiet: Timer | undefined;
  #quietSinceMs = 0;
  #startedMs = 0;
  #exit: SandboxExit | undefined;
  #initError: RuntimeErrorReport | undefined;
  #delivered: Delivery | undefined;
  /** Ends a response that broke off. */
  #brokenStream: (() => void) | undefined;
  #freezes = 0;
  #thaws = 0;

  /** `onCreated` gets the sandbox before anything in it has had time to run. */
  static async launch(
    driver: SandboxDriver,
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
    this.#observer = observer;
    sandbox.onOutput((chunk) => observer.output(chunk));
    if (options.framed) {
      this.#link = new FramedLink(sandbox.channel, this.#listener());
      // Nobody asks there, and nobody else would ever close it.
      closeSync(sandbox.listeners.runtimeApi.fd);
    } else {
      this.#link = new HttpLink(sandbox.listeners.runtimeApi.fd, this.#listener());
    }
    this.#deadline = options.clock.schedule(options.initTimeoutMs, () => this.#apply({ type: 'deadline', attempt: 0 }));
    this.#awaitExit().catch(options.onFault);
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
    this.#startedMs = this.#options.clock.monotonicMs();
    this.#deadline = this.#options.clock.schedule(timeoutMs, () => this.#apply({ type: 'deadline', attempt }));
    this.#apply({ type: 'invoke', attempt }, () => this.#link.invoke(attempt, meta, event));
  }

  /** Takes no more of a streamed response from the runtime, so that it comes to wait, until `release`. */
  hold(): void {
    this.#link.hold();
  }

  release(): void {
    this.#link.release();
  }

  /** Ends all processes. What runs is answered as a crash. */
  stop(): Promise<void> {
    this.#apply({ type: 'stop' });
    return this.#sandbox.kill();
  }

  async #awaitExit(): Promise<void> {
    this.#exit = await this.#sandbox.exited;
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
        this.#observer.initialised();
        this.#awaitQuiet();
        return;
      case 'fail-init':
        this.#deadline?.cancel();
        this.#sandbox.drainOutput();
        this.#observer.initFailed(this.#initFailure(event));
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
        this.#sandbox.freeze();
        return;
      case 'time-out':
        this.#settle({ status: 'timeout' });
        return;
      case 'crash':
        this.#settle({ status: 'crash', exit: this.#exit ?? KILLED_EXIT });
        return;
      case 'kill':
        this.#quiet?.cancel();
        this.#link.close();
        this.#observer.died(this.#sandbox.kill());
        return;
      default:
        unreachable(decision);
    }
  }

  #settleDelivered(): void {
    const error = this.#delivered?.error;
    this.#settle(error === undefined ? { status: 'success' } : { status: 'error', errorType: error.type });
    if (this.#state.name === 'idle') this.#awaitQuiet();
  }

  #settle(end: RuntimeEnd): void {
    this.#deadline?.cancel();
    this.#sandbox.drainOutput();
    this.#observer.settled(end, this.#options.clock.monotonicMs() - this.#startedMs);
  }

  #initFailure(event: EnvironmentEvent): InitFailure {
    if (event.type === 'deadline') return { status: 'timeout' };
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
        this.#apply({ type: 'ready', attempt });
      },
      response: (attempt, body, ready) => {
        this.#deliver(attempt, { body, error: undefined });
        this.#apply({ type: 'response', attempt, ready });
      },
      error: (attempt, error) => {
        this.#deliver(attempt, { body: error.body, error });
        this.#apply({ type: 'error', attempt });
      },
      streamBegan: (attempt, contentType) => {
        if (this.#isRunning(attempt)) this.#observer.streamBegan(contentType);
      },
      streamed: (attempt, chunk) => {
        if (!this.#isRunning(attempt)) return false;
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
    if (this.#isRunning(attempt)) this.#delivered = delivery;
  }

  #isRunning(attempt: number): boolean {
    return this.#state.name === 'running' && this.#state.attempt === attempt;
  }
}

export interface RuntimeOptions {
  readonly clock: Clock;
  /** Speak frames with our own bootstrap; otherwise the HTTP Runtime API. */
  readonly framed: boolean;
  readonly initTimeoutMs: number;
  readonly freezeGraceMs: number;
  /** The CPU share once the init phase is over, in cores. */
  readonly cpus: number;
  /** Runs work when what is being answered has been written. */
  readonly defer: (work: () => void) => void;
  /** Something went wrong that no invocation can be told of. */
  readonly onFault: (error: unknown) => void;
}

/** How often environments were stopped and let go on. */
export interface FreezeCounts {
  readonly freezes: number;
  readonly thaws: number;
}

/** What the runtime delivered for the caller. */
export interface Delivery {
  /** Empty when the response was streamed, and did not fail. */
  readonly body: Buffer;
  readonly error: RuntimeErrorReport | undefined;
}

/** How an invocation ended. */
export type RuntimeEnd =
  | { readonly status: 'success' }
  | { readonly status: 'error'; readonly errorType: string }
  | { readonly status: 'timeout' }
  | { readonly status: 'crash'; readonly exit: SandboxExit };

export type InitFailure =
  | { readonly status: 'error'; readonly error: RuntimeErrorReport }
  | { readonly status: 'timeout' }
  | { readonly status: 'exit'; readonly exit: SandboxExit }
  /** There is nothing to run: a custom runtime without its `bootstrap`. */
  | { readonly status: 'no-entrypoint' };

export interface RuntimeObserver {
  output(chunk: Buffer): void;
  initialised(): void;
  initFailed(failure: InitFailure): void;
  /** The response will come by `streamed`, and end with `answered`. */
  streamBegan(contentType: string): void;
  /** Returns an error to end the response with, which is then `answered`: the rest is not wanted. */
  streamed(chunk: Buffer): RuntimeErrorReport | undefined;
  /** The caller can be answered; `settled` follows. */
  answered(delivery: Delivery): void;
  /** The invocation is over: the runtime asked for the next event, or is gone. Without an `answered` before, nothing was delivered. */
  settled(end: RuntimeEnd, durationMs: number): void;
  /** The runtime cannot be used again; `gone` resolves when nothing of it is left. */
  died(gone: Promise<void>): void;
}
