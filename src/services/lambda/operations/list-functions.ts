import type { ListFunctionsCommandInput, ListFunctionsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import { toListedConfiguration } from '../function-configuration.ts';
import { MAX_PAGE, readMarker, writeMarker } from '../page.ts';

export interface ListFunctionsDependencies {
  readonly functions: Pick<FunctionRepository, 'list'>;
}

/** In the order of names. A marker holds the last name of the page before, so that a page is stable while others change. */
export function listFunctions(deps: ListFunctionsDependencies): Operation<ListFunctionsCommandInput, ListFunctionsResponse> {
  return (input, context) => {
    if (input.MasterRegion !== undefined && input.FunctionVersion !== 'ALL') {
      throw invalidParameter('FunctionVersion must be ALL when MasterRegion is specified.');
    }
    const limit = Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE);
    const after = readMarker(input.Marker);
    // MasterRegion selects replicas of Lambda@Edge functions, of which there are none.
    if (input.MasterRegion !== undefined && input.MasterRegion !== 'ALL') return { Functions: [] };

    const { accountId } = context.caller;
    const found = deps.functions.list(accountId, context.region, { limit: limit + 1, ...(after !== undefined && { after }) });
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const qualifier = input.FunctionVersion === 'ALL' ? '$LATEST' : undefined;
    return {
      Functions: page.map((record) => toListedConfiguration(record.latest, qualifier)),
      ...(found.length > limit && last !== undefined && { NextMarker: writeMarker(last.name) }),
    };
  };
}
