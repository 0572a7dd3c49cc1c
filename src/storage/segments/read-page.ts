import type { RecordCursor, RecordPage, RecordQuery, StoredRecord } from '#storage/record-log.ts';

/** One call reads at most about this much of storage, decompressed or not, before it returns a partly filled page. */
const SCAN_BYTES = 32 * 1024 * 1024;

/** Some records of a log, in no order, whose times lie in a known range. */
export interface RecordSource {
  readonly minMs: number;
  readonly maxMs: number;
  readonly bytes: number;
  /** Offers each record of a wanted track. */
  read(offer: OfferRecord): Promise<void>;
}

/** The message is made only when the record is wanted. */
export type OfferRecord = (track: string, ingestedMs: number, timeMs: number, position: number, message: () => string) => void;

/**
 * Merges sources into one page, in order of time, then position. Sources are read in the order in which their records can come next,
 * and no further than needed: a record is settled once no unread source can have an earlier one.
 */
export async function readPage(sources: readonly RecordSource[], query: RecordQuery): Promise<RecordPage> {
  // Times are compared as seen in the direction: backward, a later time comes first.
  const sign = query.direction === 'forward' ? 1 : -1;
  const compare = (a: RecordCursor, b: RecordCursor): number => sign * (a.timeMs - b.timeMs || a.position - b.position);
  const nearest = (source: RecordSource): number => (sign === 1 ? source.minMs : -source.maxMs);
  const ordered = sources.filter((source) => overlaps(source, query)).toSorted((a, b) => nearest(a) - nearest(b));

  let page: { readonly records: readonly StoredRecord[]; readonly full: boolean } = { records: [], full: false };
  let scannedBytes = 0;
  for (const [index, source] of ordered.entries()) {
    const found = [...page.records];
    const worst = page.full ? page.records.at(-1) : undefined;
    await source.read((track, ingestedMs, timeMs, position, message) => {
      if (timeMs < query.fromMs || timeMs >= query.untilMs) return;
      const place = { timeMs, position };
      if (query.after !== undefined && compare(place, query.after) <= 0) return;
      if (worst !== undefined && compare(place, worst) > 0) return;
      const text = message();
      if (query.matches?.(text) === false) return;
      found.push({ track, ingestedMs, timeMs, position, message: text });
    });
    page = cutPage(found.toSorted(compare), query);
    const following = ordered[index + 1];
    if (following === undefined) break;
    const frontier = nearest(following);
    const settled = page.records.filter((record) => sign * record.timeMs < frontier);
    if (page.full && settled.length === page.records.length) return withNext(page.records, settled.at(-1));
    scannedBytes += source.bytes;
    // Position -1 (or the highest) stands before every record of that time. Without progress, the scan must go on.
    const resume = { timeMs: sign * frontier, position: sign === 1 ? -1 : Number.MAX_SAFE_INTEGER };
    const progress = query.after === undefined || compare(resume, query.after) > 0;
    if (scannedBytes > SCAN_BYTES && progress) return { records: settled, next: resume };
  }
  return page.full ? withNext(page.records, page.records.at(-1)) : { records: page.records };
}

function overlaps(source: RecordSource, query: RecordQuery): boolean {
  if (source.maxMs < query.fromMs || source.minMs >= query.untilMs) return false;
  if (query.after === undefined) return true;
  return query.direction === 'forward' ? source.maxMs >= query.after.timeMs : source.minMs <= query.after.timeMs;
}

/** The longest allowed beginning of the sorted records; full when it cannot grow. */
function cutPage(
  records: readonly StoredRecord[],
  query: RecordQuery,
): { readonly records: readonly StoredRecord[]; readonly full: boolean } {
  let length = 0;
  for (const [index, record] of records.entries()) {
    length += record.message.length;
    const tooLong = index > 0 && length > query.maxLength;
    if (index === query.limit || tooLong) return { records: records.slice(0, index), full: true };
  }
  return { records, full: records.length === query.limit };
}

function withNext(records: readonly StoredRecord[], last: StoredRecord | undefined): RecordPage {
  if (last === undefined) return { records };
  return { records, next: { timeMs: last.timeMs, position: last.position } };
}
