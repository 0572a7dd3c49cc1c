import { sleep, type Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { CodeStore } from './code-store.ts';
import { finishPreparation, finishVersion, isInTransition, startRestoring, type PreparationFailure } from './function-state.ts';
import type { FunctionRecord, FunctionVersion } from './function-record.ts';
import type { FunctionRepository } from './function-repository.ts';
import { ZipRejected } from './zip-directory.ts';

/** Whether the runtime of an identifier (`python3.12`) can be had on this host. */
export interface RuntimeAvailability {
  /** Rejects with an Error whose message tells a person what to do. */
  ensure(identifier: string): Promise<void>;
}

/** Waits between tries while the store refuses writes: 0.25 s, doubled each time up to a minute. */
const FIRST_RETRY_MS = 250;
const LONGEST_RETRY_MS = 60_000;
/** About 13 minutes in all; what has failed that often needs a person. */
const MAX_TRIES = 20;

/**
 * Brings functions from Pending to Active or Failed, and updates from InProgress to Successful or Failed, by doing the work
 * that these states stand for: the code is unpacked and the runtime is found. The work is idempotent and its progress is the
 * stored record: after a crash `resume` starts it again.
 */
export class FunctionLifecycle {
  readonly #functions: FunctionRepository;
  readonly #code: PreparedCode;
  readonly #runtimes: RuntimeAvailability;
  readonly #clock: Clock;
  readonly #ids: IdSource;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #running = new Set<Promise<void>>();

  constructor(options: FunctionLifecycleOptions) {
    this.#functions = options.functions;
    this.#code = options.code;
    this.#runtimes = options.runtimes;
    this.#clock = options.clock;
    this.#ids = options.ids;
    this.#log = options.log;
    this.#signal = options.signal;
  }

  /** Starts the work for a record in transition, and for its versions that are, and returns. */
  advance(record: FunctionRecord): void {
    if (isInTransition(record)) this.#start(record.latest);
    for (const version of this.#functions.publishedVersions(record)) if (version.state.name === 'Pending') this.#start(version);
  }

  /** Starts to bring an inactive version back, and returns. */
  restore(version: FunctionVersion): void {
    this.#run(this.#restore(version));
  }

  #start(version: FunctionVersion): void {
    this.#run(this.#bringToFinalState(version));
  }

  #run(work: Promise<void>): void {
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Continues everything that an earlier run left in transition. */
  resume(): void {
    for (const record of this.#functions.all()) this.advance(record);
  }

  /** Resolves when no work is left; aborting the signal first makes that soon. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  /** Tries again while the store takes no writes, as on a full disk. */
  async #bringToFinalState(version: FunctionVersion): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        if (attempt > 1) await sleep(this.#clock, retryDelayMs(attempt), this.#signal);
        await this.#prepare(version);
        return;
      } catch (error) {
        const fields = { function: version.name, attempt, error };
        if (this.#signal.aborted) {
          this.#log.info('closing before a function is prepared, the next start goes on', fields);
          return;
        }
        if (attempt === MAX_TRIES) {
          this.#log.error('a function stays in transition until the next start', fields);
          return;
        }
        this.#log.warn('the state of a function could not be stored, trying again', fields);
      }
    }
  }

  /** A failure is only logged: the next invocation tries again. */
  async #restore(version: FunctionVersion): Promise<void> {
    const options = { ids: this.#ids, nowMs: this.#clock.wallMs() };
    try {
      if (version.version === '$LATEST') {
        await this.#functions.update(version, (record) => {
          const latest = startRestoring(record.latest, options);
          return latest === record.latest ? record : { ...record, latest };
        });
      } else {
        await this.#functions.updateVersion(version, (current) => startRestoring(current, options));
      }
    } catch (error) {
      this.#log.warn('an inactive function could not be restored', { function: version.name, version: version.version, error });
      return;
    }
    const record = this.#functions.find(version.accountId, version.region, version.name);
    if (record !== undefined) this.advance(record);
  }

  async #prepare(version: FunctionVersion): Promise<void> {
    const failure = await this.#findFailure(version);
    if (version.version !== '$LATEST') {
      await this.#functions.updateVersion(version, (current) =>
        current.configurationId === version.configurationId && current.state.name === 'Pending'
          ? finishVersion(current, failure, this.#ids)
          : current,
      );
      return;
    }
    await this.#functions.update(version, (record) => {
      // The function may have been deleted and created anew meanwhile.
      if (record.latest.configurationId !== version.configurationId || !isInTransition(record)) return record;
      return finishPreparation(record, failure, this.#ids);
    });
  }

  async #unpack({ code, layers = [] }: FunctionVersion): Promise<void> {
    await this.#code.ensureUnpacked(code.digest);
    if (layers.length > 0) await this.#code.ensureLayered(layers.map((layer) => layer.code.digest));
  }

  /** @throws what was thrown because the daemon closes: that is no fault of the function */
  async #findFailure(version: FunctionVersion): Promise<PreparationFailure | undefined> {
    try {
      await this.#unpack(version);
    } catch (error) {
      if (this.#signal.aborted) throw error;
      if (error instanceof ZipRejected) {
        this.#log.warn('a package cannot be unpacked', { function: version.name, detail: error.detail });
        return { reason: error.message, reasonCode: 'InvalidZipFileException' };
      }
      this.#log.error('unpacking failed', { function: version.name, error });
      return { reason: 'The code package could not be unpacked.', reasonCode: 'InternalError' };
    }
    try {
      await this.#runtimes.ensure(version.runtime);
    } catch (error) {
      if (this.#signal.aborted) throw error;
      this.#log.warn('a runtime is not available', { function: version.name, runtime: version.runtime, error });
      return { reason: error instanceof Error ? error.message : String(error), reasonCode: 'InvalidRuntime' };
    }
    return undefined;
  }
}

/** Where code and layers are unpacked. */
type PreparedCode = Pick<CodeStore, 'ensureUnpacked' | 'ensureLayered'>;

function retryDelayMs(attempt: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (attempt - 2), LONGEST_RETRY_MS);
}

export interface FunctionLifecycleOptions {
  readonly functions: FunctionRepository;
  readonly code: PreparedCode;
  readonly runtimes: RuntimeAvailability;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: Logger;
  /** Aborted when the daemon closes: what is not done then stays in transition. */
  readonly signal: AbortSignal;
}
