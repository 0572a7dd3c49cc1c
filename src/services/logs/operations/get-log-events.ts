import type { GetLogEventsCommandInput, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#base/clock.ts';
import type { Operation } from '#aws/service.ts';
import type { RecordCursor, StoredRecord } from '#storage/record-log.ts';
import { expiryMs, requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, streamNotFound } from '../logs-errors.ts';
import { cursorOf, readStreamToken, streamToken } from '../page-token.ts';

/** "As many log events as can fit in a response size of 1 MB (up to 10,000 log events)". */
const MAX_EVENTS = 10_000;
const MAX_LENGTH = 1024 * 1024;

export interface GetLogEventsDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
  readonly clock: Clock;
}

/**
 * Always in the order of time; without a token the newest events, or the oldest with `startFromHead`. A token stands beside an event:
 * at the end of the stream the same one is returned again, and finds what is written later.
 */
export function getLogEvents(deps: GetLogEventsDependencies): Operation<GetLogEventsCommandInput, GetLogEventsResponse> {
  return async (input, context) => {
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    const log = deps.store.log(group);
    const stream = input.logStreamName ?? '';
    if ((await log.track(stream)) === undefined) throw streamNotFound();

    const token = input.nextToken === undefined ? undefined : readStreamToken(input.nextToken);
    const direction = token?.direction ?? (input.startFromHead === true ? 'forward' : 'backward');
    const fromMs = Math.max(input.startTime ?? 0, expiryMs(group, deps.clock.wallMs()));
    const { records } = await log.read({
      tracks: [stream],
      fromMs,
      untilMs: input.endTime ?? Infinity,
      direction,
      ...(token !== undefined && { after: token.cursor }),
      limit: input.limit ?? MAX_EVENTS,
      maxLength: MAX_LENGTH,
    });
    const events = direction === 'forward' ? records : records.toReversed();
    const cursor = token?.cursor ?? startCursor(fromMs);
    return {
      events: events.map((record) => ({ timestamp: record.timeMs, message: record.message, ingestionTime: record.ingestedMs })),
      nextForwardToken: streamToken('forward', forwardPlace(events, direction, cursor)),
      nextBackwardToken: streamToken('backward', backwardPlace(events, direction, cursor)),
    };
  };
}

/** After the page's last event. An empty page turns round without losing the event beside its token: positions are whole. */
function forwardPlace(events: readonly StoredRecord[], direction: 'forward' | 'backward', cursor: RecordCursor): RecordCursor {
  const last = events.at(-1);
  if (last !== undefined) return cursorOf(last);
  return direction === 'forward' ? cursor : { ...cursor, position: Math.max(0, cursor.position - 1) };
}

function backwardPlace(events: readonly StoredRecord[], direction: 'forward' | 'backward', cursor: RecordCursor): RecordCursor {
  const first = events.at(0);
  if (first !== undefined) return cursorOf(first);
  return direction === 'backward' ? cursor : { ...cursor, position: cursor.position + 1 };
}

/** Before all that a stream without events may get. */
function startCursor(fromMs: number): RecordCursor {
  return { timeMs: Math.floor(fromMs), position: 0 };
}
