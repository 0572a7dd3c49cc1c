import type { GetFunctionConcurrencyCommandInput, GetFunctionConcurrencyResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { changeTarget } from '../target-function.ts';

export interface GetFunctionConcurrencyDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** The reserved concurrency of a function; an empty answer when nothing is reserved. */
export function getFunctionConcurrency(
  deps: GetFunctionConcurrencyDependencies,
): Operation<GetFunctionConcurrencyCommandInput, GetFunctionConcurrencyResponse> {
  return (input, context) => {
    const { reservedConcurrency } = changeTarget('GetFunctionConcurrency', input, context, deps.functions);
    return reservedConcurrency === undefined ? {} : { ReservedConcurrentExecutions: reservedConcurrency };
  };
}
