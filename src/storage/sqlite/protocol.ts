import type { StoredDocument } from '../stored-document.ts';

/** What the main thread sends to the storage worker. */
export interface Envelope<Content = Request> {
  /** Names the request in its answer; unique in the life of the store. */
  readonly id: number;
  readonly request: Content;
}

export type Request = ReadRequest | WriteRequest | CloseRequest;

export type ReadRequest =
  | { readonly kind: 'get'; readonly key: string }
  | {
      readonly kind: 'list';
      readonly prefix: string;
      /** Empty to begin with the first key. */
      readonly after: string;
      readonly limit: number;
    };

export type WriteRequest =
  | { readonly kind: 'put'; readonly key: string; readonly json: string; readonly expected: number }
  | { readonly kind: 'delete'; readonly key: string; readonly expected: number };

export interface CloseRequest {
  readonly kind: 'close';
}

/** What the worker answers. Writes are answered in the order in which they were sent. */
export type Reply = { readonly kind: 'opened' } | RowsReply | CommittedReply | RefusedReply;

/** One part of the answer to a read; the parts of a read follow each other without another reply between. */
export interface RowsReply {
  readonly kind: 'rows';
  readonly id: number;
  readonly rows: readonly StoredDocument[];
  readonly last: boolean;
  /** The revision of the whole store at the time of the read. */
  readonly storeRevision: number;
}

export interface CommittedReply {
  readonly kind: 'committed';
  readonly outcomes: readonly WriteOutcome[];
}

/** The transaction was rolled back: none of these writes took effect. */
export interface RefusedReply {
  readonly kind: 'refused';
  readonly ids: readonly number[];
  readonly reason: string;
}

export interface WriteOutcome {
  readonly id: number;
  /** The revision that the write made, or undefined when it lost against another. */
  readonly revision: number | undefined;
}

/** Handed to the worker at its start. */
export interface WorkerSettings {
  readonly path: string;
  /** Wall time, milliseconds; dates the schema versions applied now. */
  readonly openedAtMs: number;
  /** How many pages of 4096 bytes the file may have; past it, writes are refused as on a full disk. */
  readonly maxPages: number;
}
