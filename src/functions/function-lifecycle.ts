import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { CodeStore } from './code-store.ts';
import { finishPreparation, isInTransition, type PreparationFailure } from './function-state.ts';
import type { FunctionRecord, FunctionVersion } from './function-record.ts';
import type { FunctionRepository } from './function-repository.ts';
import { ZipRejected } from './zip-directory.ts';

/** Whether the runtime of an identifier (`python3.12`) can be had on this host. */
export interface RuntimeAvailability {
  /** Rejects with an Error whose message tells a person what to do. */
  ensure(identifier: string): Promise<void>;
}

/**
 * Brings functions from Pending to Active or Failed, and updates from InProgress to Successful or Failed, by doing the work
 * that these states stand for: the code is unpacked and the runtime is found. The work is idempotent and its progress is the
 * stored record: after a crash `resume` starts it again.
 */
export class FunctionLifecycle {
  readonly #functions: FunctionRepository;
  readonly #code: Pick<CodeStore, 'ensureUnpacked'>;
  readonly #runtimes: RuntimeAvailability;
  readonly #ids: IdSource;
  readonly #log: Logger;
  readonly #running = new Set<Promise<void>>();

  constructor(options: FunctionLifecycleOptions) {
    this.#functions = options.functions;
    this.#code = options.code;
    this.#runtimes = options.runtimes;
    this.#ids = options.ids;
    this.#log = options.log;
  }

  /** Starts the work for a record in transition, and returns. */
  advance(record: FunctionRecord): void {
    if (!isInTransition(record)) return;
    const work = this.#prepare(record.latest).catch((error: unknown) => {
      this.#log.error('a function stays in transition until the next start', { function: record.name, error });
    });
    this.#running.add(work);
    void work.finally(() => this.#running.delete(work));
  }

  /** Continues everything that an earlier run left in transition. */
  resume(): void {
    for (const record of this.#functions.all()) this.advance(record);
  }

  /** Resolves when no work is left. */
  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #prepare(version: FunctionVersion): Promise<void> {
    const failure = await this.#findFailure(version);
    await this.#functions.update(version, (record) => {
      // The function may have been deleted and created anew meanwhile.
      if (record.latest.configurationId !== version.configurationId || !isInTransition(record)) return record;
      return finishPreparation(record, failure, this.#ids);
    });
  }

  async #findFailure(version: FunctionVersion): Promise<PreparationFailure | undefined> {
    try {
      await this.#code.ensureUnpacked(version.code.digest);
    } catch (error) {
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
      this.#log.warn('a runtime is not available', { function: version.name, runtime: version.runtime, error });
      return { reason: error instanceof Error ? error.message : String(error), reasonCode: 'InvalidRuntime' };
    }
    return undefined;
  }
}

export interface FunctionLifecycleOptions {
  readonly functions: FunctionRepository;
  readonly code: Pick<CodeStore, 'ensureUnpacked'>;
  readonly runtimes: RuntimeAvailability;
  readonly ids: IdSource;
  readonly log: Logger;
}
