import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Clock } from '#base/clock.ts';
import { InvocationLog, TAIL_BYTES } from './invocation-log.ts';
import type { LogLine, LogStreamName } from './log-sink.ts';
import { MAX_LINE_BYTES } from './output-lines.ts';

const STREAM: LogStreamName = { accountId: '000000000000', region: 'us-east-1', group: '/aws/lambda/f', stream: '2026/11/20/[$LATEST]0' };

class FakeClock implements Clock {
  now = 1000;
  readonly timers: { readonly delayMs: number; readonly callback: () => void }[] = [];
  wallMs(): number {
    return this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  schedule(delayMs: number, callback: () => void): { cancel(): void } {
    this.timers.push({ delayMs, callback });
    return { cancel: () => assert.fail('timers are never cancelled') };
  }
}

function harness(): {
  readonly log: InvocationLog;
  readonly clock: FakeClock;
  readonly batches: (readonly LogLine[])[];
  readonly messages: () => readonly string[];
} {
  const clock = new FakeClock();
  const batches: (readonly LogLine[])[] = [];
  const sink = {
    append(stream: LogStreamName, lines: readonly LogLine[]): void {
      assert.equal(stream, STREAM);
      batches.push(lines);
    },
  };
  const messages = (): readonly string[] => batches.flat().map((line) => line.message);
  return { log: new InvocationLog({ sink, stream: STREAM, clock }), clock, batches, messages };
}

const decoded = (tail: string): string => Buffer.from(tail, 'base64').toString('utf8');

test('InvocationLog hands a short invocation over as one batch', () => {
  const { log, batches, clock } = harness();
  log.begin({ tail: false });
  log.platform('START\n');
  clock.now = 1001;
  log.output(Buffer.from('one\ntwo\n'));
  log.platform('END\n');
  assert.equal(batches.length, 0);
  log.end();
  assert.deepEqual(batches, [
    [
      { timeMs: 1000, message: 'START\n', origin: 'platform' },
      { timeMs: 1001, message: 'one\n', origin: 'function' },
      { timeMs: 1001, message: 'two\n', origin: 'function' },
      { timeMs: 1001, message: 'END\n', origin: 'platform' },
    ],
  ]);
  log.end();
  assert.equal(batches.length, 1);
});

test('InvocationLog.output joins lines over chunks, also within a character', () => {
  const { log, messages } = harness();
  const bytes = Buffer.from('grün 😀\nnext\r\nrest');
  for (let at = 0; at < bytes.length; at++) log.output(bytes.subarray(at, at + 1));
  log.end();
  assert.deepEqual(messages(), ['grün 😀\n', 'next\r\n', 'rest\n']);
});

test('InvocationLog.output keeps carriage returns and empty lines (TestCloudwatchLogs::test_multi_line_prints)', () => {
  const { log, messages } = harness();
  log.output(Buffer.from('multi\nline\nstring\nanother\rline\n\n'));
  log.end();
  assert.deepEqual(messages(), ['multi\n', 'line\n', 'string\n', 'another\rline\n', '\n']);
});

test('InvocationLog.output copies what it keeps of a chunk', () => {
  const { log, messages } = harness();
  const chunk = Buffer.from('partial');
  log.output(chunk);
  chunk.fill(0x58);
  log.output(Buffer.from(' line\n'));
  log.end();
  assert.deepEqual(messages(), ['partial line\n']);
});

test('InvocationLog.finishOutput puts an incomplete line before what the platform writes next', () => {
  const { log, messages } = harness();
  log.output(Buffer.from('no newline'));
  log.finishOutput();
  log.platform('END\n');
  log.end();
  assert.deepEqual(messages(), ['no newline\n', 'END\n']);
});

for (const chunkBytes of [1000, MAX_LINE_BYTES * 3]) {
  test(`InvocationLog.output cuts a line beyond 256 KB, between characters, from chunks of ${chunkBytes}`, () => {
    const { log, messages } = harness();
    // Three bytes each, so that no multiple of them is the limit.
    const text = '€'.repeat(200_000);
    const bytes = Buffer.from(`${text}\nshort\n`);
    for (let at = 0; at < bytes.length; at += chunkBytes) log.output(bytes.subarray(at, at + chunkBytes));
    log.end();
    const lines = messages();
    assert.equal(lines.join(''), `${text}\nshort\n`);
    for (const line of lines) assert.ok(Buffer.byteLength(line) <= MAX_LINE_BYTES);
    assert.equal(Buffer.byteLength(lines[0] ?? ''), MAX_LINE_BYTES - (MAX_LINE_BYTES % 3));
    assert.equal(lines.length, 4);
  });
}

test('InvocationLog hands lines over after 50 ms of a long invocation', () => {
  const { log, clock, messages } = harness();
  log.platform('START\n');
  log.output(Buffer.from('early\n'));
  assert.deepEqual(
    clock.timers.map((timer) => timer.delayMs),
    [50],
  );
  clock.timers[0]?.callback();
  assert.deepEqual(messages(), ['START\n', 'early\n']);
  log.output(Buffer.from('late\n'));
  assert.equal(clock.timers.length, 2);
});

test('InvocationLog arms one timer for many short invocations', () => {
  const { log, clock } = harness();
  for (let n = 0; n < 10; n++) {
    log.begin({ tail: false });
    log.platform('START\n');
    log.end();
  }
  assert.equal(clock.timers.length, 1);
});

test('InvocationLog hands over what grows beyond 64 KB at once', () => {
  const { log, batches } = harness();
  const line = Buffer.from(`${'x'.repeat(1023)}\n`);
  for (let n = 0; n < 65; n++) log.output(line);
  assert.equal(batches.length, 1);
  assert.equal(batches[0]?.length, 65);
});

test('InvocationLog.tail is the invocation alone, without the init phase before it', () => {
  const { log } = harness();
  log.platform('INIT_START\n');
  log.begin({ tail: true });
  log.platform('START\n');
  log.output(Buffer.from('grün\n'));
  log.platform('REPORT\n');
  assert.equal(decoded(log.tail()), 'START\ngrün\nREPORT\n');
  log.end();
  assert.equal(decoded(log.tail()), 'START\ngrün\nREPORT\n');
  log.begin({ tail: true });
  assert.equal(log.tail(), '');
});

test('InvocationLog.tail is the last 4 KB, over batches that the sink has', () => {
  const { log, clock } = harness();
  log.begin({ tail: true });
  const lines = Array.from({ length: 900 }, (_, n) => `line ${n} ä\n`);
  for (const [n, line] of lines.entries()) {
    log.output(Buffer.from(line));
    if (n % 100 === 0) clock.timers.at(-1)?.callback();
  }
  log.end();
  const tail = Buffer.from(log.tail(), 'base64');
  assert.equal(tail.length, TAIL_BYTES);
  assert.deepEqual(tail, Buffer.from(lines.join('')).subarray(-TAIL_BYTES));
});

test('InvocationLog.tail is empty when it was not asked for', () => {
  const { log } = harness();
  log.begin({ tail: false });
  log.platform('START\n');
  assert.equal(log.tail(), '');
});
