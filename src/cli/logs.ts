import { MessageChannel } from 'node:worker_threads';
import {
  FilterLogEventsCommand,
  ResourceNotFoundException,
  type CloudWatchLogsClient,
  type FilteredLogEvent,
} from '@aws-sdk/client-cloudwatch-logs';
import { sleep, type Clock } from '#base/clock.ts';
import { explainClientFailure } from './client-failure.ts';
import type { LogsArguments } from './command-line.ts';
import type { Terminal } from './terminal.ts';

export interface LogsHost {
  readonly client: Pick<CloudWatchLogsClient, 'send'>;
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly endpoint: string;
  /** Ends following; Ctrl-C simply ends the process. */
  readonly signal?: AbortSignal;
}

const POLL_MS = 1000;
/** Lines of several environments may arrive this much out of order; what was printed already is known by its event id. */
const OVERLAP_MS = 10_000;

/** Prints a function's log lines, oldest first. Returns the exit status. */
export async function logs(request: LogsArguments, host: LogsHost): Promise<number> {
  const source = { group: `/aws/lambda/${request.functionName}`, follow: request.follow, host };
  try {
    let since = host.clock.wallMs() - request.sinceMinutes * 60_000;
    let printed = await printSince(since, new Set(), source);
    if (!request.follow) return 0;
    // The clock's timers do not keep a process alive; an open port does.
    const keepAlive = new MessageChannel();
    keepAlive.port1.ref();
    try {
      while (host.signal?.aborted !== true) {
        await sleep(host.clock, POLL_MS, host.signal);
        since = Math.max(since, newest(printed) - OVERLAP_MS);
        printed = await printSince(since, new Set(printed.keys()), source);
      }
    } finally {
      keepAlive.port1.close();
    }
    return 0;
  } catch (error) {
    if (host.signal?.aborted === true) return 0;
    host.terminal.err(`hearth: ${explainClientFailure(error, host.endpoint)}\n`);
    return 1;
  }
}

/** Event ids with their times, of all events since then; prints those that are not known yet. */
async function printSince(
  startTime: number,
  known: ReadonlySet<string>,
  { group, follow, host }: { readonly group: string; readonly follow: boolean; readonly host: LogsHost },
): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  let nextToken: string | undefined;
  do {
    const page = await host.client
      .send(new FilterLogEventsCommand({ logGroupName: group, startTime, ...(nextToken === undefined ? {} : { nextToken }) }))
      .catch((error: unknown) => {
        // The group comes with the first line.
        if (follow && error instanceof ResourceNotFoundException) return { events: [], nextToken: undefined };
        throw error;
      });
    for (const event of page.events ?? []) {
      const id = event.eventId ?? '';
      if (!known.has(id)) host.terminal.out(lineOf(event));
      found.set(id, event.timestamp ?? startTime);
    }
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return found;
}

function newest(printed: ReadonlyMap<string, number>): number {
  let newestMs = 0;
  for (const timeMs of printed.values()) newestMs = Math.max(newestMs, timeMs);
  return newestMs;
}

function lineOf({ timestamp, message }: FilteredLogEvent): string {
  return `${new Date(timestamp ?? 0).toISOString()} ${(message ?? '').trimEnd()}\n`;
}
