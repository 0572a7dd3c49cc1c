import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passesSystemLogLevel, platformEventLine, systemLogLevel, type PhaseStatus, type PlatformEvent } from './platform-events.ts';

const init = { initializationType: 'on-demand', phase: 'init' } as const;
const metrics = { durationMs: 1, billedDurationMs: 1, memorySizeMB: 128, maxMemoryUsedMB: 40 };

/** The documented table: level when all is well, level on failure. */
const TABLE: readonly (readonly [type: string, event: (status: PhaseStatus) => PlatformEvent, well: string, failed: string])[] = [
  ['initRuntimeDone', (status) => ({ type: 'platform.initRuntimeDone', record: { ...init, status } }), 'DEBUG', 'WARN'],
  ['initReport', (status) => ({ type: 'platform.initReport', record: { ...init, status, metrics: { durationMs: 1 } } }), 'DEBUG', 'WARN'],
  [
    'initReport, provisioned',
    (status) => ({
      type: 'platform.initReport',
      record: { initializationType: 'provisioned-concurrency', phase: 'init', status, metrics: { durationMs: 1 } },
    }),
    'INFO',
    'WARN',
  ],
  ['runtimeDone', (status) => ({ type: 'platform.runtimeDone', record: { requestId: 'r', status } }), 'DEBUG', 'WARN'],
  ['report', (status) => ({ type: 'platform.report', record: { requestId: 'r', status, metrics } }), 'INFO', 'WARN'],
  [
    'extension',
    (status) => ({
      type: 'platform.extension',
      record: { name: 'x', state: 'Ready', events: [], ...(status !== 'success' && { errorType: 'Extension.Crash' }) },
    }),
    'INFO',
    'WARN',
  ],
];

for (const [type, event, well, failed] of TABLE) {
  test(`systemLogLevel of ${type}`, () => {
    assert.equal(systemLogLevel(event('success')), well);
    assert.equal(systemLogLevel(event('timeout')), failed);
  });
}

test('systemLogLevel of events that cannot fail', () => {
  const start = { ...init, functionName: 'f', functionVersion: '1' };
  assert.equal(systemLogLevel({ type: 'platform.initStart', record: start }), 'DEBUG');
  assert.equal(systemLogLevel({ type: 'platform.initStart', record: { ...start, runtimeVersion: 'python:3.12.v1' } }), 'INFO');
  assert.equal(systemLogLevel({ type: 'platform.start', record: { requestId: 'r' } }), 'INFO');
  assert.equal(systemLogLevel({ type: 'platform.logsDropped', record: { reason: '', droppedRecords: 1, droppedBytes: 1 } }), 'WARN');
});

test('passesSystemLogLevel lets the same level and graver ones through', () => {
  const event: PlatformEvent = { type: 'platform.start', record: { requestId: 'r' } };
  assert.deepEqual(
    (['DEBUG', 'INFO', 'WARN'] as const).map((level) => passesSystemLogLevel(event, level)),
    [true, true, false],
  );
});

test('platformEventLine is time, type and record', () => {
  assert.equal(
    platformEventLine({ type: 'platform.start', record: { requestId: 'r', version: '$LATEST' } }, Date.UTC(2026, 10, 20, 10)),
    '{"time":"2026-11-20T10:00:00.000Z","type":"platform.start","record":{"requestId":"r","version":"$LATEST"}}\n',
  );
});
