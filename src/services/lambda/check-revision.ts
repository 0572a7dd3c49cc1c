import { preconditionFailed } from '#functions/lambda-errors.ts';

/**
 * @throws AwsError PreconditionFailedException when the caller has seen another state of the version or alias (recorded by
 *   test_function_revisions_basic)
 */
export function checkRevision(current: { readonly revisionId: string }, revisionId: string | undefined): void {
  if (revisionId === undefined || revisionId === current.revisionId) return;
  throw preconditionFailed(
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
  );
}
