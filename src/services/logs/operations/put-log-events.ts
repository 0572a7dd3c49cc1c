import type { InputLogEvent, PutLogEventsCommandInput, PutLogEventsResponse, RejectedLogEventsInfo } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#base/clock.ts';
import type { Operation } from '#aws/service.ts';
import { DAY_MS, expiryMs, requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, invalidParameter, streamNotFound } from '../logs-errors.ts';
import { eventId } from '../page-token.ts';

/** Sum of the messages in UTF-8 plus 26 bytes for each event; one event may fill it. */
const MAX_BATCH_BYTES = 1_048_576;
const EVENT_OVERHEAD_BYTES = 26;
const MAX_AGE_MS = 14 * DAY_MS;
const MAX_FUTURE_MS = 2 * 3600_000;

export interface PutLogEventsDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log' | 'put'>;
  readonly clock: Clock;
}

/** Events too old or too new are left out and told; the rest is stored. Sequence tokens are ignored, as AWS does since 2023. */
export function putLogEvents(deps: PutLogEventsDependencies): Operation<PutLogEventsCommandInput, PutLogEventsResponse> {
  return async (input, context) => {
    const group = deps.store.groups.find(requestedGroup(input, context));
    if (group === undefined) throw groupNotFound();
    const stream = input.logStreamName ?? '';
    if ((await deps.store.log(group).track(stream)) === undefined) throw streamNotFound();

    const nowMs = deps.clock.wallMs();
    const events = (input.logEvents ?? []).map(toRecord);
    checkBatch(events);
    const rejected = rejectedInfo(events, nowMs, expiryMs(group, nowMs));
    const start = Math.max(rejected.tooOldLogEventEndIndex ?? 0, rejected.expiredLogEventEndIndex ?? 0);
    const accepted = events.slice(start, rejected.tooNewLogEventStartIndex ?? events.length);
    const [first, last] = [accepted.at(0), accepted.at(-1)];
    if (first !== undefined && last !== undefined && last.timeMs - first.timeMs > DAY_MS) {
      throw invalidParameter('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
    }
    if (accepted.length > 0) await deps.store.put(group, stream, accepted);
    return {
      nextSequenceToken: eventId({ timeMs: nowMs, position: 0 }),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    };
  };
}

interface EventRecord {
  readonly timeMs: number;
  readonly message: string;
}

function toRecord(event: InputLogEvent): EventRecord {
  return { timeMs: event.timestamp ?? 0, message: event.message ?? '' };
}

function checkBatch(events: readonly EventRecord[]): void {
  if (events.some((event, index) => event.timeMs < (events[index - 1]?.timeMs ?? 0))) {
    throw invalidParameter('Log events in a single PutLogEvents request must be in chronological order.');
  }
  let batchBytes = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(event.message) + EVENT_OVERHEAD_BYTES;
    if (bytes > MAX_BATCH_BYTES) throw invalidParameter(`Log event too large: ${bytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
    batchBytes += bytes;
  }
  if (batchBytes > MAX_BATCH_BYTES) throw invalidParameter(`Upload too large: ${batchBytes} bytes exceeds limit of ${MAX_BATCH_BYTES}`);
}

/** Where the accepted events begin and end; the events are in the order of their times. */
function rejectedInfo(events: readonly EventRecord[], nowMs: number, expiredBeforeMs: number): RejectedLogEventsInfo {
  const before = (timeMs: number): number => events.filter((event) => event.timeMs < timeMs).length;
  const tooOld = before(nowMs - MAX_AGE_MS);
  const expired = before(expiredBeforeMs);
  const notTooNew = before(nowMs + MAX_FUTURE_MS + 1);
  return {
    ...(notTooNew < events.length && { tooNewLogEventStartIndex: notTooNew }),
    ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
    ...(expired > 0 && { expiredLogEventEndIndex: expired }),
  };
}
