import type { IdSource } from '#base/ids.ts';
import { contentDigest } from './content-digest.ts';
import type { FunctionRecord, FunctionState, FunctionVersion } from './function-record.ts';
import type { FunctionRepository, Publication } from './function-repository.ts';
import { PENDING, SUCCESSFUL } from './function-state.ts';

/** Bytes in the id of a version's document: two of one function never meet. */
const DOCUMENT_ID_BYTES = 6;

export interface PublishOptions {
  readonly ids: IdSource;
  /** Of the version alone; that of `$LATEST` unless given. */
  readonly description?: string | undefined;
  /** A version that was made just now is not idle, however long ago `$LATEST` was changed. */
  readonly nowMs: number;
}

/**
 * `$LATEST` as it is, under the next number. Nothing is published when neither code nor configuration has changed since the newest
 * version: that one is the answer then, as it is (recorded by test_publish_version_on_create).
 */
export function publishVersion(
  record: FunctionRecord,
  newest: FunctionVersion | undefined,
  options: PublishOptions,
): Publication & { readonly version: FunctionVersion } {
  const { latest } = record;
  const publishedFrom = contentDigest(latest);
  if (newest?.publishedFrom === publishedFrom) return { record, version: newest };
  const versionCounter = record.versionCounter + 1;
  const number = String(versionCounter);
  const published: FunctionVersion = {
    ...latest,
    version: number,
    revisionId: options.ids.uuid(),
    configurationId: options.ids.uuid(),
    publishedFrom,
    usedMs: options.nowMs,
    description: options.description ?? latest.description,
    state: firstState(latest),
    lastUpdate: SUCCESSFUL,
  };
  const versions = { ...record.versions, [number]: `${number}-${options.ids.hex(DOCUMENT_ID_BYTES)}` };
  return { record: { ...record, versionCounter, versions }, published, version: published };
}

/** The published version with the highest number that still exists. */
export function newestVersion(
  record: FunctionRecord,
  functions: Pick<FunctionRepository, 'publishedVersion'>,
): FunctionVersion | undefined {
  // Whole numbers come in ascending order as the keys of an object.
  const number = Object.keys(record.versions ?? {}).at(-1);
  return number === undefined ? undefined : functions.publishedVersion(record, number);
}

/** A version needs what `$LATEST` needs: while that is being prepared or is known to be missing, so is the version. */
function firstState({ state, lastUpdate }: FunctionVersion): FunctionState {
  if (lastUpdate.name === 'InProgress') return PENDING;
  if (lastUpdate.name === 'Failed') return { ...lastUpdate, name: 'Failed' };
  return state;
}
