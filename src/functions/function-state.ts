import type { IdSource } from '#base/ids.ts';
import type { FunctionRecord, FunctionState, FunctionVersion, LastUpdate, StateReasonCode } from './function-record.ts';
import { functionArn } from './function-arn.ts';
import { resourceConflict } from './lambda-errors.ts';

/**
 * A function is created Pending and becomes Active or Failed. One that nobody uses becomes Inactive, and Pending again when it is invoked. An update starts InProgress and becomes Successful or Failed;
 * meanwhile, and after a failure, invocations run what worked last. Each step gives a new revision id
 * (recorded by test_function_revisions_basic).
 */
export const CREATING = { reason: 'The function is being created.', reasonCode: 'Creating' } as const;

/** Why the code or the runtime of a version cannot be had. */
export interface PreparationFailure {
  readonly reason: string;
  readonly reasonCode: StateReasonCode;
}

export const PENDING: FunctionState = { name: 'Pending', ...CREATING };
/** An inactive function that is invoked. */
const RESTORING: FunctionState = { name: 'Pending', reason: 'The function is being restored.', reasonCode: 'Restoring' };
export const ACTIVE: FunctionState = { name: 'Active' };
export const SUCCESSFUL: LastUpdate = { name: 'Successful' };
const IN_PROGRESS: LastUpdate = { name: 'InProgress', ...CREATING };

/** Whether background work must bring the record to a final state. */
export function isInTransition(record: FunctionRecord): boolean {
  return record.latest.state.name === 'Pending' || record.latest.lastUpdate.name === 'InProgress';
}

/** @throws AwsError ResourceConflictException while the function is being created or updated */
export function checkUpdatable(record: FunctionRecord): void {
  if (record.latest.state.name === 'Pending') {
    throw resourceConflict('The operation cannot be performed at this time. The function is currently in the following state: Pending');
  }
  if (record.latest.lastUpdate.name === 'InProgress') {
    throw resourceConflict(`The operation cannot be performed at this time. An update is in progress for resource: ${functionArn(record)}`);
  }
}

/** The record with a changed configuration or code, whose preparation starts now. */
export function startUpdate(record: FunctionRecord, changes: Partial<FunctionVersion>, update: UpdateStamp): FunctionRecord {
  const serving = record.serving ?? (record.latest.state.name === 'Active' ? record.latest : undefined);
  const latest: FunctionVersion = {
    ...record.latest,
    ...changes,
    lastUpdate: IN_PROGRESS,
    lastModified: update.lastModified,
    revisionId: update.ids.uuid(),
    configurationId: update.ids.uuid(),
  };
  return { ...record, latest, ...(serving !== undefined && { serving }) };
}

export interface UpdateStamp {
  readonly lastModified: string;
  readonly ids: IdSource;
}

/** The record after its code and runtime were found, or not. */
export function finishPreparation(record: FunctionRecord, failure: PreparationFailure | undefined, ids: IdSource): FunctionRecord {
  const { serving, ...rest } = record;
  const latest = { ...record.latest, revisionId: ids.uuid() };
  if (failure === undefined) return { ...rest, latest: { ...latest, state: ACTIVE, lastUpdate: SUCCESSFUL } };
  if (latest.state.name === 'Pending') return { ...rest, latest: { ...latest, state: failed(latest.state, failure) } };
  return { ...rest, ...(serving !== undefined && { serving }), latest: { ...latest, lastUpdate: { name: 'Failed', ...failure } } };
}

/** A published version after its code and runtime were found, or not. */
export function finishVersion(version: FunctionVersion, failure: PreparationFailure | undefined, ids: IdSource): FunctionVersion {
  return { ...version, revisionId: ids.uuid(), state: failure === undefined ? ACTIVE : failed(version.state, failure) };
}

/** What could not be restored is inactive again: the next invocation tries anew. */
function failed(state: FunctionState, failure: PreparationFailure): FunctionState {
  return { name: state.name === 'Pending' && state.reasonCode === 'Restoring' ? 'Inactive' : 'Failed', ...failure };
}

/** An inactive version that starts to come back, used as of now; any other as it is. */
export function startRestoring(version: FunctionVersion, options: { readonly ids: IdSource; readonly nowMs: number }): FunctionVersion {
  if (version.state.name !== 'Inactive' || version.lastUpdate.name === 'InProgress') return version;
  return { ...version, state: RESTORING, revisionId: options.ids.uuid(), usedMs: options.nowMs };
}

/** As AWS writes it: `2026-11-20T10:00:00.000+0000`. */
export function formatLastModified(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '+0000');
}
