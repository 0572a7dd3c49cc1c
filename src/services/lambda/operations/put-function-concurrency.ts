import type { Concurrency, PutFunctionConcurrencyCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { reserveConcurrency } from '#functions/reserved-concurrency.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface PutFunctionConcurrencyDependencies {
  readonly concurrency: Pick<ConcurrencyLedger, 'change'>;
}

/** Reserves concurrency for a function, which is at the same time its limit. */
export function putFunctionConcurrency(
  deps: PutFunctionConcurrencyDependencies,
): Operation<PutFunctionConcurrencyCommandInput, Concurrency> {
  return async (input, context) => {
    const reference = resolveUnqualified('PutFunctionConcurrency', input, context);
    const reserved = input.ReservedConcurrentExecutions ?? 0;
    const changed = await deps.concurrency.change(reference, (record, available) => reserveConcurrency(record, reserved, available));
    // With the qualifier, unlike other operations (recorded by test_function_concurrency_exceptions).
    if (changed === undefined) throw functionNotFound(reference, '$LATEST');
    return { ReservedConcurrentExecutions: reserved };
  };
}
