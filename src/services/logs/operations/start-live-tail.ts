import type {
  LiveTailSessionLogEvent,
  StartLiveTailCommandInput,
  StartLiveTailResponse,
  StartLiveTailResponseStream,
} from '@aws-sdk/client-cloudwatch-logs';
import { sleep, type Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { AwsError } from '#aws/errors.ts';
import type { Operation, RequestContext } from '#aws/service.ts';
import { filterMatcher } from '../filter/filter-pattern.ts';
import { logGroupArn, requestedGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { groupNotFound, invalidParameter } from '../logs-errors.ts';

const UPDATE_INTERVAL_MS = 1000;
/** Of one update; what is beyond is left out, and the update says that it is sampled. */
const MAX_EVENTS = 500;
const MAX_SESSION_MS = 3 * 3600_000;

export interface StartLiveTailDependencies {
  readonly store: Pick<LogStore, 'groups' | 'listen'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** An update each second with the events since the last one, until the client goes away or three hours have passed. */
export function startLiveTail(deps: StartLiveTailDependencies): Operation<StartLiveTailCommandInput, StartLiveTailResponse> {
  return (input, context) => {
    const { logGroupIdentifiers = [], logStreamNames, logStreamNamePrefixes } = input;
    if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
      throw invalidParameter('logStreamNames and logStreamNamePrefixes are mutually exclusive parameters.');
    }
    if (logGroupIdentifiers.length > 1 && (logStreamNames ?? logStreamNamePrefixes) !== undefined) {
      throw invalidParameter('Log streams can be chosen only when there is one log group.');
    }
    for (const logGroupIdentifier of logGroupIdentifiers) {
      if (deps.store.groups.find(requestedGroup({ logGroupIdentifier }, context)) === undefined) throw groupNotFound();
    }
    // Checked here, so that a wrong pattern is an answer and not the end of a stream.
    filterMatcher(input.logEventFilterPattern);
    return { responseStream: session(deps, input, context) };
  };
}

async function* session(
  deps: StartLiveTailDependencies,
  input: StartLiveTailCommandInput,
  context: RequestContext,
): AsyncGenerator<StartLiveTailResponseStream> {
  const matches = filterMatcher(input.logEventFilterPattern);
  const groups = new Set(
    (input.logGroupIdentifiers ?? []).map((logGroupIdentifier) => logGroupArn(requestedGroup({ logGroupIdentifier }, context))),
  );
  let events: LiveTailSessionLogEvent[] = [];
  let sampled = false;
  const stop = deps.store.listen((group, stream, lines, ingestedMs) => {
    const arn = logGroupArn(group);
    if (!groups.has(arn) || !isWanted(input, stream)) return;
    for (const line of lines) {
      if (matches?.(line.message) === false) continue;
      if (events.length === MAX_EVENTS) {
        sampled = true;
        return;
      }
      const place = { logStreamName: stream, logGroupIdentifier: `${group.accountId}:${group.name}` };
      events.push({ ...place, message: line.message, timestamp: line.timeMs, ingestionTime: ingestedMs });
    }
  });
  const startMs = deps.clock.monotonicMs();
  try {
    yield {
      sessionStart: {
        requestId: context.requestId,
        sessionId: deps.ids.uuid(),
        logGroupIdentifiers: [...groups],
        logStreamNames: input.logStreamNames ?? [],
        logStreamNamePrefixes: input.logStreamNamePrefixes ?? [],
        logEventFilterPattern: input.logEventFilterPattern ?? '',
      },
    };
    while (await passed(deps.clock, context.signal)) {
      const sessionResults = events;
      const sessionMetadata = { sampled };
      events = [];
      sampled = false;
      yield { sessionUpdate: { sessionMetadata, sessionResults } };
      if (deps.clock.monotonicMs() - startMs > MAX_SESSION_MS) throw new AwsError('SessionTimeoutException', 'The session has timed out.');
    }
  } finally {
    stop();
  }
}

function isWanted(input: StartLiveTailCommandInput, stream: string): boolean {
  if (input.logStreamNames !== undefined) return input.logStreamNames.includes(stream);
  return input.logStreamNamePrefixes?.some((prefix) => stream.startsWith(prefix)) !== false;
}

/** False when the signal came first. */
async function passed(clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(clock, UPDATE_INTERVAL_MS, signal);
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  }
}
