import type { DeleteAliasCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { withoutName, withoutQualifier } from '#functions/without-qualifier.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface DeleteAliasDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
}

/** What belongs to it alone goes with it. Deleting an alias that does not exist is no error (recorded by test_non_existent_alias_deletion). */
export function deleteAlias(deps: DeleteAliasDependencies): Operation<DeleteAliasCommandInput, Record<string, never>> {
  return async (input, context) => {
    const { Name: name = '' } = input;
    const reference = resolveUnqualified('DeleteAlias', input, context);
    const updated = await deps.functions.update(reference, (record) => {
      if (findAlias(record, name) === undefined) return record;
      return withoutQualifier({ ...record, aliases: withoutName(record.aliases ?? {}, name) }, name);
    });
    if (updated === undefined) throw functionNotFound(reference);
    return {};
  };
}
