import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  endLine,
  extensionLine,
  initReportLine,
  initStartLine,
  reportLine,
  startLine,
  subscriptionLine,
  timeoutText,
} from './log-lines.ts';

const ID = '8f507cfc-8b9e-4d1c-9d1b-2a6b1f0f4f1a';

test('initStartLine reads as recorded (TestCloudwatchLogs::test_multi_line_prints)', () => {
  assert.equal(
    initStartLine('python:3.13.v38', 'arn:aws:lambda:us-east-1::runtime:abc'),
    'INIT_START Runtime Version: python:3.13.v38\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:abc\n',
  );
});

test('startLine and endLine read as recorded', () => {
  assert.equal(startLine(ID, '$LATEST'), `START RequestId: ${ID} Version: $LATEST\n`);
  assert.equal(endLine(ID), `END RequestId: ${ID}\n`);
});

test('reportLine of a cold start bills init and ends with a tab, as recorded', () => {
  assert.equal(
    reportLine({ requestId: ID, durationMs: 133.61, initDurationMs: 80, memorySizeMb: 128, maxMemoryUsedMb: 40 }),
    `REPORT RequestId: ${ID}\tDuration: 133.61 ms\tBilled Duration: 214 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 80.00 ms\t\n`,
  );
});

test('reportLine of a warm start has no init duration', () => {
  assert.equal(
    reportLine({ requestId: ID, durationMs: 1.204, memorySizeMb: 256, maxMemoryUsedMb: 41 }),
    `REPORT RequestId: ${ID}\tDuration: 1.20 ms\tBilled Duration: 2 ms\tMemory Size: 256 MB\tMax Memory Used: 41 MB\t\n`,
  );
});

test('reportLine tells a timeout and an error', () => {
  const report = { requestId: ID, durationMs: 3000, memorySizeMb: 128, maxMemoryUsedMb: 40 };
  const before = `REPORT RequestId: ${ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 40 MB\t`;
  assert.equal(reportLine({ ...report, failure: { status: 'timeout' } }), `${before}Status: timeout\n`);
  assert.equal(
    reportLine({ ...report, failure: { status: 'error', errorType: 'Runtime.ExitError' } }),
    `${before}Status: error\tError Type: Runtime.ExitError\n`,
  );
});

test('reportLine has the trace as a second line of the same record', () => {
  const line = reportLine({
    requestId: ID,
    durationMs: 1,
    memorySizeMb: 128,
    maxMemoryUsedMb: 40,
    trace: { traceId: '1-5e34a614-10bdxmplf1fb44f07bc535a1', segmentId: '07f5xmpl2d1f6f85' },
  });
  assert.ok(line.endsWith('\t\nXRAY TraceId: 1-5e34a614-10bdxmplf1fb44f07bc535a1\tSegmentId: 07f5xmpl2d1f6f85\tSampled: true\t\n'), line);
});

test('initReportLine tells phase and failure', () => {
  assert.equal(
    initReportLine({ durationMs: 9999.371, phase: 'init', failure: { status: 'timeout' } }),
    'INIT_REPORT Init Duration: 9999.37 ms\tPhase: init\tStatus: timeout\n',
  );
  assert.equal(
    initReportLine({ durationMs: 5.44, phase: 'invoke', failure: { status: 'error', errorType: 'Runtime.ImportModuleError' } }),
    'INIT_REPORT Init Duration: 5.44 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ImportModuleError\n',
  );
  assert.equal(initReportLine({ durationMs: 6, phase: 'snap-start' }), 'INIT_REPORT Init Duration: 6.00 ms\tPhase: snap-start\n');
});

test('timeoutText has the time and two decimals', () => {
  assert.equal(timeoutText(Date.UTC(2026, 10, 20, 10), ID, 1000), `2026-11-20T10:00:00.000Z ${ID} Task timed out after 1.00 seconds`);
});

test('extensionLine names state and events, and the error of one that failed', () => {
  assert.equal(
    extensionLine({ name: 'x', state: 'Ready', events: ['INVOKE', 'SHUTDOWN'] }),
    'EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n',
  );
  assert.equal(
    extensionLine({ name: 'x', state: 'LaunchError', events: [], errorType: 'PermissionDenied' }),
    'EXTENSION\tName: x\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n',
  );
});

test('subscriptionLine names the API and the types', () => {
  assert.equal(
    subscriptionLine('x', 'telemetry', ['platform', 'function']),
    'TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]\n',
  );
  assert.equal(subscriptionLine('x', 'logs', ['extension']), 'LOGS\tName: x\tState: Subscribed\tTypes: [Extension]\n');
});
