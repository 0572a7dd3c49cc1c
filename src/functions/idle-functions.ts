import type { Clock, Timer } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { FunctionRecord, FunctionState, FunctionVersion } from './function-record.ts';
import type { FunctionRepository } from './function-repository.ts';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;

/** AWS says "several weeks"; two of them here. */
const IDLE_MS = 14 * DAY_MS;
/** A version in use is marked so once a day: often enough to tell weeks. */
const MARK_MS = DAY_MS;

const INACTIVE: FunctionState = {
  name: 'Inactive',
  reason: 'The function has not been invoked for 14 days and is inactive. Invoke it to make it active again.',
  reasonCode: 'Idle',
};

/**
 * Makes versions Inactive that were neither used nor changed for two weeks: their unpacked code may go then, the package stays. The next
 * invocation fails and brings them back (`FunctionLifecycle.restore`). In use is what got an execution environment; as these live some
 * hours at most, no invocation needs to be counted.
 */
export class IdleFunctions {
  readonly #functions: Pick<FunctionRepository, 'all' | 'publishedVersions' | 'update' | 'updateVersion'>;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #log: Logger;
  readonly #marking = new Set<Promise<void>>();
  /** When the mark of a version was last asked for, so that many starts at once write it once. */
  readonly #askedMs = new Map<string, number>();
  #timer: Timer | undefined;
  #sweeping: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: IdleFunctionsOptions) {
    this.#functions = options.functions;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#log = options.log;
    this.#schedule();
  }

  /** An environment was made for this version. Returns at once; the mark is written in the background, and not at all if it is fresh. */
  used(version: FunctionVersion): void {
    const nowMs = this.#clock.wallMs();
    const key = `${version.accountId}/${version.region}/${version.name}/${version.version}`;
    const markedMs = Math.max(version.usedMs ?? 0, this.#askedMs.get(key) ?? 0);
    if (this.#closed || nowMs - markedMs < MARK_MS) return;
    this.#askedMs.set(key, nowMs);
    const work = this.#mark(version, nowMs);
    this.#marking.add(work);
    void work.finally(() => this.#marking.delete(work));
  }

  /** Looks through all versions now. A failure is logged, and the next sweep tries again. */
  async sweep(): Promise<void> {
    const idleSinceMs = this.#clock.wallMs() - IDLE_MS;
    for (const [key, askedMs] of this.#askedMs) if (askedMs < idleSinceMs) this.#askedMs.delete(key);
    let count = 0;
    try {
      for (const record of this.#functions.all()) {
        if (this.#closed) return;
        count += await this.#sweepFunction(record, idleSinceMs);
      }
    } catch (error) {
      this.#log.error('idle functions could not be made inactive', { error });
    }
    if (count > 0) this.#log.info('functions that nobody used became inactive', { count });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.#sweeping;
    await Promise.all(this.#marking);
  }

  async #sweepFunction(record: FunctionRecord, idleSinceMs: number): Promise<number> {
    let count = 0;
    if (record.serving === undefined && isIdle(record.latest, idleSinceMs)) {
      count += 1;
      await this.#functions.update(record, (current) =>
        current.serving === undefined && isIdle(current.latest, idleSinceMs)
          ? { ...current, latest: this.#inactive(current.latest) }
          : current,
      );
    }
    for (const version of this.#functions.publishedVersions(record)) {
      if (!isIdle(version, idleSinceMs)) continue;
      count += 1;
      await this.#functions.updateVersion(version, (current) => (isIdle(current, idleSinceMs) ? this.#inactive(current) : current));
    }
    return count;
  }

  #inactive(version: FunctionVersion): FunctionVersion {
    return { ...version, state: INACTIVE, revisionId: this.#ids.uuid() };
  }

  async #mark(version: FunctionVersion, usedMs: number): Promise<void> {
    try {
      if (version.version === '$LATEST') {
        await this.#functions.update(version, (record) => ({ ...record, latest: { ...record.latest, usedMs } }));
      } else {
        await this.#functions.updateVersion(version, (current) => ({ ...current, usedMs }));
      }
    } catch (error) {
      this.#log.warn('the use of a function could not be noted', { function: version.name, version: version.version, error });
    }
  }

  #schedule(): void {
    this.#timer = this.#clock.schedule(HOUR_MS, () => {
      this.#sweeping = this.sweep().finally(() => {
        if (!this.#closed) this.#schedule();
      });
    });
  }
}

/** Active, not being updated, and neither used nor changed since. */
function isIdle({ state, lastUpdate, usedMs = 0, lastModified }: FunctionVersion, sinceMs: number): boolean {
  if (state.name !== 'Active' || lastUpdate.name !== 'Successful' || usedMs > sinceMs) return false;
  return Date.parse(lastModified.replace('+0000', 'Z')) <= sinceMs;
}

export interface IdleFunctionsOptions {
  readonly functions: Pick<FunctionRepository, 'all' | 'publishedVersions' | 'update' | 'updateVersion'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
}
