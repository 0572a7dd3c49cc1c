import type { Clock } from '#base/clock.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import { applicationLogFilter, isApplicationLogLevel } from '#telemetry/application-log.ts';
import { billedDurationMs } from '#telemetry/billing.ts';
import type { ExtensionRecord } from '#telemetry/extension-record.ts';
import { InvocationLog } from '#telemetry/invocation-log.ts';
import { endLine, extensionLine, initReportLine, initStartLine, reportLine, startLine, subscriptionLine } from '#telemetry/log-lines.ts';
import type { InvocationReport, ReportedFailure } from '#telemetry/log-lines.ts';
import type { LogSink } from '#telemetry/log-sink.ts';
import { passesSystemLogLevel, platformEventLine } from '#telemetry/platform-events.ts';
import type { InitializationType, PlatformEvent, Span, SystemLogLevel } from '#telemetry/platform-events.ts';
import { recordedErrorType } from '#telemetry/recorded-error-type.ts';
import { TelemetryStream } from '#telemetry/telemetry-stream.ts';
import type { TelemetryApi, TelemetryType } from '#telemetry/telemetry-subscription.ts';

/**
 * What an environment tells of itself: to its log stream the platform's lines in the function's log format, with the output of runtime
 * and extensions between; to extensions that subscribed, every event, in the order that the Telemetry API has.
 */
export class EnvironmentLog {
  readonly #log: InvocationLog;
  readonly #clock: Clock;
  readonly #version: FunctionVersion;
  readonly #initializationType: InitializationType;
  readonly #runtimeLabel: string;
  /** Undefined in Text format, which knows no levels. */
  readonly #level: SystemLogLevel | undefined;
  /** Of the runtime that lives now; undefined while no extension has shown itself. */
  #telemetry: TelemetryStream | undefined;
  #requestId: string | undefined;
  #runtimeDoneTold = false;

  constructor(options: EnvironmentLogOptions) {
    const { clock, version } = options;
    const { accountId, region, logging } = version;
    const minimum = logging.applicationLogLevel ?? 'INFO';
    const filtered = logging.format === 'JSON' && !options.runtimeLogsJson && isApplicationLogLevel(minimum);
    this.#log = new InvocationLog({
      sink: options.sink,
      clock,
      stream: { accountId, region, group: logging.group, stream: options.stream },
      ...(filtered && { filter: applicationLogFilter({ minimum, wallMs: () => clock.wallMs(), requestId: () => this.#requestId }) }),
      onLine: (line) => this.#telemetry?.publish(line),
    });
    this.#clock = clock;
    this.#version = version;
    this.#initializationType = options.initializationType;
    this.#runtimeLabel = options.runtimeLabel;
    this.#level = logging.format === 'JSON' ? ((logging.systemLogLevel ?? 'INFO') as SystemLogLevel) : undefined;
  }

  /** For the extensions of a runtime that was just started; whoever closes it is theirs. */
  openTelemetry(): TelemetryStream {
    this.#telemetry = new TelemetryStream({ clock: this.#clock, logFormat: this.#version.logging.format });
    return this.#telemetry;
  }

  /** What the runtime wrote to standard output and error. */
  output(chunk: Buffer): void {
    this.#log.output(chunk);
  }

  /** What external extensions wrote. */
  extensionOutput(chunk: Buffer): void {
    this.#log.extensionOutput(chunk);
  }

  initStart(): void {
    if (this.#level === undefined) this.#log.platform(initStartLine(this.#runtimeLabel, runtimeVersionArn(this.#version)));
    else this.#logEvent(this.#initStartEvent('init'), this.#clock.wallMs());
  }

  subscribed({ name, api, types }: { readonly name: string; readonly api: TelemetryApi; readonly types: readonly TelemetryType[] }): void {
    if (this.#level === undefined) this.#log.platform(subscriptionLine(name, api, types));
    this.#tell({
      type: api === 'telemetry' ? 'platform.telemetrySubscription' : 'platform.logsSubscription',
      record: { name, state: 'Subscribed', types },
    });
  }

  /** The init phase is over. Subscribers hear of it only now, since its start came before they could subscribe. */
  initDone(init: InitEnd): void {
    const { phase, extensions, failure } = init;
    this.#log.finishOutput();
    if (this.#level === undefined) {
      for (const extension of extensions) this.#log.platform(extensionLine(extension));
      if (failure !== undefined) this.#log.platform(initReportLine({ durationMs: init.durationMs, phase, failure }));
      if (this.#telemetry === undefined) return;
    }
    for (const extension of extensions) this.#tell({ type: 'platform.extension', record: extension });
    this.#telemetry?.publish({ timeMs: init.startedMs, event: this.#initStartEvent(phase) });
    const outcome = failure ?? SUCCESS;
    const initializationType = this.#initializationType;
    const { runtimeDoneMs } = init;
    this.#tell(
      { type: 'platform.initRuntimeDone', record: { initializationType, phase, ...(runtimeDoneMs === undefined ? outcome : SUCCESS) } },
      runtimeDoneMs === undefined ? undefined : init.startedMs + Math.floor(runtimeDoneMs),
    );
    const metrics = { durationMs: thousandths(init.durationMs) };
    this.#tell({ type: 'platform.initReport', record: { initializationType, phase, ...outcome, metrics } });
    // Within an invocation, whose start nobody could hear yet.
    if (this.#requestId !== undefined) this.#telemetry?.publish({ timeMs: init.startedMs, event: this.#startEvent(this.#requestId) });
  }

  start(requestId: string, tail: boolean): void {
    this.#log.begin({ tail });
    this.#requestId = requestId;
    this.#runtimeDoneTold = false;
    if (this.#level === undefined) this.#log.platform(startLine(requestId, this.#version.version));
    if (this.#level !== undefined || this.#telemetry !== undefined) this.#tell(this.#startEvent(requestId));
  }

  /** A line of the platform's own within the running invocation, without newline. JSON format tells the same in its records. */
  platformLine(text: string): void {
    this.#log.finishOutput();
    if (this.#level === undefined) this.#log.platform(`${text}\n`);
  }

  /** Why the runtime or an extension failed, a line each. */
  fault(...lines: readonly string[]): void {
    for (const line of lines) this.platformLine(line);
    this.#telemetry?.publish({ timeMs: this.#clock.wallMs(), event: { type: 'platform.fault', record: `${lines.join('\n')}\n` } });
  }

  /** The runtime has finished with the invocation; extensions may not have. `report` tells it where nobody said so before. */
  runtimeDone(done: RuntimeDone): void {
    if (this.#level === undefined && this.#telemetry === undefined) return;
    this.#runtimeDoneTold = true;
    this.#log.finishOutput();
    const { requestId, durationMs, producedBytes, errorType, spans } = done;
    const outcome = errorType === undefined ? SUCCESS : functionFailure(errorType);
    const metrics = { durationMs: thousandths(durationMs), producedBytes };
    this.#tell({ type: 'platform.runtimeDone', record: { requestId, ...outcome, spans, metrics } });
  }

  /** Ends the invocation: END and REPORT, or the records that stand for them. */
  report(report: InvocationReport): void {
    this.#log.finishOutput();
    if (this.#level === undefined) {
      this.#log.platform(endLine(report.requestId));
      this.#log.platform(reportLine(report));
    }
    if (this.#level !== undefined || this.#telemetry !== undefined) this.#reportEvents(report);
    this.#requestId = undefined;
    this.#log.end();
  }

  /** Base64 of the last 4 KB of the invocation that ended last, if it was started with a tail. */
  tail(): string {
    return this.#log.tail();
  }

  /** Hands over what is buffered; the environment is gone. */
  close(): void {
    this.#log.end();
  }

  #reportEvents(report: InvocationReport): void {
    const { requestId } = report;
    const outcome = report.failure ?? (report.functionErrorType === undefined ? SUCCESS : functionFailure(report.functionErrorType));
    const durationMs = thousandths(report.durationMs);
    if (!this.#runtimeDoneTold) this.#tell({ type: 'platform.runtimeDone', record: { requestId, ...outcome, metrics: { durationMs } } });
    this.#tell({
      type: 'platform.report',
      record: {
        requestId,
        ...outcome,
        metrics: {
          durationMs,
          billedDurationMs: billedDurationMs(report),
          memorySizeMB: report.memorySizeMb,
          maxMemoryUsedMB: report.maxMemoryUsedMb,
          ...(report.initDurationMs !== undefined && { initDurationMs: thousandths(report.initDurationMs) }),
        },
      },
    });
  }

  #startEvent(requestId: string): PlatformEvent {
    return { type: 'platform.start', record: { requestId, version: this.#version.version } };
  }

  #initStartEvent(phase: 'init' | 'invoke'): PlatformEvent {
    const { name, version } = this.#version;
    return {
      type: 'platform.initStart',
      record: {
        initializationType: this.#initializationType,
        phase,
        runtimeVersion: this.#runtimeLabel,
        runtimeVersionArn: runtimeVersionArn(this.#version),
        functionName: name,
        functionVersion: version,
      },
    };
  }

  #tell(event: PlatformEvent, timeMs = this.#clock.wallMs()): void {
    this.#telemetry?.publish({ timeMs, event });
    this.#logEvent(event, timeMs);
  }

  #logEvent(event: PlatformEvent, timeMs: number): void {
    if (this.#level !== undefined && passesSystemLogLevel(event, this.#level)) this.#log.platform(platformEventLine(event, timeMs));
  }
}

const SUCCESS = { status: 'success' } as const;

function functionFailure(errorType: string): { readonly status: 'failure'; readonly errorType: string } {
  return { status: 'failure', errorType: recordedErrorType(errorType) };
}

export interface EnvironmentLogOptions {
  readonly sink: LogSink;
  readonly clock: Clock;
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly stream: string;
  /** As INIT_START shows it: `python:3.12.v1`. */
  readonly runtimeLabel: string;
  /** Whether the runtime itself writes and filters what functions log in JSON format. */
  readonly runtimeLogsJson: boolean;
}

/** How an init phase ended. */
export interface InitEnd {
  readonly phase: 'init' | 'invoke';
  /** Wall time. */
  readonly startedMs: number;
  readonly durationMs: number;
  /** When the runtime was ready, if it came to that, since the start. */
  readonly runtimeDoneMs: number | undefined;
  readonly extensions: readonly ExtensionRecord[];
  readonly failure?: ReportedFailure;
}

/** What the runtime did of an invocation. */
export interface RuntimeDone {
  readonly requestId: string;
  readonly durationMs: number;
  readonly producedBytes: number;
  /** Of the error that it reported. */
  readonly errorType: string | undefined;
  readonly spans: readonly Span[];
}

/** Records carry milliseconds with at most three digits, as recorded. */
function thousandths(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
