import type { FunctionRecord } from '#functions/function-record.ts';
import { preconditionFailed } from '#functions/lambda-errors.ts';

/** @throws AwsError PreconditionFailedException when the caller has seen another state (recorded by test_function_revisions_basic) */
export function checkRevision(record: FunctionRecord, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === record.latest.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
