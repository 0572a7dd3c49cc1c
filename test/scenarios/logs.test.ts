import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Account } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';

/** The lines of a log stream: their order and their exact shape. */

const MS = '\\d+\\.\\d\\d ms';
const TIME = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z';

const initStart = (runtime: string): string =>
  `INIT_START Runtime Version: ${runtime}\\.v\\d+\\tRuntime Version ARN: arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}\\n`;
const START = 'START RequestId: <id> Version: \\$LATEST\\n';
const END = 'END RequestId: <id>\\n';
/** Init is billed, and reported once. */
const COLD = `REPORT RequestId: <id>\\tDuration: ${MS}\\tBilled Duration: \\d+ ms\\tMemory Size: 256 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: ${MS}\\t\\n`;
const WARM = `REPORT RequestId: <id>\\tDuration: ${MS}\\tBilled Duration: \\d+ ms\\tMemory Size: 256 MB\\tMax Memory Used: \\d+ MB\\t\\n`;

const NODE = `
console.log('loading');
export const handler = async (event, context) => {
  console.log('first', { n: 1 });
  console.error('two\\nlines');
  process.stdout.write('raw');
  return context.awsRequestId;
};`;

const PYTHON = `
import logging, sys
print("loading")
def handler(event, context):
    print("first", {"n": 1})
    logging.getLogger().warning("two\\nlines")
    sys.stdout.write("raw")
    return context.aws_request_id`;

describe('log streams', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  /** Each message matches the pattern at its place, where `<id>` stands for the invocation's request id. */
  function assertLines(messages: readonly string[], expected: readonly (readonly [pattern: string, requestId: string])[]): void {
    for (const [index, [pattern, requestId]] of expected.entries()) {
      assert.match(
        messages[index] ?? '',
        new RegExp(`^${pattern.replaceAll('<id>', requestId)}$`),
        `line ${index} of ${JSON.stringify(messages, undefined, 1)}`,
      );
    }
    assert.equal(messages.length, expected.length, JSON.stringify(messages, undefined, 1));
  }

  test('Node: INIT_START, what init prints, START, the lines of the function, END, REPORT; Init Duration once', async () => {
    await account.deploy('node', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': NODE } });
    const [cold, warm] = [await account.result<string>('node'), await account.result<string>('node')];
    const printed = (requestId: string): readonly (readonly [string, string])[] => [
      [`${TIME}\\t<id>\\tINFO\\tfirst \\{ n: 1 \\}\\n`, requestId],
      [`${TIME}\\t<id>\\tERROR\\ttwo\\rlines\\n`, requestId],
      ['raw\\n', requestId],
    ];
    assertLines(await account.messages('node', 2), [
      [initStart('nodejs:24'), ''],
      [`${TIME}\\t-\\tINFO\\tloading\\n`, ''],
      [START, cold],
      ...printed(cold),
      [END, cold],
      [COLD, cold],
      [START, warm],
      ...printed(warm),
      [END, warm],
      [WARM, warm],
    ]);
  });

  test('Python: the same', async () => {
    await account.deploy('python', { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': PYTHON } });
    const [cold, warm] = [await account.result<string>('python'), await account.result<string>('python')];
    const printed = (requestId: string): readonly (readonly [string, string])[] => [
      ["first \\{'n': 1\\}\\n", requestId],
      [`\\[WARNING\\]\\t${TIME}\\t<id>\\ttwo\\n`, requestId],
      ['lines\\n', requestId],
      ['raw\\n', requestId],
    ];
    assertLines(await account.messages('python', 2), [
      [initStart('python:3\\.12'), ''],
      ['loading\\n', ''],
      [START, cold],
      ...printed(cold),
      [END, cold],
      [COLD, cold],
      [START, warm],
      ...printed(warm),
      [END, warm],
      [WARM, warm],
    ]);
  });

  test('as recorded in TestCloudwatchLogs::test_multi_line_prints: a line ends at \\n, a \\r stays in it', async () => {
    const source = `
def handler(event, context):
    print("multi")
    print("line\\nstring")
    print("another\\rline")
    return context.aws_request_id`;
    await account.deploy('multi', { runtime: 'python3.13', handler: 'index.handler', files: { 'index.py': source } });
    const id = await account.result<string>('multi');
    assertLines(await account.messages('multi', 1), [
      [initStart('python:3\\.13'), ''],
      [START, id],
      ['multi\\n', id],
      ['line\\n', id],
      ['string\\n', id],
      ['another\\rline\\n', id],
      [END, id],
      [COLD, id],
    ]);
  });

  test('JSON format: every line is one record', async () => {
    const source = `
export const handler = async (event, context) => {
  console.info('counted', { n: 1 });
  console.debug('not at this level');
  return context.awsRequestId;
};`;
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'INFO', SystemLogLevel: 'DEBUG' } as const;
    await account.deploy('json', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': source },
      more: { LoggingConfig },
    });
    const requestId = await account.result<string>('json');
    const records = (await account.messages('json', 1)).map((message) => JSON.parse(message) as Record<string, unknown>);
    assert.deepEqual(
      records.map(({ type, level, message }) => type ?? [level, message]),
      [
        'platform.initStart',
        'platform.initRuntimeDone',
        'platform.initReport',
        'platform.start',
        ['INFO', 'counted { n: 1 }'],
        'platform.runtimeDone',
        'platform.report',
      ],
    );
    for (const record of records) assert.match(String(record['time'] ?? record['timestamp']), new RegExp(`^${TIME}$`));
    const [, , , start, line, done, report] = records.map(({ record, ...rest }): Readonly<Record<string, unknown>> => ({
      ...rest,
      ...(record as object),
    }));
    assert.deepEqual([start?.['requestId'], start?.['version']], [requestId, '$LATEST']);
    assert.equal(line?.['requestId'], requestId);
    assert.deepEqual([done?.['requestId'], done?.['status']], [requestId, 'success']);
    assert.deepEqual([report?.['requestId'], report?.['status']], [requestId, 'success']);
    assert.deepEqual(Object.keys(report?.['metrics'] ?? {}).toSorted(), [
      'billedDurationMs',
      'durationMs',
      'initDurationMs',
      'maxMemoryUsedMB',
      'memorySizeMB',
    ]);
  });

  test('JSON format: levels of a Python logger and of the platform', async () => {
    const source = `
import logging
def handler(event, context):
    for level in ("debug", "info", "warning", "error"):
        getattr(logging.getLogger(), level)(level)`;
    const LoggingConfig = { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', SystemLogLevel: 'WARN' } as const;
    const files = { 'index.py': source };
    await account.deploy('levels', { runtime: 'python3.12', handler: 'index.handler', files, more: { LoggingConfig } });
    const { log } = await account.invoke('levels');
    const lines = log.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      lines.map((line) => (JSON.parse(line) as { readonly message: string }).message),
      ['warning', 'error'],
    );
  });

  test('JSON format: lines of a custom runtime are made records, and those below the level are dropped', async () => {
    const bootstrap = `#!/bin/bash
API="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"
HEADERS="$(mktemp)"
while true; do
  curl -sS -D "$HEADERS" "$API/next" > /dev/null
  ID="$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)"
  echo 'plain text'
  echo '{"level":"DEBUG","message":"too low"}'
  echo '{"level":"ERROR","message":"high","timestamp":"2026-11-20T10:00:00Z"}'
  curl -sS "$API/$ID/response" -d '"'$ID'"' > /dev/null
done
`;
    const LoggingConfig = { LogFormat: 'JSON', SystemLogLevel: 'WARN' } as const;
    const files = [{ name: 'bootstrap', mode: 0o100755, content: bootstrap }];
    await account.deploy('custom', { runtime: 'provided.al2023', handler: 'none', files, more: { LoggingConfig } });
    const { body, log } = await account.invoke('custom');
    const [plain = '', high, ...more] = log.split('\n').filter((line) => line !== '');
    const { timestamp, ...rest } = JSON.parse(plain) as Readonly<Record<string, unknown>>;
    assert.match(String(timestamp), new RegExp(`^${TIME}$`));
    assert.deepEqual(rest, { level: 'INFO', message: 'plain text', requestId: body });
    assert.equal(high, '{"level":"ERROR","message":"high","timestamp":"2026-11-20T10:00:00Z"}');
    assert.deepEqual(more, []);
  });

  test('a line is cut at 256 KB, and the tail of an invocation is its last 4 KB', async () => {
    const source = `
def handler(event, context):
    print("x" * (300 * 1024))
    return context.log_stream_name`;
    await account.deploy('long', { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': source } });
    const { body, log } = await account.invoke('long');
    assert.equal(Buffer.byteLength(log), 4096);
    assert.match(log, /^x+\nEND RequestId: [^\n]+\nREPORT RequestId: [^\n]+\n$/);
    const request = new GetLogEventsCommand({ logGroupName: '/aws/lambda/long', logStreamName: String(body), startFromHead: true });
    await account.messages('long', 1);
    const { events = [] } = await account.logs.send(request);
    const lengths = events.map(({ message = '' }) => message.length).filter((length) => length > 1000);
    assert.deepEqual(lengths, [256 * 1024, 44 * 1024 + 1]);
  });
});
