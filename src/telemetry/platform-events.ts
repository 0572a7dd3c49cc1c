import type { ExtensionRecord } from './extension-record.ts';
import type { InitPhase } from './log-lines.ts';
import type { TelemetryType } from './telemetry-subscription.ts';

/** `success`, `failure` (the function failed), `error` (the runtime or the platform did), `timeout`. */
export type PhaseStatus = 'success' | 'failure' | 'error' | 'timeout';

export type InitializationType = 'on-demand' | 'provisioned-concurrency' | 'snap-start' | 'lambda-managed-instances';

export interface Span {
  readonly name: string;
  /** ISO 8601. */
  readonly start: string;
  readonly durationMs: number;
}

export interface Tracing {
  readonly type: 'X-Amzn-Trace-Id';
  readonly value: string;
  readonly spanId?: string;
}

interface Outcome {
  readonly status: PhaseStatus;
  readonly errorType?: string;
  readonly spans?: readonly Span[];
}

interface RuntimeVersionFields {
  readonly runtimeVersion?: string;
  readonly runtimeVersionArn?: string;
}

/** The platform's events with their records, as in the Telemetry API's "Event schema reference". */
export type PlatformEvent =
  | {
      readonly type: 'platform.initStart';
      readonly record: RuntimeVersionFields & {
        readonly initializationType: InitializationType;
        readonly phase: InitPhase;
        readonly functionName: string;
        readonly functionVersion: string;
        readonly instanceId?: string;
        readonly instanceMaxMemory?: number;
      };
    }
  | {
      readonly type: 'platform.initRuntimeDone';
      readonly record: Outcome & { readonly initializationType: InitializationType; readonly phase: InitPhase };
    }
  | {
      readonly type: 'platform.initReport';
      readonly record: Outcome & {
        readonly initializationType: InitializationType;
        readonly phase: InitPhase;
        readonly metrics: { readonly durationMs: number };
      };
    }
  | {
      readonly type: 'platform.start';
      readonly record: {
        readonly requestId: string;
        readonly version?: string;
        readonly tracing?: Tracing;
        readonly functionArn?: string;
        readonly tenantId?: string;
      };
    }
  | {
      readonly type: 'platform.runtimeDone';
      readonly record: Outcome & {
        readonly requestId: string;
        readonly metrics?: { readonly durationMs: number; readonly producedBytes?: number };
        readonly tracing?: Tracing;
      };
    }
  | {
      readonly type: 'platform.report';
      readonly record: Outcome & {
        readonly requestId: string;
        readonly metrics: {
          readonly durationMs: number;
          readonly billedDurationMs: number;
          readonly memorySizeMB: number;
          readonly maxMemoryUsedMB: number;
          readonly initDurationMs?: number;
        };
        readonly tracing?: Tracing;
      };
    }
  | { readonly type: 'platform.extension'; readonly record: ExtensionRecord }
  | {
      /** The latter is the Logs API's. */
      readonly type: 'platform.telemetrySubscription' | 'platform.logsSubscription';
      readonly record: { readonly name: string; readonly state: 'Subscribed'; readonly types: readonly TelemetryType[] };
    }
  /** What the platform says of a runtime or an extension that failed, in words. For subscribers of the Logs API alone. */
  | { readonly type: 'platform.fault'; readonly record: string }
  | {
      readonly type: 'platform.logsDropped';
      readonly record: { readonly reason: string; readonly droppedRecords: number; readonly droppedBytes: number };
    };

/** What `SystemLogLevel` may be. */
export type SystemLogLevel = 'DEBUG' | 'INFO' | 'WARN';

const RANK: Readonly<Record<SystemLogLevel, number>> = { DEBUG: 0, INFO: 1, WARN: 2 };

/**
 * The level at which the log group gets an event. Table "System log level event mapping" of the Lambda guide; subscribers of the
 * Telemetry API get every event whatever its level.
 */
export function systemLogLevel(event: PlatformEvent): SystemLogLevel {
  switch (event.type) {
    case 'platform.initStart':
      return event.record.runtimeVersion === undefined ? 'DEBUG' : 'INFO';
    case 'platform.initReport':
      if (event.record.status !== 'success') return 'WARN';
      return event.record.initializationType === 'on-demand' ? 'DEBUG' : 'INFO';
    case 'platform.initRuntimeDone':
    case 'platform.runtimeDone':
      return event.record.status === 'success' ? 'DEBUG' : 'WARN';
    case 'platform.report':
      return event.record.status === 'success' ? 'INFO' : 'WARN';
    case 'platform.extension':
      return event.record.errorType === undefined ? 'INFO' : 'WARN';
    case 'platform.start':
    case 'platform.telemetrySubscription':
    case 'platform.logsSubscription':
      return 'INFO';
    case 'platform.fault':
    case 'platform.logsDropped':
      return 'WARN';
  }
}

export function passesSystemLogLevel(event: PlatformEvent, minimum: SystemLogLevel): boolean {
  return RANK[systemLogLevel(event)] >= RANK[minimum];
}

/** The event as a line of a log in JSON format: `{"time":"2026-11-20T10:00:00.000Z","type":"platform.start","record":{…}}`. */
export function platformEventLine(event: PlatformEvent, timeMs: number): string {
  return `${JSON.stringify({ time: new Date(timeMs).toISOString(), type: event.type, record: event.record })}\n`;
}
