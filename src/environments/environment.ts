import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';
import type { Sandbox, SandboxExit } from '#sandboxes/sandbox.ts';
import type { ExtensionRecord } from '#telemetry/extension-record.ts';
import type { ReportedFailure } from '#telemetry/log-lines.ts';
import { timeoutText } from '#telemetry/log-lines.ts';
import type { EnvironmentId } from './environment-id.ts';
import type { EnvironmentParts } from './environment-parts.ts';
import type { PendingInit, Running } from './environment-work.ts';
import { initError, initErrorType } from './init-failure.ts';
import { INIT_TIMEOUT_MS, PROVISIONED_INIT_TIMEOUT_MS } from './limits.ts';
import type { EnvironmentLog } from './environment-log.ts';
import { runtimeSpans } from './runtime-spans.ts';
import type { ExtensionFailure } from './extensions/extension-set.ts';
import { CollectedResponse, StreamedResponse } from './response-sink.ts';
import type { InvokeMeta } from './runtime-api/frames.ts';
import { exited, exitReason, extensionFailed, timedOut } from './runtime-errors.ts';
import { SandboxedRuntime } from './sandboxed-runtime.ts';
import type { Delivery, FreezeCounts, InitFailure, RuntimeEnd, RuntimeTimes } from './runtime-contract.ts';

const MIB = 1024 * 1024;

const NEVER_FROZEN: FreezeCounts = { freezes: 0, thaws: 0 };

/** Ended by the platform itself, or never begun. */
const KILLED = { status: 'exit', exit: { code: undefined, signal: 'SIGKILL', outOfMemory: false } } as const satisfies InitFailure;

/**
 * One execution environment: a runtime for one function version, its log stream, its credentials. It serves one invocation at a time.
 *
 * An init phase that fails is not the end: the first invocation repeats it inside its own timeout (*suppressed init*), and what
 * that second try reports is the caller's answer. Source: "Understanding the Lambda execution environment lifecycle".
 */
export class Environment {
  readonly id: EnvironmentId;
  readonly #parts: EnvironmentParts;
  readonly #log: EnvironmentLog;
  #runtime: SandboxedRuntime | undefined;
  /** The newest. What is left of one that ended, /tmp, is for the next. */
  #sandbox: Sandbox | undefined;
  #closeEndpoint: (() => void) | undefined;
  #launches = 0;
  #attempt = 0;
  #initDurationMs: number | undefined;
  #running: Running | undefined;
  #init: PendingInit | undefined;
  #gone: Promise<void> = Promise.resolve();
  #repeatedInit: Promise<void> = Promise.resolve();
  #retired = false;
  #initFailed = false;
  #peakMemoryBytes = 0;
  /** Of runtimes that are gone. */
  #earlierFreezes: FreezeCounts = NEVER_FROZEN;
  readonly createdMs: number;

  /**
   * Starts the runtime and waits for the end of its init phase, which `signal` brings about at once: nobody will use it then.
   * @throws whatever kept the sandbox from being made
   */
  static async start(parts: EnvironmentParts, signal?: AbortSignal): Promise<Environment> {
    const environment = new Environment(parts);
    environment.#log.initStart();
    const giveUp = (): void => void environment.retire().catch(parts.onFault);
    signal?.addEventListener('abort', giveUp);
    const failure = await environment.#launch('init', environment.#isOnDemand() ? INIT_TIMEOUT_MS : PROVISIONED_INIT_TIMEOUT_MS).finally(
      () => signal?.removeEventListener('abort', giveUp),
    );
    environment.#initFailed = failure !== undefined;
    return environment;
  }

  private constructor(parts: EnvironmentParts) {
    this.id = parts.id;
    this.#parts = parts;
    this.#log = parts.log;
    this.createdMs = parts.clock.monotonicMs();
  }

  /** Whether another invocation may be sent to it. A runtime that died is no obstacle: the next invocation starts another. */
  get reusable(): boolean {
    return !this.#retired && this.#running === undefined;
  }

  /** Whether it can take an invocation without an init phase before it. */
  get ready(): boolean {
    return this.reusable && this.#runtime?.available === true;
  }

  /** Whether its init phase ended with a failure. */
  get initFailed(): boolean {
    return this.#initFailed;
  }

  get freezeCounts(): FreezeCounts {
    const { freezes, thaws } = this.#runtime?.freezeCounts ?? NEVER_FROZEN;
    return { freezes: this.#earlierFreezes.freezes + freezes, thaws: this.#earlierFreezes.thaws + thaws };
  }

  invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer> {
    const { promise, resolve } = Promise.withResolvers<InvocationAnswer>();
    this.#run({ invocation, resolve, onSettled, repeatedInitMs: 0, answer: undefined, sink: undefined });
    return promise;
  }

  /** The same for a caller that wants the response while it is written. A reader that is slow holds the runtime back. */
  invokeStreaming(invocation: Invocation, onSettled: () => void): Promise<StreamedAnswer> {
    const response = new StreamedResponse({ hold: () => this.#runtime?.hold(), release: () => this.#runtime?.release() });
    const resolve = (answer: InvocationAnswer): void => response.end(answer);
    this.#run({ invocation, resolve, onSettled, repeatedInitMs: 0, answer: undefined, sink: response });
    return response.answer;
  }

  /** Ends the runtime. An invocation that runs is answered as a crash. */
  async retire(): Promise<void> {
    this.#retired = true;
    await this.#runtime?.stop();
    await this.#repeatedInit;
    await this.#gone;
    await this.#sandbox?.kill();
    this.#log.close();
  }

  #run(running: Running): void {
    const { invocation } = running;
    this.#attempt += 1;
    this.#running = running;
    this.#log.start(invocation.requestId, invocation.tailLog);
    if (this.#runtime?.available === true) this.#send(this.#runtime, invocation, this.#timeoutMs());
    else this.#repeatedInit = this.#initialiseAgain(invocation, running);
  }

  #isOnDemand(): boolean {
    return this.#parts.initializationType === 'on-demand';
  }

  #timeoutMs(): number {
    return this.#parts.version.timeoutSeconds * 1000;
  }

  #send(runtime: SandboxedRuntime, invocation: Invocation, timeoutMs: number): void {
    const meta: InvokeMeta = {
      requestId: invocation.requestId,
      deadlineMs: Math.floor(this.#parts.clock.wallMs() + timeoutMs),
      functionArn: invocation.functionArn,
      traceId: invocation.traceId,
      ...(invocation.clientContext !== undefined && { clientContext: invocation.clientContext }),
    };
    runtime.invoke(this.#attempt, meta, invocation.event, timeoutMs);
  }

  async #initialiseAgain(invocation: Invocation, running: Running): Promise<void> {
    const startedMs = this.#parts.clock.monotonicMs();
    const timeoutMs = this.#timeoutMs();
    let failure: InitFailure | undefined;
    try {
      await this.#gone;
      failure = await this.#launch('invoke', timeoutMs);
    } catch (error) {
      this.#parts.onFault(error);
      failure = KILLED;
      await this.#dropSandbox();
    }
    const usedMs = this.#parts.clock.monotonicMs() - startedMs;
    if (failure === undefined && this.#runtime?.available === true) {
      running.repeatedInitMs = usedMs;
      // A millisecond is left even when the init took all: the deadline then ends the invocation the ordinary way.
      this.#send(this.#runtime, invocation, Math.max(1, timeoutMs - usedMs));
      return;
    }
    // No failure, and yet no runtime: it ended as soon as it was ready.
    failure ??= KILLED;
    if (failure === KILLED) this.#logExit(KILLED.exit);
    const error = initError(failure, invocation.requestId, this.#parts.version.timeoutSeconds);
    this.#deliver({ body: error.body, error });
    if (failure.status === 'timeout') {
      this.#log.platformLine(timeoutText(this.#parts.clock.wallMs(), invocation.requestId, timeoutMs));
      this.#finish({ status: 'timeout' }, timeoutMs);
    } else {
      this.#finish({ status: 'error', errorType: error.type }, usedMs);
    }
  }

  /** Whatever is wrong with what the last runtime left, the next one gets by without. */
  async #dropSandbox(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = undefined;
    await sandbox?.kill().catch(this.#parts.onFault);
  }

  /** Resolves to why the init phase failed, or undefined when the runtime is ready. */
  async #launch(phase: 'init' | 'invoke', initTimeoutMs: number): Promise<InitFailure | undefined> {
    if (this.#retired) return KILLED;
    const { promise, resolve } = Promise.withResolvers<InitFailure | undefined>();
    const { clock, driver, version, entrypointFailure } = this.#parts;
    this.#launches += 1;
    this.#init = { phase, startedMs: clock.monotonicMs(), startedWallMs: clock.wallMs(), runtimeDoneMs: undefined, resolve };
    if (entrypointFailure !== undefined) {
      this.#onInitFailed({ status: 'no-entrypoint', reason: entrypointFailure }, []);
      return promise;
    }
    this.#runtime = await SandboxedRuntime.launch(
      driver,
      this.#parts.spec(`${this.id}-${this.#launches}`, this.#sandbox?.id),
      {
        clock,
        framed: this.#parts.framed,
        initTimeoutMs,
        freezeGraceMs: this.#parts.freezeGraceMs,
        cpus: this.#parts.cpusFor(version.memoryMb),
        defer: this.#parts.defer,
        onFault: this.#parts.onFault,
        extensions: {
          ids: this.#parts.ids,
          external: this.#parts.extensions,
          about: {
            functionName: version.name,
            functionVersion: version.version,
            handler: version.handler,
            accountId: version.accountId,
          },
          openTelemetry: () => this.#log.openTelemetry(),
        },
      },
      {
        output: (chunk) => this.#log.output(chunk),
        extensionOutput: (chunk) => this.#log.extensionOutput(chunk),
        subscribed: (subscription) => this.#log.subscribed(subscription),
        initialised: (extensions) => this.#onInitialised(extensions),
        initFailed: (failure, extensions) => this.#onInitFailed(failure, extensions),
        runtimeDone: (times) => this.#onRuntimeDone(times),
        streamBegan: (contentType) => this.#onStreamBegan(contentType),
        streamed: (chunk) => this.#running?.sink?.write(chunk),
        answered: (delivery) => this.#deliver(delivery),
        settled: (end, durationMs) => this.#onSettled(end, durationMs),
        died: (gone) => this.#onDied(gone),
      },
      (sandbox) => {
        this.#sandbox = sandbox;
        const endpoint = this.#parts.awsEndpoint.attach(sandbox.listeners.awsEndpoint.fd, this.id);
        this.#closeEndpoint = () => endpoint.close();
      },
    );
    if (this.#retired) await this.#runtime.stop();
    return promise;
  }

  #onInitialised(extensions: readonly ExtensionRecord[]): void {
    const init = this.#init;
    if (init === undefined) return;
    this.#init = undefined;
    const durationMs = this.#parts.clock.monotonicMs() - init.startedMs;
    if (init.phase === 'init' && this.#isOnDemand()) this.#initDurationMs = durationMs;
    const { phase, startedWallMs: startedMs, runtimeDoneMs = durationMs } = init;
    this.#log.initDone({ phase, startedMs, durationMs, runtimeDoneMs, extensions });
    init.resolve(undefined);
  }

  #onInitFailed(failure: InitFailure, extensions: readonly ExtensionRecord[]): void {
    const init = this.#init;
    if (init === undefined) return;
    this.#init = undefined;
    const durationMs = this.#parts.clock.monotonicMs() - init.startedMs;
    if (failure.status === 'exit') this.#logExit(failure.exit);
    if (failure.status === 'extension') this.#logExtensionFailure(failure.failure);
    if (failure.status === 'no-entrypoint') this.#log.platformLine(failure.reason);
    const errorType = initErrorType(failure);
    const { phase, startedWallMs: startedMs, runtimeDoneMs } = init;
    this.#log.initDone({
      phase,
      startedMs,
      durationMs,
      runtimeDoneMs,
      extensions,
      failure: errorType === undefined ? { status: 'timeout' } : { status: 'error', errorType },
    });
    init.resolve(failure);
  }

  /** The runtime asked for the next event, which is not the end where there are extensions. */
  #onRuntimeDone(times: RuntimeTimes): void {
    const running = this.#running;
    if (this.#init !== undefined) {
      this.#init.runtimeDoneMs = this.#parts.clock.monotonicMs() - this.#init.startedMs;
    } else if (running !== undefined) {
      const { errorType } = times;
      this.#log.runtimeDone({
        requestId: running.invocation.requestId,
        durationMs: running.repeatedInitMs + times.durationMs,
        producedBytes: times.producedBytes,
        errorType,
        spans: runtimeSpans(this.#parts.clock.wallMs(), times),
      });
    }
  }

  #onDied(gone: Promise<void>): void {
    this.#rememberPeak();
    this.#earlierFreezes = this.freezeCounts;
    this.#runtime = undefined;
    this.#closeEndpoint?.();
    this.#closeEndpoint = undefined;
    // What could not be removed must not keep the next runtime from being started.
    this.#gone = gone.catch(this.#parts.onFault);
  }

  /** A caller who waits for the whole response gets what was streamed in one piece. */
  #onStreamBegan(contentType: string): void {
    const running = this.#running;
    if (running === undefined) return;
    running.sink ??= new CollectedResponse();
    running.sink.begin(contentType);
  }

  #deliver(delivery: Delivery): void {
    const running = this.#running;
    if (running === undefined || running.answer !== undefined) return;
    if (delivery.error !== undefined) running.answer = { outcome: 'function-error', body: delivery.body };
    else running.answer = { outcome: 'success', body: running.sink?.collected() ?? delivery.body };
    // With LogType Tail the answer carries the REPORT line and so waits for the end of the invocation.
    if (!running.invocation.tailLog) running.resolve(running.answer);
  }

  /** `runtimeMs`: since the runtime got the event; an init phase that was repeated before is part of the duration. */
  #onSettled(end: RuntimeEnd, runtimeMs: number): void {
    const running = this.#running;
    if (running === undefined) return;
    const { requestId } = running.invocation;
    const durationMs = running.repeatedInitMs + runtimeMs;
    switch (end.status) {
      case 'success':
        this.#finish(undefined, durationMs);
        return;
      case 'error':
        // An error that the handler raised is the function's business: the report calls only the runtime's own failures errors.
        if (end.errorType.startsWith('Runtime.')) this.#finish(end, durationMs);
        else this.#finish(undefined, durationMs, end.errorType);
        return;
      case 'timeout': {
        const error = timedOut(requestId, this.#parts.version.timeoutSeconds);
        this.#log.platformLine(timeoutText(this.#parts.clock.wallMs(), requestId, this.#timeoutMs()));
        this.#deliver({ body: error.body, error });
        // What the deadline says, not what the clock says after it: AWS reports exactly the timeout.
        this.#finish({ status: 'timeout' }, this.#timeoutMs());
        return;
      }
      case 'crash': {
        const error = exited(requestId, end.exit);
        this.#logExit(end.exit);
        this.#deliver({ body: error.body, error });
        this.#finish({ status: 'error', errorType: error.type }, durationMs);
        return;
      }
      case 'extension': {
        const error = extensionFailed(requestId, end.failure);
        this.#logExtensionFailure(end.failure);
        this.#deliver({ body: error.body, error });
        this.#finish({ status: 'error', errorType: error.type }, durationMs);
      }
    }
  }

  #finish(failure: ReportedFailure | undefined, durationMs: number, functionErrorType?: string): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    this.#log.report({
      requestId: running.invocation.requestId,
      durationMs,
      ...(this.#initDurationMs !== undefined && { initDurationMs: this.#initDurationMs }),
      memorySizeMb: this.#parts.version.memoryMb,
      maxMemoryUsedMb: this.#peakMemoryMb(),
      ...(failure !== undefined && { failure }),
      ...(functionErrorType !== undefined && { functionErrorType }),
    });
    this.#initDurationMs = undefined;
    if (running.invocation.tailLog && running.answer !== undefined) running.resolve({ ...running.answer, logTail: this.#log.tail() });
    running.onSettled();
  }

  #logExit(exit: SandboxExit): void {
    const requestId = this.#running?.invocation.requestId;
    if (requestId === undefined) this.#log.fault(exitReason(exit));
    else this.#log.fault(`RequestId: ${requestId} Error: ${exitReason(exit)}`, exited(requestId, exit).type);
  }

  #logExtensionFailure({ errorType, reason }: ExtensionFailure): void {
    const requestId = this.#running?.invocation.requestId;
    this.#log.fault(requestId === undefined ? `Error: ${reason}` : `RequestId: ${requestId} Error: ${reason}`, errorType);
  }

  /** AWS reports the most memory over all invocations of an environment; a runtime that was replaced counts, too. */
  #rememberPeak(): void {
    this.#peakMemoryBytes = Math.max(this.#peakMemoryBytes, this.#runtime?.peakMemoryBytes ?? 0);
  }

  #peakMemoryMb(): number {
    this.#rememberPeak();
    return Math.min(Math.ceil(this.#peakMemoryBytes / MIB), this.#parts.version.memoryMb);
  }
}
