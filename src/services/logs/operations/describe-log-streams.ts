import type { DescribeLogStreamsCommandInput, DescribeLogStreamsResponse, LogStream } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import type { Track } from '#storage/record-log.ts';
import { logStreamArn, requestedGroup, type LogGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, invalidParameter } from '../logs-errors.ts';
import { eventId, opaqueToken, readOpaqueToken } from '../page-token.ts';

const DEFAULT_LIMIT = 50;

export interface DescribeLogStreamsDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
}

/** By name or by the time of the last event; equal times go by name. A token holds what the last stream was sorted by. */
export function describeLogStreams(
  deps: DescribeLogStreamsDependencies,
): Operation<DescribeLogStreamsCommandInput, DescribeLogStreamsResponse> {
  return async (input, context) => {
    const { logStreamNamePrefix: prefix } = input;
    const byTime = input.orderBy === 'LastEventTime';
    if (byTime && prefix !== undefined) throw invalidParameter('Cannot order by LastEventTime with a logStreamNamePrefix.');
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();

    const sign = input.descending === true ? -1 : 1;
    const compare = (a: SortKey, b: SortKey): number => sign * ((byTime ? a.timeMs - b.timeMs : 0) || (a.name < b.name ? -1 : 1));
    const after = input.nextToken === undefined ? undefined : readSortKey(input.nextToken);
    const tracks = (await deps.store.log(group).tracks())
      .filter((track) => track.name.startsWith(prefix ?? ''))
      .filter((track) => after === undefined || (track.name !== after.name && compare(sortKey(track), after) > 0))
      .toSorted((a, b) => compare(sortKey(a), sortKey(b)));
    const limit = input.limit ?? DEFAULT_LIMIT;
    const page = tracks.slice(0, limit);
    const last = page.at(-1);
    return {
      logStreams: page.map((track) => describe(group, track)),
      ...(tracks.length > limit && last !== undefined && { nextToken: opaqueToken([sortKey(last).timeMs, last.name]) }),
    };
  };
}

interface SortKey {
  readonly timeMs: number;
  readonly name: string;
}

/** A stream without events counts as oldest. */
function sortKey(track: Track): SortKey {
  return { timeMs: track.span?.lastMs ?? 0, name: track.name };
}

function readSortKey(token: string): SortKey {
  const [timeMs, name] = readOpaqueToken(token, ['number', 'string']);
  return { timeMs: Number(timeMs), name: String(name) };
}

function describe(group: LogGroup, track: Track): LogStream {
  return {
    logStreamName: track.name,
    creationTime: track.createdMs,
    ...(track.span !== undefined && {
      firstEventTimestamp: track.span.firstMs,
      lastEventTimestamp: track.span.lastMs,
      lastIngestionTime: track.span.lastIngestedMs,
      // Sequence tokens are accepted and ignored, but still shown.
      uploadSequenceToken: eventId({ timeMs: track.span.lastIngestedMs, position: 0 }),
    }),
    arn: logStreamArn(group, track.name),
    // Since 2019 the service says 0 for every stream.
    storedBytes: 0,
  };
}
