import type { PlatformEvent } from './platform-events.ts';
import type { TelemetrySubscription, TelemetryType } from './telemetry-subscription.ts';

/** Something that subscribers may want to know. */
export type TelemetryRecord =
  | { readonly timeMs: number; readonly event: PlatformEvent }
  /** A line that the function or an extension wrote, with its newline. */
  | { readonly timeMs: number; readonly source: 'function' | 'extension'; readonly text: string };

/** JSON of the records as this subscriber gets them: none when it did not ask for the type, or its API does not know it. */
export type TelemetryEncoder = (record: TelemetryRecord) => readonly string[];

/** From this version on a line that is JSON is sent as what it says, when the function's log format is JSON. */
const FIRST_VERSION_WITH_OBJECTS = '2022-12-13';

const NOTHING: readonly string[] = [];

export function telemetryEncoder(subscription: TelemetrySubscription, logFormat: 'Text' | 'JSON'): TelemetryEncoder {
  const { api, types, schemaVersion } = subscription;
  const objects = api === 'telemetry' && logFormat === 'JSON' && schemaVersion >= FIRST_VERSION_WITH_OBJECTS;
  return (record) => {
    if (!types.includes(typeOf(record))) return NOTHING;
    if ('source' in record) return [envelope(record.timeMs, record.source, objects ? objectOrText(record.text) : record.text)];
    if (api === 'telemetry') return ofTelemetryApi(record.timeMs, record.event);
    return ofLogsApi(record.timeMs, record.event, schemaVersion);
  };
}

function typeOf(record: TelemetryRecord): TelemetryType {
  return 'source' in record ? record.source : 'platform';
}

function ofTelemetryApi(timeMs: number, event: PlatformEvent): readonly string[] {
  // Known to the Logs API alone.
  if (event.type === 'platform.fault' || event.type === 'platform.logsSubscription') return NOTHING;
  return [envelope(timeMs, event.type, event.record)];
}

/** The Logs API has fewer events, with fewer members, and an end of its own before the report ("Lambda Logs API: Log types"). */
function ofLogsApi(timeMs: number, event: PlatformEvent, schemaVersion: string): readonly string[] {
  switch (event.type) {
    case 'platform.initStart':
    case 'platform.initReport':
    case 'platform.telemetrySubscription':
      return NOTHING;
    case 'platform.initRuntimeDone':
      return NOTHING;
    case 'platform.runtimeDone':
      if (schemaVersion === '2020-08-15') return NOTHING;
      return [envelope(timeMs, event.type, { requestId: event.record.requestId, status: event.record.status })];
    case 'platform.report': {
      const { requestId, metrics, tracing } = event.record;
      return [
        envelope(timeMs, 'platform.end', { requestId }),
        envelope(timeMs, event.type, { requestId, metrics, ...(tracing !== undefined && { tracing }) }),
      ];
    }
    case 'platform.start':
    case 'platform.extension':
    case 'platform.logsDropped':
    case 'platform.fault':
    case 'platform.logsSubscription':
      return [envelope(timeMs, event.type, event.record)];
  }
}

function envelope(timeMs: number, type: string, record: unknown): string {
  return JSON.stringify({ time: new Date(timeMs).toISOString(), type, record });
}

function objectOrText(text: string): unknown {
  if (!text.startsWith('{')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return text;
  }
}
