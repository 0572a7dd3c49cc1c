import type { DeleteAliasCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { withdrawConcurrency } from '#functions/provisioned-concurrency.ts';
import { withPolicy } from '#functions/resource-policy.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface DeleteAliasDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
}

/** Its policy goes with it. Deleting an alias that does not exist is no error (recorded by test_non_existent_alias_deletion). */
export function deleteAlias(deps: DeleteAliasDependencies): Operation<DeleteAliasCommandInput, Record<string, never>> {
  return async (input, context) => {
    const { Name: name = '' } = input;
    const reference = resolveUnqualified('DeleteAlias', input, context);
    const updated = await deps.functions.update(reference, (record) => {
      if (findAlias(record, name) === undefined) return record;
      const aliases = Object.fromEntries(Object.entries(record.aliases ?? {}).filter(([other]) => other !== name));
      return withPolicy({ ...withdrawConcurrency(record, name), aliases }, name, undefined);
    });
    if (updated === undefined) throw functionNotFound(reference);
    return {};
  };
}
