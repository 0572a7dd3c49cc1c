import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type {
  DescribeLogGroupsResponse,
  DescribeLogStreamsResponse,
  FilterLogEventsResponse,
  GetLogEventsResponse,
  ListTagsForResourceResponse,
  PutLogEventsResponse,
  StartLiveTailResponse,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { Operation, RequestContext } from '#aws/service.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { SegmentStore } from '#storage/segments/segment-store.ts';
import { LogStore } from './log-store.ts';
import { LOGS_OPERATIONS } from './operations.ts';
import { logsService } from './service.ts';

const NOW_MS = Date.UTC(2026, 10, 20);
const DAY_MS = 86_400_000;
const GROUP = { logGroupName: '/app/one' };
const STREAM = { ...GROUP, logStreamName: 's' };

class FakeClock implements Clock {
  now = NOW_MS;
  readonly timers: (() => void)[] = [];
  wallMs(): number {
    return this.now;
  }
  monotonicMs(): number {
    return this.now;
  }
  schedule(_delayMs: number, callback: () => void): { cancel(): void } {
    this.timers.push(callback);
    return { cancel() {} };
  }
}

interface Harness {
  readonly call: <Output = void>(operation: keyof typeof LOGS_OPERATIONS, input: object) => Promise<Output>;
  readonly store: LogStore;
  readonly clock: FakeClock;
  readonly abort: AbortController;
}

function logsTest(behaviour: string, body: (harness: Harness) => Promise<void>): void {
  test(behaviour, async () => {
    const directory = await mkdtemp(join(tmpdir(), 'logs-'));
    const clock = new FakeClock();
    const records = new SegmentStore({ directory, budgetBytes: 1024 ** 3, clock, logger: silentLogger });
    const documents = new MemoryDocumentStore();
    const store = await LogStore.open({ documents, records, clock, ids: systemIds, logger: silentLogger });
    const service = logsService({ store, clock, ids: systemIds });
    const abort = new AbortController();
    const call = async <Output>(operation: string, input: object): Promise<Output> => {
      const handler = service.operations[operation] as Operation<object, Output> | undefined;
      assert.ok(handler !== undefined, operation);
      return handler(input, contextOf(abort.signal));
    };
    try {
      await body({ call, store, clock, abort });
    } finally {
      abort.abort();
      await store.close();
      await rm(directory, { recursive: true });
    }
  });
}

function contextOf(signal: AbortSignal): RequestContext {
  const accountId = '000000000000' as AccountId;
  return {
    caller: { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId, accessKeyId: 'test' },
    region: 'us-east-1',
    requestId: 'request-1',
    endpoint: 'http://127.0.0.1:4566',
    traceHeader: undefined,
    signal,
  };
}

/** An assertion on an `AwsError`. */
function aws(code: string, message: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof AwsError, String(error));
    assert.deepEqual([error.code, error.message, error.status], [code, message, 400]);
    return true;
  };
}

const NO_GROUP = aws('ResourceNotFoundException', 'The specified log group does not exist.');
const NO_STREAM = aws('ResourceNotFoundException', 'The specified log stream does not exist.');

logsTest('CreateLogGroup, DescribeLogGroups, DeleteLogGroup', async ({ call }) => {
  for (const name of ['/b', '/a', '/c', '/app/one']) await call('CreateLogGroup', { logGroupName: name });
  await assert.rejects(call('CreateLogGroup', GROUP), aws('ResourceAlreadyExistsException', 'The specified log group already exists'));
  const first = await call<DescribeLogGroupsResponse>('DescribeLogGroups', { limit: 3 });
  assert.deepEqual(
    first.logGroups?.map((group) => group.logGroupName),
    ['/a', '/app/one', '/b'],
  );
  assert.deepEqual(first.logGroups?.[1], {
    logGroupName: '/app/one',
    creationTime: NOW_MS,
    metricFilterCount: 0,
    arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one:*',
    logGroupArn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one',
    storedBytes: 0,
    logGroupClass: 'STANDARD',
    deletionProtectionEnabled: false,
  });
  const second = await call<DescribeLogGroupsResponse>('DescribeLogGroups', { limit: 3, nextToken: first.nextToken });
  assert.deepEqual(
    second.logGroups?.map((group) => group.logGroupName),
    ['/c'],
  );
  assert.equal(second.nextToken, undefined);
  const found = await call<DescribeLogGroupsResponse>('DescribeLogGroups', { logGroupNamePrefix: '/a' });
  assert.equal(found.logGroups?.length, 2);
  await assert.rejects(
    call('DescribeLogGroups', { logGroupNamePrefix: '/a', logGroupNamePattern: 'a' }),
    aws('InvalidParameterException', 'LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.'),
  );
  await call('DeleteLogGroup', GROUP);
  await assert.rejects(call('DeleteLogGroup', GROUP), NO_GROUP);
});

logsTest('DeleteLogGroup refuses a protected group until the protection is off', async ({ call }) => {
  await call('CreateLogGroup', { ...GROUP, deletionProtectionEnabled: true });
  await assert.rejects(call('DeleteLogGroup', GROUP), { code: 'ValidationException' });
  await call('PutLogGroupDeletionProtection', { logGroupIdentifier: '/app/one', deletionProtectionEnabled: false });
  await call('DeleteLogGroup', GROUP);
});

logsTest('CreateLogStream, DeleteLogStream', async ({ call }) => {
  await assert.rejects(call('CreateLogStream', STREAM), NO_GROUP);
  await call('CreateLogGroup', GROUP);
  await call('CreateLogStream', STREAM);
  await assert.rejects(call('CreateLogStream', STREAM), aws('ResourceAlreadyExistsException', 'The specified log stream already exists'));
  await call('DeleteLogStream', STREAM);
  await assert.rejects(call('DeleteLogStream', STREAM), NO_STREAM);
});

logsTest('DescribeLogStreams orders by name or last event, in pages, either way', async ({ call }) => {
  await call('CreateLogGroup', GROUP);
  for (const [stream, timestamp] of [
    ['a', 3],
    ['b', 1],
    ['c', 2],
    ['d', 2],
  ] as const) {
    await call('CreateLogStream', { ...GROUP, logStreamName: stream });
    await call('PutLogEvents', { ...GROUP, logStreamName: stream, logEvents: [{ timestamp: NOW_MS + timestamp, message: 'x' }] });
  }
  const names = async (input: object): Promise<readonly (string | undefined)[]> => {
    const found: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page: DescribeLogStreamsResponse = await call('DescribeLogStreams', { ...GROUP, limit: 2, ...input, nextToken });
      found.push(...(page.logStreams ?? []).map((stream) => stream.logStreamName));
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  };
  assert.deepEqual(await names({}), ['a', 'b', 'c', 'd']);
  assert.deepEqual(await names({ descending: true }), ['d', 'c', 'b', 'a']);
  assert.deepEqual(await names({ orderBy: 'LastEventTime' }), ['b', 'c', 'd', 'a']);
  assert.deepEqual(await names({ orderBy: 'LastEventTime', descending: true }), ['a', 'd', 'c', 'b']);
  assert.deepEqual(await names({ logStreamNamePrefix: 'b' }), ['b']);
  await assert.rejects(
    call('DescribeLogStreams', { ...GROUP, orderBy: 'LastEventTime', logStreamNamePrefix: 'b' }),
    aws('InvalidParameterException', 'Cannot order by LastEventTime with a logStreamNamePrefix.'),
  );
  const { logStreams } = await call<DescribeLogStreamsResponse>('DescribeLogStreams', { ...GROUP, limit: 1 });
  assert.deepEqual(
    { ...logStreams?.[0], uploadSequenceToken: '' },
    {
      logStreamName: 'a',
      creationTime: NOW_MS,
      firstEventTimestamp: NOW_MS + 3,
      lastEventTimestamp: NOW_MS + 3,
      lastIngestionTime: NOW_MS,
      uploadSequenceToken: '',
      arn: 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one:log-stream:a',
      storedBytes: 0,
    },
  );
});

logsTest('PutLogEvents rejects what is too old, expired or too new, and stores the rest', async ({ call }) => {
  await call('CreateLogGroup', GROUP);
  await call('CreateLogStream', STREAM);
  const put = (times: readonly number[]): Promise<PutLogEventsResponse> =>
    call('PutLogEvents', { ...STREAM, logEvents: times.map((timestamp) => ({ timestamp, message: `at ${timestamp}` })) });
  const answer = await put([NOW_MS - 15 * DAY_MS, NOW_MS - 14 * DAY_MS - 1, NOW_MS, NOW_MS + 7_200_000, NOW_MS + 7_200_001]);
  assert.deepEqual(answer.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 2, tooNewLogEventStartIndex: 4 });
  assert.match(answer.nextSequenceToken ?? '', /^\d{56}$/);
  assert.deepEqual(await stored(call), [`at ${NOW_MS}`, `at ${NOW_MS + 7_200_000}`]);
  await call('PutRetentionPolicy', { ...GROUP, retentionInDays: 1 });
  const expired = await put([NOW_MS - 2 * DAY_MS, NOW_MS]);
  assert.deepEqual(expired.rejectedLogEventsInfo, { expiredLogEventEndIndex: 1 });
});

logsTest('PutLogEvents refuses batches as AWS does', async ({ call }) => {
  await assert.rejects(call('PutLogEvents', { ...STREAM, logEvents: [] }), NO_GROUP);
  await call('CreateLogGroup', GROUP);
  await assert.rejects(call('PutLogEvents', { ...STREAM, logEvents: [] }), NO_STREAM);
  await call('CreateLogStream', STREAM);
  const refused = async (logEvents: readonly object[], message: string): Promise<void> => {
    await assert.rejects(call('PutLogEvents', { ...STREAM, logEvents }), aws('InvalidParameterException', message));
  };
  await refused(
    [
      { timestamp: NOW_MS, message: 'a' },
      { timestamp: NOW_MS - 1, message: 'b' },
    ],
    'Log events in a single PutLogEvents request must be in chronological order.',
  );
  await refused(
    [
      { timestamp: NOW_MS - DAY_MS - 1, message: 'a' },
      { timestamp: NOW_MS, message: 'b' },
    ],
    'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
  );
  await refused(
    ['x', 'y'].map((letter) => ({ timestamp: NOW_MS, message: letter.repeat(524_263) })),
    'Upload too large: 1048578 bytes exceeds limit of 1048576',
  );
  await call('PutLogEvents', { ...STREAM, logEvents: [{ timestamp: NOW_MS, message: 'x'.repeat(1_048_550) }] });
});

logsTest('GetLogEvents pages both ways and follows what is written later', async ({ call }) => {
  await assert.rejects(call('GetLogEvents', STREAM), NO_GROUP);
  await call('CreateLogGroup', GROUP);
  await assert.rejects(call('GetLogEvents', STREAM), NO_STREAM);
  await call('CreateLogStream', STREAM);
  const get = (input: object): Promise<GetLogEventsResponse> => call('GetLogEvents', { ...STREAM, ...input });
  const put = (messages: string): Promise<unknown> =>
    call('PutLogEvents', { ...STREAM, logEvents: messages.split('').map((message) => ({ timestamp: NOW_MS, message })) });
  const text = (page: GetLogEventsResponse): string => (page.events ?? []).map((event) => event.message).join('');

  const empty = await get({ startFromHead: true });
  await put('abcdef');
  assert.equal(text(await get({ nextToken: empty.nextForwardToken, startFromHead: true })), 'abcdef');
  const newest = await get({ limit: 2 });
  assert.equal(text(newest), 'ef');
  const older = await get({ limit: 3, nextToken: newest.nextBackwardToken });
  assert.equal(text(older), 'bcd');
  assert.equal(text(await get({ limit: 3, nextToken: older.nextForwardToken })), 'ef');
  const oldest = await get({ limit: 3, nextToken: older.nextBackwardToken });
  assert.equal(text(oldest), 'a');
  const before = await get({ nextToken: oldest.nextBackwardToken });
  assert.equal(text(before), '');
  assert.equal(before.nextBackwardToken, oldest.nextBackwardToken);
  assert.equal(text(await get({ limit: 2, nextToken: before.nextForwardToken })), 'ab');

  const end = await get({ startFromHead: true });
  assert.equal(text(end), 'abcdef');
  const again = await get({ startFromHead: true, nextToken: end.nextForwardToken });
  assert.equal(text(again), '');
  assert.equal(again.nextForwardToken, end.nextForwardToken);
  assert.equal(text(await get({ limit: 1, nextToken: again.nextBackwardToken })), 'f');
  await put('g');
  assert.equal(text(await get({ nextToken: again.nextForwardToken })), 'g');
  assert.match(end.nextForwardToken ?? '', /^f\/\d{56}\/s$/);
  await assert.rejects(get({ nextToken: 'f/1' }), aws('InvalidParameterException', 'The specified nextToken is invalid.'));
});

logsTest('GetLogEvents includes startTime and excludes endTime, FilterLogEvents includes both', async ({ call }) => {
  await call('CreateLogGroup', GROUP);
  await call('CreateLogStream', STREAM);
  await call('PutLogEvents', { ...STREAM, logEvents: [1, 2, 3].map((n) => ({ timestamp: NOW_MS + n, message: String(n) })) });
  const range = { startTime: NOW_MS + 2, endTime: NOW_MS + 3 };
  const got = await call<GetLogEventsResponse>('GetLogEvents', { ...STREAM, ...range });
  assert.deepEqual(got.events, [{ timestamp: NOW_MS + 2, message: '2', ingestionTime: NOW_MS }]);
  const filtered = await call<FilterLogEventsResponse>('FilterLogEvents', { ...GROUP, ...range });
  assert.deepEqual(
    filtered.events?.map((event) => event.message),
    ['2', '3'],
  );
});

logsTest('FilterLogEvents merges streams, filters, and pages without loss', async ({ call, store }) => {
  const name = { accountId: '000000000000', region: 'us-east-1', group: '/app/one' };
  for (let n = 0; n < 30; n++) {
    const line = { timeMs: NOW_MS + n, message: n % 3 === 0 ? `ERROR ${n}\n` : `fine ${n}\n`, origin: 'function' } as const;
    store.append({ ...name, stream: n % 2 === 0 ? 'even' : 'odd' }, [line]);
    if (n % 7 === 0) await store.flush();
  }
  const filter = async (input: object): Promise<readonly number[]> => {
    const found: number[] = [];
    const ids = new Set<string | undefined>();
    let nextToken: string | undefined;
    do {
      const page: FilterLogEventsResponse = await call('FilterLogEvents', { ...GROUP, limit: 4, ...input, nextToken });
      for (const event of page.events ?? []) {
        assert.equal(ids.has(event.eventId), false);
        ids.add(event.eventId);
        found.push((event.timestamp ?? 0) - NOW_MS);
      }
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return found;
  };
  const all = Array.from({ length: 30 }, (_, n) => n);
  assert.deepEqual(await filter({ interleaved: true }), all);
  assert.deepEqual(await filter({ startFromHead: false, startTime: NOW_MS }), all.toReversed());
  assert.deepEqual(
    await filter({ filterPattern: 'ERROR' }),
    all.filter((n) => n % 3 === 0),
  );
  assert.deepEqual(
    await filter({ logStreamNames: ['odd'] }),
    all.filter((n) => n % 2 === 1),
  );
  assert.deepEqual(
    await filter({ logStreamNamePrefix: 'ev', filterPattern: '-ERROR' }),
    all.filter((n) => n % 2 === 0 && n % 3 !== 0),
  );
  assert.deepEqual(
    await filter({ logGroupName: undefined, logGroupIdentifier: 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one' }),
    all,
  );
  await assert.rejects(filter({ logStreamNames: ['even', 'none'] }), NO_STREAM);
  await assert.rejects(filter({ logGroupName: '/none' }), NO_GROUP);
  await assert.rejects(filter({ filterPattern: '{ $.x' }), aws('InvalidParameterException', 'Invalid filter pattern'));
  await assert.rejects(filter({ startFromHead: false }), { code: 'InvalidParameterException' });
  await assert.rejects(filter({ logStreamNames: ['odd'], logStreamNamePrefix: 'o' }), { code: 'InvalidParameterException' });
});

logsTest('PutRetentionPolicy hides what is older, DeleteRetentionPolicy shows it again', async ({ call, store, clock }) => {
  store.append({ accountId: '000000000000', region: 'us-east-1', group: '/app/one', stream: 's' }, [
    { timeMs: NOW_MS, message: 'x', origin: 'function' },
  ]);
  await call('PutRetentionPolicy', { ...GROUP, retentionInDays: 1 });
  assert.equal((await call<DescribeLogGroupsResponse>('DescribeLogGroups', {})).logGroups?.[0]?.retentionInDays, 1);
  clock.now += DAY_MS + 1;
  assert.deepEqual(await stored(call), []);
  await call('DeleteRetentionPolicy', GROUP);
  assert.deepEqual(await stored(call), ['x']);
  await assert.rejects(call('PutRetentionPolicy', { ...GROUP, retentionInDays: 2 }), { code: 'InvalidParameterException' });
  await assert.rejects(call('PutRetentionPolicy', { logGroupName: '/none', retentionInDays: 1 }), NO_GROUP);
});

logsTest('tags by resource and by group name', async ({ call }) => {
  const resourceArn = 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one';
  await call('CreateLogGroup', { ...GROUP, tags: { a: '1' } });
  await call('TagResource', { resourceArn, tags: { b: '2' } });
  await call('TagLogGroup', { ...GROUP, tags: { c: '3' } });
  await call('UntagResource', { resourceArn, tagKeys: ['a'] });
  assert.deepEqual(await call<ListTagsForResourceResponse>('ListTagsForResource', { resourceArn: `${resourceArn}:*` }), {
    tags: { b: '2', c: '3' },
  });
  await call('UntagLogGroup', { ...GROUP, tags: ['b'] });
  assert.deepEqual(await call<ListTagsForResourceResponse>('ListTagsLogGroup', GROUP), { tags: { c: '3' } });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key${n}`, '']));
  await assert.rejects(call('TagResource', { resourceArn, tags: many }), { code: 'TooManyTagsException' });
  await assert.rejects(call('TagResource', { resourceArn: `${resourceArn}2`, tags: {} }), { code: 'ResourceNotFoundException' });
});

logsTest('StartLiveTail streams what matches, an update each second, until the client leaves', async ({ call, store, clock, abort }) => {
  await call('CreateLogGroup', GROUP);
  const identifier = 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one';
  const input = { logGroupIdentifiers: [identifier], logStreamNamePrefixes: ['w'], logEventFilterPattern: 'yes' };
  await assert.rejects(call('StartLiveTail', { logGroupIdentifiers: [`${identifier}2`] }), NO_GROUP);
  const { responseStream } = await call<StartLiveTailResponse>('StartLiveTail', input);
  const events = responseStream?.[Symbol.asyncIterator]();
  const start = await events?.next();
  const { sessionStart } = (start?.value ?? {}) as { readonly sessionStart?: { readonly logGroupIdentifiers?: unknown } };
  assert.deepEqual(sessionStart?.logGroupIdentifiers, [identifier]);
  const lines = ['yes 1', 'no', 'yes 2'].map((message) => ({ timeMs: NOW_MS, message, origin: 'function' as const }));
  for (const stream of ['wanted', 'other'])
    store.append({ accountId: '000000000000', region: 'us-east-1', group: '/app/one', stream }, lines);
  const update = events?.next();
  clock.timers.at(-1)?.();
  const event = (message: string): object => {
    return { logStreamName: 'wanted', logGroupIdentifier: '000000000000:/app/one', message, timestamp: NOW_MS, ingestionTime: NOW_MS };
  };
  assert.deepEqual((await update)?.value, {
    sessionUpdate: { sessionMetadata: { sampled: false }, sessionResults: [event('yes 1'), event('yes 2')] },
  });
  const last = events?.next();
  abort.abort();
  assert.equal((await last)?.done, true);
});

test('logsPermissions names action and resource as AWS does', () => {
  const service = logsService({ store: { groups: {} } as LogStore, clock: new FakeClock(), ids: systemIds });
  const permissions = (operation: string, input: Readonly<Record<string, unknown>>): readonly unknown[] =>
    service.permissions(operation, input, contextOf(new AbortController().signal)).map(({ action, resource }) => `${action} ${resource}`);
  const group = 'arn:aws:logs:us-east-1:000000000000:log-group:/app/one';
  assert.deepEqual(permissions('PutLogEvents', STREAM), [`logs:PutLogEvents ${group}:log-stream:s`]);
  assert.deepEqual(permissions('CreateLogGroup', GROUP), [`logs:CreateLogGroup ${group}:log-stream:`]);
  assert.deepEqual(permissions('FilterLogEvents', { logGroupIdentifier: group }), [`logs:FilterLogEvents ${group}:log-stream:`]);
  assert.deepEqual(permissions('DescribeLogGroups', {}), [
    'logs:DescribeLogGroups arn:aws:logs:us-east-1:000000000000:log-group::log-stream:',
  ]);
  assert.deepEqual(permissions('TagResource', { resourceArn: `${group}:*` }), [`logs:TagResource ${group}`]);
  assert.deepEqual(permissions('StartLiveTail', { logGroupIdentifiers: [group] }), [`logs:StartLiveTail ${group}:log-stream:`]);
});

async function stored(call: Harness['call']): Promise<readonly (string | undefined)[]> {
  const { events = [] } = await call<GetLogEventsResponse>('GetLogEvents', STREAM);
  return events.map((event) => event.message);
}
