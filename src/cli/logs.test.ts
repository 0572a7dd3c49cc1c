import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  CloudWatchLogsClient,
  ResourceNotFoundException,
  type FilteredLogEvent,
  type FilterLogEventsCommandInput,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#base/clock.ts';
import type { LogsArguments } from './command-line.ts';
import { logs } from './logs.ts';

const NOW_MS = 1_700_000_000_000;

type Page = Pick<FilterLogEventsCommandOutput, 'events' | 'nextToken'>;

/** Runs the command against prepared pages; following ends when the last one is given out. Timers fire at once. */
async function run(request: Partial<LogsArguments>, pages: readonly (Page | Error)[]) {
  const inputs: FilterLogEventsCommandInput[] = [];
  const delays: number[] = [];
  const stop = new AbortController();
  const client = new CloudWatchLogsClient({ region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  client.middlewareStack.add(
    () => async (args) => {
      const page = pages[inputs.length];
      inputs.push(args.input as FilterLogEventsCommandInput);
      if (inputs.length === pages.length) stop.abort();
      if (page instanceof Error) throw page;
      return { response: {}, output: { $metadata: {}, ...page } };
    },
    { step: 'initialize', priority: 'high' },
  );
  const clock: Clock = {
    wallMs: () => NOW_MS,
    monotonicMs: () => 0,
    schedule(delayMs, callback) {
      delays.push(delayMs);
      queueMicrotask(callback);
      return { cancel: () => {} };
    },
  };
  const written = { out: '', err: '' };
  const status = await logs(
    { functionName: 'hello', follow: false, sinceMinutes: 60, ...request },
    {
      client,
      clock,
      endpoint: 'http://127.0.0.1:4566',
      ...(request.follow === true ? { signal: stop.signal } : {}),
      terminal: {
        out: (text) => void (written.out += text),
        err: (text) => void (written.err += text),
      },
    },
  );
  return { status, written, inputs, delays };
}

const event = (eventId: string, message: string, offsetMs = 0): FilteredLogEvent => ({ eventId, message, timestamp: NOW_MS + offsetMs });

suite('logs', () => {
  test("prints all pages of the function's group, dated, without a doubled newline", async () => {
    const { status, written, inputs } = await run({ sinceMinutes: 5 }, [
      { events: [event('1', 'START\n')], nextToken: 'more' },
      { events: [event('2', 'END\n', 1)] },
    ]);
    assert.equal(status, 0);
    assert.equal(written.out, '2023-11-14T22:13:20.000Z START\n2023-11-14T22:13:20.001Z END\n');
    assert.deepEqual(inputs, [
      { logGroupName: '/aws/lambda/hello', startTime: NOW_MS - 300_000 },
      { logGroupName: '/aws/lambda/hello', startTime: NOW_MS - 300_000, nextToken: 'more' },
    ]);
  });

  test('following asks again each second, a little further back, and prints each event once', async () => {
    const { written, inputs, delays } = await run({ follow: true }, [
      { events: [event('1', 'a')] },
      { events: [event('1', 'a'), event('0', 'late', -5)] },
      { events: [event('1', 'a'), event('0', 'late', -5), event('2', 'b', 9)] },
    ]);
    assert.equal(written.out, '2023-11-14T22:13:20.000Z a\n2023-11-14T22:13:19.995Z late\n2023-11-14T22:13:20.009Z b\n');
    assert.deepEqual(
      inputs.map((input) => input.startTime),
      [NOW_MS - 3_600_000, NOW_MS - 10_000, NOW_MS - 10_000],
    );
    assert.deepEqual(delays, [1000, 1000]);
  });

  test('a function that never logged is one line; following waits for its first', async () => {
    const missing = new ResourceNotFoundException({ message: 'The specified log group does not exist.', $metadata: {} });
    const { status, written } = await run({}, [missing]);
    assert.equal(status, 1);
    assert.equal(written.err, 'hearth: ResourceNotFoundException: The specified log group does not exist.\n');
    const following = await run({ follow: true }, [missing, missing, { events: [event('1', 'a')] }]);
    assert.deepEqual(following.written, { out: '2023-11-14T22:13:20.000Z a\n', err: '' });
  });
});
