import type { DeleteFunctionCommandInput, DeleteFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { leadsTo } from '#functions/alias.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter, resourceConflict } from '#functions/lambda-errors.ts';
import { withoutName, withoutQualifier } from '#functions/without-qualifier.ts';
import { resolveOwnFunction } from '../target-function.ts';

export interface DeleteFunctionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update' | 'delete'>;
}

const ALIAS = /^(?!\d+$)[a-zA-Z0-9-_]+$/;

/**
 * Deletes a function with everything below it, or one published version that no alias leads to. Deleting a version that does not exist
 * is no error, as on AWS.
 */
export function deleteFunction(deps: DeleteFunctionDependencies): Operation<DeleteFunctionCommandInput, DeleteFunctionResponse> {
  return async (input, context) => {
    const reference = resolveOwnFunction('DeleteFunction', input, context);
    const { qualifier } = reference;
    // Said before the function is looked up (recorded by test_function_name_and_qualifier_validation).
    if (qualifier !== undefined && ALIAS.test(qualifier)) throw invalidParameter('Deletion of aliases is not currently supported.');
    if (deps.functions.find(reference.accountId, reference.region, reference.name) === undefined) throw functionNotFound(reference);
    if (qualifier === '$LATEST') throw invalidParameter('$LATEST version cannot be deleted without deleting the function.');
    const done =
      qualifier === undefined
        ? await deps.functions.delete(reference)
        : await deps.functions.update(reference, (record) => withoutVersion(record, qualifier));
    if (done === undefined || done === false) throw functionNotFound(reference);
    return { StatusCode: 204 };
  };
}

/** @throws AwsError ResourceConflictException while aliases lead to the version */
function withoutVersion(record: FunctionRecord, version: string): FunctionRecord {
  const { versions } = record;
  if (versions?.[version] === undefined) return record;
  const aliases = Object.values(record.aliases ?? {}).filter((alias) => leadsTo(alias, version));
  if (aliases.length > 0) {
    const names = aliases.map(({ name }) => name).join(', ');
    throw resourceConflict(`Unable to delete version ${version} because the following aliases reference it: [${names}]`);
  }
  return withoutQualifier({ ...record, versions: withoutName(versions, version) }, version);
}
