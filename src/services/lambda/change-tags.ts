import type { IdSource } from '#base/ids.ts';
import type { FunctionRecord } from '#functions/function-record.ts';

/** The record with other tags, which gives it a new revision id (recorded by test_tag_lifecycle); itself when they are the same. */
export function changeTags(record: FunctionRecord, tags: Readonly<Record<string, string>>, ids: IdSource): FunctionRecord {
  const names = Object.keys(tags);
  if (names.length === Object.keys(record.tags).length && names.every((name) => tags[name] === record.tags[name])) return record;
  return { ...record, tags, latest: { ...record.latest, revisionId: ids.uuid() } };
}
