import type { DeleteFunctionConcurrencyCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { releaseConcurrency } from '#functions/reserved-concurrency.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface DeleteFunctionConcurrencyDependencies {
  readonly concurrency: Pick<ConcurrencyLedger, 'change'>;
}

/** Gives reserved concurrency back to the account. Deleting what is not there is no error. */
export function deleteFunctionConcurrency(
  deps: DeleteFunctionConcurrencyDependencies,
): Operation<DeleteFunctionConcurrencyCommandInput, Record<string, never>> {
  return async (input, context) => {
    const reference = resolveUnqualified('DeleteFunctionConcurrency', input, context);
    if ((await deps.concurrency.change(reference, releaseConcurrency)) === undefined) throw functionNotFound(reference);
    return {};
  };
}
