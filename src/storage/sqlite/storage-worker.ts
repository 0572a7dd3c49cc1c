import { getCompileCacheDir } from 'node:module';
import { dirname, extname } from 'node:path';
import { Worker } from 'node:worker_threads';

import { invariant } from '#base/invariant.ts';

import { StoreUnavailable } from '../document-limits.ts';
import { RevisionConflict } from '../document-store.ts';
import type { CommittedReply, Envelope, ReadRequest, RefusedReply, Reply, RowsReply, WorkerSettings, WriteRequest } from './protocol.ts';

/** Bounds the memory of requests under way; past it, new ones are refused at once. */
const PENDING_MAX_BYTES = 64 * 1024 * 1024;
/** What a request costs beside its value: bookkeeping on both sides and the message between them. */
const REQUEST_BYTES = 1024;

/** Room for one round of requests, one part of a read, and the garbage between two collections. */
const WORKER_LIMITS = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 } as const;

interface PendingRead {
  readonly onPart: (part: RowsReply) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface PendingWrite {
  readonly request: WriteRequest;
  readonly resolve: (revision: number) => void;
  readonly reject: (error: unknown) => void;
}

/** The main thread's end of the channel to the worker: matches answers to requests, and fails them all when the worker ends. */
export class StorageWorker {
  /** Resolves once the file is open; rejects with StoreUnavailable when it cannot be opened. */
  readonly opened: Promise<void>;
  /** Resolves when the worker ended without being told to. */
  readonly failed: Promise<Error>;
  readonly #resolveFailed: (error: Error) => void;
  readonly #worker: Worker;
  readonly #exited: Promise<void>;
  readonly #onCommitted: (write: WriteRequest, revision: number) => void;
  readonly #reads = new Map<number, PendingRead>();
  readonly #writes = new Map<number, PendingWrite>();
  #pendingBytes = 0;
  #lastId = 0;
  /** Why no more requests are taken. */
  #unavailable: StoreUnavailable | undefined;

  /** `onCommitted` sees each change, in order, before the promise of its write settles. It must not throw. */
  constructor(settings: WorkerSettings, onCommitted: (write: WriteRequest, revision: number) => void) {
    this.#onCommitted = onCommitted;
    this.#worker = new Worker(workerUrl(import.meta.url), {
      name: 'storage',
      workerData: settings,
      // Neither this process's loaders nor its environment concern the worker; without them it starts sooner.
      execArgv: [],
      env: compileCacheEnvironment(),
      resourceLimits: WORKER_LIMITS,
    });
    const opened = Promise.withResolvers<void>();
    const exited = Promise.withResolvers<void>();
    const failed = Promise.withResolvers<Error>();
    this.opened = opened.promise;
    this.failed = failed.promise;
    this.#resolveFailed = failed.resolve;
    this.#exited = exited.promise;
    this.#worker.on('message', (reply: Reply) => {
      if (reply.kind === 'opened') opened.resolve();
      else this.#receive(reply);
    });
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => {
      this.#fail(new Error('the storage worker ended'));
      opened.reject(this.#unavailable);
      exited.resolve();
    });
  }

  /** Resolves after `onPart` has seen the last part; rejects with what `onPart` throws. */
  async read(request: ReadRequest, onPart: (part: RowsReply) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#reads.set(this.#send(request), { onPart, resolve, reject });
    return promise;
  }

  /**
   * Resolves with the revision that the write made.
   * @throws RevisionConflict
   */
  async write(request: WriteRequest): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#writes.set(this.#send(request), { request, resolve, reject });
    return promise;
  }

  /** Finishes what was asked before, then releases the file. */
  async close(): Promise<void> {
    if (this.#unavailable === undefined) {
      this.#unavailable = new StoreUnavailable('the document store is closed');
      this.#post({ id: 0, request: { kind: 'close' } });
    }
    await this.#exited;
  }

  #send(request: ReadRequest | WriteRequest): number {
    if (this.#unavailable !== undefined) throw this.#unavailable;
    const bytes = requestBytes(request);
    if (this.#pendingBytes + bytes > PENDING_MAX_BYTES) throw new StoreUnavailable('too many requests wait for the document store');
    this.#pendingBytes += bytes;
    this.#lastId += 1;
    this.#post({ id: this.#lastId, request });
    return this.#lastId;
  }

  #post(envelope: Envelope): void {
    this.#worker.postMessage(envelope);
  }

  #receive(reply: RowsReply | CommittedReply | RefusedReply): void {
    switch (reply.kind) {
      case 'rows':
        this.#receiveRows(reply);
        break;
      case 'committed':
        for (const { id, revision } of reply.outcomes) {
          const { request, resolve, reject } = this.#takeWrite(id);
          if (revision === undefined) {
            reject(new RevisionConflict(request.key));
            continue;
          }
          this.#onCommitted(request, revision);
          resolve(revision);
        }
        break;
      case 'refused':
        for (const id of reply.ids) this.#takeWrite(id).reject(new StoreUnavailable(reply.reason));
        break;
    }
  }

  #receiveRows(part: RowsReply): void {
    const pending = this.#reads.get(part.id);
    // Its reader failed on an earlier part.
    if (pending === undefined) return;
    try {
      pending.onPart(part);
      if (!part.last) return;
      pending.resolve();
    } catch (error) {
      pending.reject(error);
    }
    this.#reads.delete(part.id);
    this.#pendingBytes -= REQUEST_BYTES;
  }

  #takeWrite(id: number): PendingWrite {
    const pending = this.#writes.get(id);
    invariant(pending !== undefined, 'each write is answered once');
    this.#writes.delete(id);
    this.#pendingBytes -= requestBytes(pending.request);
    return pending;
  }

  /** Nothing is answered any more. */
  #fail(cause: unknown): void {
    if (this.#unavailable === undefined) {
      this.#unavailable = new StoreUnavailable(cause instanceof Error ? cause.message : String(cause), { cause });
      this.#resolveFailed(this.#unavailable);
    }
    for (const { reject } of [...this.#reads.values(), ...this.#writes.values()]) reject(this.#unavailable);
    this.#reads.clear();
    this.#writes.clear();
  }
}

/** The worker beside the module at `moduleUrl`: both are .ts in a checkout and .js in the package. */
export function workerUrl(moduleUrl: string): URL {
  return new URL(`./worker${extname(moduleUrl)}`, moduleUrl);
}

/**
 * A worker does not share the compile cache of its process by itself. With it, a checkout starts the worker twice as fast and saves
 * 12 MB, for then nothing loads the type stripper.
 */
function compileCacheEnvironment(): Readonly<Record<string, string>> {
  const directory = getCompileCacheDir();
  // Node answers with the folder of its own version inside the one that was asked for.
  return directory === undefined ? {} : { NODE_COMPILE_CACHE: dirname(directory) };
}

function requestBytes(request: ReadRequest | WriteRequest): number {
  return REQUEST_BYTES + (request.kind === 'put' ? request.json.length : 0);
}
