import { billedDurationMs } from './billing.ts';
import type { ExtensionRecord } from './extension-record.ts';
import type { TelemetryApi, TelemetryType } from './telemetry-subscription.ts';

/** Which phase of an environment's life a record belongs to. */
export type InitPhase = 'init' | 'invoke' | 'snap-start';

export interface InitReport {
  readonly durationMs: number;
  readonly phase: InitPhase;
  /** Absent when init ended well (seen under SnapStart only: otherwise a good init has no such line). */
  readonly failure?: ReportedFailure;
}

/** How a phase failed; a timeout has no error type. */
export type ReportedFailure = { readonly status: 'timeout' } | { readonly status: 'error'; readonly errorType: string };

export interface InvocationReport {
  readonly requestId: string;
  readonly durationMs: number;
  readonly memorySizeMb: number;
  /** Whole megabytes, the most that the environment ever used. */
  readonly maxMemoryUsedMb: number;
  /** Of the first invocation in an on-demand environment; billed. */
  readonly initDurationMs?: number;
  readonly failure?: ReportedFailure;
  /** Type of the error that the function itself raised. Records tell it; for the REPORT line such an invocation went well. */
  readonly functionErrorType?: string;
  readonly trace?: { readonly traceId: string; readonly segmentId: string };
}

/** `INIT_START …`: the first line of a stream. `runtimeVersion` is like `python:3.12.v38`. */
export function initStartLine(runtimeVersion: string, runtimeVersionArn: string): string {
  return `INIT_START Runtime Version: ${runtimeVersion}\tRuntime Version ARN: ${runtimeVersionArn}\n`;
}

/** `INIT_REPORT …`: written when init fails or times out. */
export function initReportLine(report: InitReport): string {
  return `INIT_REPORT Init Duration: ${report.durationMs.toFixed(2)} ms\tPhase: ${report.phase}${failureFields(report.failure, '\t')}\n`;
}

export function startLine(requestId: string, version: string): string {
  return `START RequestId: ${requestId} Version: ${version}\n`;
}

export function endLine(requestId: string): string {
  return `END RequestId: ${requestId}\n`;
}

/** `REPORT …`: one record, also with its second line for a sampled trace. Every field ends with a tab, as recorded. */
export function reportLine(report: InvocationReport): string {
  let line =
    `REPORT RequestId: ${report.requestId}\tDuration: ${report.durationMs.toFixed(2)} ms\tBilled Duration: ${billedDurationMs(report)} ms\t` +
    `Memory Size: ${report.memorySizeMb} MB\tMax Memory Used: ${report.maxMemoryUsedMb} MB\t`;
  if (report.initDurationMs !== undefined) line += `Init Duration: ${report.initDurationMs.toFixed(2)} ms\t`;
  line += failureFields(report.failure, '');
  if (report.trace !== undefined) {
    line += `\nXRAY TraceId: ${report.trace.traceId}\tSegmentId: ${report.trace.segmentId}\tSampled: true\t`;
  }
  return `${line}\n`;
}

/** `EXTENSION …`: what became of an extension by the end of the init phase. */
export function extensionLine({ name, state, events, errorType }: ExtensionRecord): string {
  const error = errorType === undefined ? '' : `\tError Type: ${errorType}`;
  return `EXTENSION\tName: ${name}\tState: ${state}\tEvents: [${events.join(', ')}]${error}\n`;
}

/** `TELEMETRY …`, or `LOGS …` for the older API. */
export function subscriptionLine(name: string, api: TelemetryApi, types: readonly TelemetryType[]): string {
  const shown = types.map((type) => type.charAt(0).toUpperCase() + type.slice(1));
  return `${api.toUpperCase()}\tName: ${name}\tState: Subscribed\tTypes: [${shown.join(', ')}]\n`;
}

/** What the log says of a function that ran out of time, without newline. The caller's error has words of its own. */
export function timeoutText(timeMs: number, requestId: string, timeoutMs: number): string {
  return `${new Date(timeMs).toISOString()} ${requestId} Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`;
}

function failureFields(failure: ReportedFailure | undefined, before: string): string {
  if (failure === undefined) return '';
  return failure.status === 'timeout' ? `${before}Status: timeout` : `${before}Status: error\tError Type: ${failure.errorType}`;
}
