import type { FilteredLogEvent, FilterLogEventsCommandInput, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#base/clock.ts';
import type { Operation } from '#aws/service.ts';
import type { RecordCursor, RecordLog, StoredRecord } from '#storage/record-log.ts';
import { filterMatcher } from '../filter/filter-pattern.ts';
import { expiryMs, requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, invalidParameter, invalidToken, streamNotFound } from '../logs-errors.ts';
import { eventId, opaqueToken, readOpaqueToken } from '../page-token.ts';

const MAX_EVENTS = 10_000;
const MAX_LENGTH = 1024 * 1024;
/** "Setting startFromHead to false is supported only when startTime is on or after Jan 1, 2024 00:00:00 UTC". */
const BACKWARD_SINCE_MS = Date.UTC(2024, 0, 1);

type Direction = 'forward' | 'backward';

export interface FilterLogEventsDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
  readonly clock: Clock;
}

/**
 * Events of all streams of a group, or of some, merged by time: `interleaved` is always on, as AWS has it since 2019. A page may be
 * empty and still have a token, since one request reads a bounded amount of storage.
 */
export function filterLogEvents(deps: FilterLogEventsDependencies): Operation<FilterLogEventsCommandInput, FilterLogEventsResponse> {
  return async (input, context) => {
    const { logStreamNames, logStreamNamePrefix, startTime, endTime } = input;
    if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefix are mutually exclusive parameters.');
    }
    if (input.startFromHead === false && (startTime ?? 0) < BACKWARD_SINCE_MS) {
      throw invalidParameter('startFromHead can be false only when startTime is on or after Jan 1, 2024 00:00:00 UTC.');
    }
    const matches = filterMatcher(input.filterPattern);
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    const log = deps.store.log(group);
    if (logStreamNames !== undefined) await checkStreams(log, logStreamNames);

    const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
    const direction = token?.direction ?? (input.startFromHead === false ? 'backward' : 'forward');
    const { records, next } = await log.read({
      ...(logStreamNames !== undefined && { tracks: logStreamNames }),
      ...(logStreamNamePrefix !== undefined && { trackPrefix: logStreamNamePrefix }),
      fromMs: Math.max(startTime ?? 0, expiryMs(group, deps.clock.wallMs())),
      // The end is inclusive here, other than in GetLogEvents.
      untilMs: endTime === undefined ? Infinity : endTime + 1,
      direction,
      ...(token !== undefined && { after: token.cursor }),
      limit: input.limit ?? MAX_EVENTS,
      maxLength: MAX_LENGTH,
      ...(matches !== undefined && { matches }),
    });
    return {
      events: records.map(toEvent),
      searchedLogStreams: [],
      ...(next !== undefined && { nextToken: opaqueToken([direction, next.timeMs, next.position]) }),
    };
  };
}

async function checkStreams(log: RecordLog, names: readonly string[]): Promise<void> {
  for (const name of names) if ((await log.track(name)) === undefined) throw streamNotFound();
}

function readToken(token: string): { readonly direction: Direction; readonly cursor: RecordCursor } {
  const [direction, timeMs, position] = readOpaqueToken(token, ['string', 'number', 'number']);
  if (direction !== 'forward' && direction !== 'backward') throw invalidToken();
  return { direction, cursor: { timeMs: Number(timeMs), position: Number(position) } };
}

function toEvent(record: StoredRecord): FilteredLogEvent {
  return {
    logStreamName: record.track,
    timestamp: record.timeMs,
    message: record.message,
    ingestionTime: record.ingestedMs,
    eventId: eventId(record),
  };
}
