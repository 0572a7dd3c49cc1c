import type { Envelope, ReadRequest, WriteRequest } from './protocol.ts';

/** Requests of one round. Nobody waits to fill it: while one round is being committed, the next one gathers. */
export interface RequestBatch {
  readonly reads: readonly Envelope<ReadRequest>[];
  readonly writes: readonly Envelope<WriteRequest>[];
  readonly closing: boolean;
}

/** About 2 ms of statements: bounds how long the first write of a round waits for the last. */
export const BATCH_MAX_REQUESTS = 256;
/** Bounds the memory of a round, and what one transaction adds to the write-ahead log. In characters of JSON. */
export const BATCH_MAX_CHARS = 4 * 1024 * 1024;

/** Takes what already waits, up to the bounds; the rest stays with `receive` for the next round. */
export function takeBatch(first: Envelope, receive: () => Envelope | undefined): RequestBatch {
  const reads: Envelope<ReadRequest>[] = [];
  const writes: Envelope<WriteRequest>[] = [];
  let chars = 0;
  for (let envelope: Envelope | undefined = first; envelope !== undefined; envelope = receive()) {
    const { id, request } = envelope;
    switch (request.kind) {
      case 'close':
        return { reads, writes, closing: true };
      case 'get':
      case 'list':
        reads.push({ id, request });
        break;
      case 'delete':
        writes.push({ id, request });
        break;
      case 'put':
        writes.push({ id, request });
        chars += request.json.length;
        break;
    }
    if (reads.length + writes.length >= BATCH_MAX_REQUESTS || chars >= BATCH_MAX_CHARS) break;
  }
  return { reads, writes, closing: false };
}
