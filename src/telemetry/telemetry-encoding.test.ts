import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PlatformEvent } from './platform-events.ts';
import { telemetryEncoder } from './telemetry-encoding.ts';
import type { TelemetryRecord } from './telemetry-encoding.ts';
import type { TelemetryApi, TelemetrySubscription, TelemetryType } from './telemetry-subscription.ts';

const TIME = '2026-11-20T10:00:00.000Z';
const timeMs = Date.parse(TIME);

function encode(
  record: TelemetryRecord,
  options: {
    readonly api?: TelemetryApi;
    readonly version?: string;
    readonly types?: readonly TelemetryType[];
    readonly format?: 'Text' | 'JSON';
  } = {},
): readonly unknown[] {
  const subscription: TelemetrySubscription = {
    api: options.api ?? 'telemetry',
    schemaVersion: options.version ?? '2022-12-13',
    types: options.types ?? ['platform', 'function', 'extension'],
    buffering: { maxItems: 1, maxBytes: 1, timeoutMs: 1 },
    destination: { protocol: 'TCP', port: 1 },
  };
  return telemetryEncoder(subscription, options.format ?? 'Text')(record).map((line) => JSON.parse(line) as unknown);
}

const METRICS = { durationMs: 1, billedDurationMs: 1, memorySizeMB: 128, maxMemoryUsedMB: 9 };
const REPORT: PlatformEvent = {
  type: 'platform.report',
  record: { requestId: 'r', status: 'failure', errorType: 'Runtime.Unknown', metrics: METRICS },
};
const DONE: PlatformEvent = {
  type: 'platform.runtimeDone',
  record: { requestId: 'r', status: 'success', metrics: { durationMs: 1 }, spans: [] },
};

test('telemetryEncoder: an event is what it is', () => {
  assert.deepEqual(encode({ timeMs, event: REPORT }), [{ time: TIME, ...REPORT }]);
});

test('telemetryEncoder: only the types that were asked for', () => {
  const types = ['function'] as const;
  assert.deepEqual(encode({ timeMs, event: REPORT }, { types }), []);
  assert.deepEqual(encode({ timeMs, source: 'extension', text: 'x\n' }, { types }), []);
  assert.deepEqual(encode({ timeMs, source: 'function', text: 'x\n' }, { types }), [{ time: TIME, type: 'function', record: 'x\n' }]);
});

test('telemetryEncoder: with JSON logs a line that is JSON is an object, but not in the oldest schema nor in the Logs API', () => {
  const record = { timeMs, source: 'function', text: '{"level":"INFO"}\n' } as const;
  const recordOf = (options: Parameters<typeof encode>[1]): unknown => (encode(record, options)[0] as { readonly record: unknown }).record;
  assert.deepEqual(recordOf({ format: 'JSON' }), { level: 'INFO' });
  assert.equal(recordOf({ format: 'Text' }), record.text);
  assert.equal(recordOf({ format: 'JSON', version: '2022-07-01' }), record.text);
  assert.equal(recordOf({ format: 'JSON', api: 'logs', version: '2021-03-18' }), record.text);
  assert.deepEqual(encode({ ...record, text: '{no\n' }, { format: 'JSON' }), [{ time: TIME, type: 'function', record: '{no\n' }]);
});

test('telemetryEncoder: the Logs API has an end before the report, fewer members, and faults', () => {
  const logs = { api: 'logs', version: '2021-03-18' } as const;
  assert.deepEqual(encode({ timeMs, event: REPORT }, logs), [
    { time: TIME, type: 'platform.end', record: { requestId: 'r' } },
    { time: TIME, type: 'platform.report', record: { requestId: 'r', metrics: METRICS } },
  ]);
  assert.deepEqual(encode({ timeMs, event: DONE }, logs), [
    { time: TIME, type: 'platform.runtimeDone', record: { requestId: 'r', status: 'success' } },
  ]);
  assert.deepEqual(encode({ timeMs, event: DONE }, { ...logs, version: '2020-08-15' }), []);
  const fault: PlatformEvent = { type: 'platform.fault', record: 'RequestId: r Error: exit status 1\n' };
  assert.deepEqual(encode({ timeMs, event: fault }, logs), [{ time: TIME, ...fault }]);
  assert.deepEqual(encode({ timeMs, event: fault }), []);
});
