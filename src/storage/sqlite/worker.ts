import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

import { invariant } from '#base/invariant.ts';

import type { StoredDocument } from '../stored-document.ts';
import { DocumentDatabase, OutOfSpace } from './document-database.ts';
import type { Envelope, ReadRequest, Reply, WorkerSettings, WriteRequest } from './protocol.ts';
import { takeBatch } from './request-batch.ts';

/**
 * The storage worker: the one thread in which SQLite runs. Each round takes what waits, answers the reads from what is committed,
 * then commits the writes together. Any error but a full disk ends the worker, and the store with it: after a failed
 * synchronisation nobody knows what the disk holds, and the recovery at the next start finds out.
 */

/** A long read is answered in parts of about this many characters of JSON, so that this thread's heap stays small. */
const PART_MAX_CHARS = 1024 * 1024;

invariant(parentPort !== null, 'this module runs in a worker');
const port = parentPort;
const database = new DocumentDatabase(workerData as WorkerSettings);

function reply(message: Reply): void {
  port.postMessage(message);
}

function receive(): Envelope | undefined {
  return receiveMessageOnPort(port)?.message as Envelope | undefined;
}

function read({ id, request }: Envelope<ReadRequest>): void {
  const storeRevision = database.revision;
  if (request.kind === 'get') {
    const row = database.get(request.key);
    reply({ kind: 'rows', id, rows: row === undefined ? [] : [row], last: true, storeRevision });
    return;
  }
  let rows: StoredDocument[] = [];
  let chars = 0;
  for (const row of database.list(request.prefix, request.after, request.limit)) {
    rows.push(row);
    chars += row.json.length;
    if (chars < PART_MAX_CHARS) continue;
    reply({ kind: 'rows', id, rows, last: false, storeRevision });
    rows = [];
    chars = 0;
  }
  reply({ kind: 'rows', id, rows, last: true, storeRevision });
}

function write(writes: readonly Envelope<WriteRequest>[]): void {
  try {
    const revisions = database.commit(writes.map(({ request }) => request));
    reply({ kind: 'committed', outcomes: writes.map(({ id }, index) => ({ id, revision: revisions[index] })) });
  } catch (error) {
    if (!(error instanceof OutOfSpace)) throw error;
    reply({ kind: 'refused', ids: writes.map(({ id }) => id), reason: error.message });
  }
}

port.on('message', (first: Envelope) => {
  const batch = takeBatch(first, receive);
  for (const envelope of batch.reads) read(envelope);
  if (batch.writes.length > 0) write(batch.writes);
  if (!batch.closing) return;
  database.close();
  port.close();
});
reply({ kind: 'opened' });
