import type { Clock } from '#base/clock.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import { billedDurationMs } from '#telemetry/billing.ts';
import { InvocationLog } from '#telemetry/invocation-log.ts';
import { endLine, initReportLine, initStartLine, reportLine, startLine } from '#telemetry/log-lines.ts';
import type { InvocationReport, ReportedFailure } from '#telemetry/log-lines.ts';
import type { LogSink } from '#telemetry/log-sink.ts';
import { passesSystemLogLevel, platformEventLine } from '#telemetry/platform-events.ts';
import type { InitializationType, PlatformEvent, SystemLogLevel } from '#telemetry/platform-events.ts';

/** What an environment writes to its log stream: the platform's lines in the function's log format, and the runtime's output between. */
export class EnvironmentLog {
  readonly #log: InvocationLog;
  readonly #clock: Clock;
  readonly #version: FunctionVersion;
  readonly #initializationType: InitializationType;
  readonly #runtimeLabel: string;
  /** Undefined in Text format, which knows no levels. */
  readonly #level: SystemLogLevel | undefined;

  constructor(options: {
    readonly sink: LogSink;
    readonly clock: Clock;
    readonly version: FunctionVersion;
    readonly initializationType: InitializationType;
    readonly stream: string;
    /** As INIT_START shows it: `python:3.12.v1`. */
    readonly runtimeLabel: string;
  }) {
    const { version } = options;
    const { accountId, region, logging } = version;
    this.#log = new InvocationLog({
      sink: options.sink,
      clock: options.clock,
      stream: { accountId, region, group: logging.group, stream: options.stream },
    });
    this.#clock = options.clock;
    this.#version = version;
    this.#initializationType = options.initializationType;
    this.#runtimeLabel = options.runtimeLabel;
    this.#level = logging.format === 'JSON' ? ((logging.systemLogLevel ?? 'INFO') as SystemLogLevel) : undefined;
  }

  /** What the runtime wrote to standard output and error. */
  output(chunk: Buffer): void {
    this.#log.output(chunk);
  }

  initStart(): void {
    const { name, version } = this.#version;
    const versionArn = runtimeVersionArn(this.#version);
    if (this.#level === undefined) {
      this.#log.platform(initStartLine(this.#runtimeLabel, versionArn));
      return;
    }
    this.#event({
      type: 'platform.initStart',
      record: {
        initializationType: this.#initializationType,
        phase: 'init',
        runtimeVersion: this.#runtimeLabel,
        runtimeVersionArn: versionArn,
        functionName: name,
        functionVersion: version,
      },
    });
  }

  /** Only for an init phase that failed. */
  initReport(durationMs: number, phase: 'init' | 'invoke', failure: ReportedFailure): void {
    this.#log.finishOutput();
    if (this.#level === undefined) {
      this.#log.platform(initReportLine({ durationMs, phase, failure }));
      return;
    }
    this.#event({
      type: 'platform.initReport',
      record: { initializationType: this.#initializationType, phase, ...failure, metrics: { durationMs: thousandths(durationMs) } },
    });
  }

  start(requestId: string, tail: boolean): void {
    this.#log.begin({ tail });
    const { version } = this.#version;
    if (this.#level === undefined) this.#log.platform(startLine(requestId, version));
    else this.#event({ type: 'platform.start', record: { requestId, version } });
  }

  /** A line of the platform's own within the running invocation, without newline. JSON format tells the same in its records. */
  platformLine(text: string): void {
    this.#log.finishOutput();
    if (this.#level === undefined) this.#log.platform(`${text}\n`);
  }

  /** Ends the invocation: END and REPORT, or the records that stand for them. */
  report(report: InvocationReport): void {
    this.#log.finishOutput();
    if (this.#level === undefined) {
      this.#log.platform(endLine(report.requestId));
      this.#log.platform(reportLine(report));
    } else {
      this.#reportEvents(report);
    }
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
    const outcome = report.failure ?? ({ status: 'success' } as const);
    const durationMs = thousandths(report.durationMs);
    this.#event({ type: 'platform.runtimeDone', record: { requestId, ...outcome, metrics: { durationMs } } });
    this.#event({
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

  #event(event: PlatformEvent): void {
    if (this.#level !== undefined && passesSystemLogLevel(event, this.#level))
      this.#log.platform(platformEventLine(event, this.#clock.wallMs()));
  }
}

/** Records carry milliseconds with at most three digits, as recorded. */
function thousandths(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
