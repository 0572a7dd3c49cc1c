import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { LoggingConfig } from '#functions/function-record.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import { RecordedLogs, testVersion } from '../../test/support/environments.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { EnvironmentLog } from './environment-log.ts';

const TIME = '2026-11-20T10:00:00.000Z';
const STREAM = '2026/11/20/[$LATEST]0';

function harness(logging: LoggingConfig): { readonly log: EnvironmentLog; readonly logs: RecordedLogs } {
  const logs = new RecordedLogs();
  const log = new EnvironmentLog({
    sink: logs,
    clock: new ManualClock(),
    version: testVersion({ logging }),
    initializationType: 'on-demand',
    stream: STREAM,
    runtimeLabel: 'python:3.12.v1',
    runtimeLogsJson: true,
  });
  return { log, logs };
}

const TEXT: LoggingConfig = { format: 'Text', group: 'g' };
const json = (systemLogLevel?: string): LoggingConfig => ({
  format: 'JSON',
  group: 'g',
  ...(systemLogLevel !== undefined && { systemLogLevel }),
});

const REPORT = { requestId: 'r1', durationMs: 12.3456, memorySizeMb: 128, maxMemoryUsedMb: 10, initDurationMs: 80.12345 };

/** A whole life: a good invocation, a timeout, a failed init. */
function live(log: EnvironmentLog): void {
  log.initStart();
  log.start('r1', false);
  log.output(Buffer.from('said\n'));
  log.report(REPORT);
  log.start('r2', false);
  log.platformLine('timed out');
  log.report({ requestId: 'r2', durationMs: 3000, memorySizeMb: 128, maxMemoryUsedMb: 10, failure: { status: 'timeout' } });
  log.initDone({
    phase: 'invoke',
    startedMs: Date.parse(TIME),
    durationMs: 5,
    runtimeDoneMs: undefined,
    extensions: [],
    failure: { status: 'error', errorType: 'Runtime.ExitError' },
  });
  log.close();
}

function record(type: string, fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ time: TIME, type: `platform.${type}`, record: fields })}\n`;
}

const INIT_START = record('initStart', {
  initializationType: 'on-demand',
  phase: 'init',
  runtimeVersion: 'python:3.12.v1',
  runtimeVersionArn: runtimeVersionArn(testVersion()),
  functionName: 'f',
  functionVersion: '$LATEST',
});
const WARNINGS = [
  record('runtimeDone', { requestId: 'r2', status: 'timeout', metrics: { durationMs: 3000 } }),
  record('report', {
    requestId: 'r2',
    status: 'timeout',
    metrics: { durationMs: 3000, billedDurationMs: 3000, memorySizeMB: 128, maxMemoryUsedMB: 10 },
  }),
  record('initRuntimeDone', { initializationType: 'on-demand', phase: 'invoke', status: 'error', errorType: 'Runtime.ExitError' }),
  record('initReport', {
    initializationType: 'on-demand',
    phase: 'invoke',
    status: 'error',
    errorType: 'Runtime.ExitError',
    metrics: { durationMs: 5 },
  }),
];
const GOOD_REPORT = record('report', {
  requestId: 'r1',
  status: 'success',
  metrics: { durationMs: 12.346, billedDurationMs: 93, memorySizeMB: 128, maxMemoryUsedMB: 10, initDurationMs: 80.123 },
});

suite('EnvironmentLog', () => {
  test('Text: lines', () => {
    const { log, logs } = harness(TEXT);
    live(log);
    assert.deepEqual(logs.take(), [
      `INIT_START Runtime Version: python:3.12.v1\tRuntime Version ARN: ${runtimeVersionArn(testVersion())}\n`,
      'START RequestId: r1 Version: $LATEST\n',
      'said\n',
      'END RequestId: r1\n',
      'REPORT RequestId: r1\tDuration: 12.35 ms\tBilled Duration: 93 ms\tMemory Size: 128 MB\tMax Memory Used: 10 MB\tInit Duration: 80.12 ms\t\n',
      'START RequestId: r2 Version: $LATEST\n',
      'timed out\n',
      'END RequestId: r2\n',
      'REPORT RequestId: r2\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 10 MB\tStatus: timeout\n',
      'INIT_REPORT Init Duration: 5.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n',
    ]);
  });

  test('JSON at INFO, which is the default: records, without those of a good end', () => {
    for (const level of [undefined, 'INFO']) {
      const { log, logs } = harness(json(level));
      live(log);
      assert.deepEqual(logs.take(), [
        INIT_START,
        record('start', { requestId: 'r1', version: '$LATEST' }),
        'said\n',
        GOOD_REPORT,
        record('start', { requestId: 'r2', version: '$LATEST' }),
        ...WARNINGS,
      ]);
    }
  });

  test('JSON at DEBUG: all records', () => {
    const { log, logs } = harness(json('DEBUG'));
    live(log);
    assert.deepEqual(logs.take().slice(3, 5), [
      record('runtimeDone', { requestId: 'r1', status: 'success', metrics: { durationMs: 12.346 } }),
      GOOD_REPORT,
    ]);
  });

  test('JSON at WARN: failures alone, and what the function says', () => {
    const { log, logs } = harness(json('WARN'));
    live(log);
    assert.deepEqual(logs.take(), ['said\n', ...WARNINGS]);
  });

  test("lines go to the function's group and the environment's stream, those of an invocation at once", () => {
    const { log, logs } = harness(TEXT);
    live(log);
    const stream = { accountId: '111111111111', region: 'us-east-1', group: 'g', stream: STREAM };
    assert.deepEqual(logs.streams, [stream, stream, stream, stream]);
    assert.deepEqual(
      logs.lines.filter(({ origin }) => origin === 'function').map(({ message }) => message),
      ['said\n'],
    );
  });

  test('tail is the end of the invocation that asked for it', () => {
    const { log } = harness(TEXT);
    log.initStart();
    log.start('r1', true);
    log.output(Buffer.from('without newline'));
    log.report(REPORT);
    assert.match(
      Buffer.from(log.tail(), 'base64').toString('utf8'),
      /^START RequestId: r1 Version: \$LATEST\nwithout newline\nEND RequestId: r1\nREPORT RequestId: r1\t.*\n$/,
    );
    log.start('r2', false);
    log.report({ ...REPORT, requestId: 'r2' });
    assert.equal(log.tail(), '');
  });
});
