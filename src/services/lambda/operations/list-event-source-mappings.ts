import type { ListEventSourceMappingsCommandInput, ListEventSourceMappingsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { readMarker } from '../page.ts';
import { resolveOwnFunction } from '../target-function.ts';

export interface ListEventSourceMappingsDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** There are no event source mappings yet: what is asked is checked, and the list is empty. */
export function listEventSourceMappings(
  deps: ListEventSourceMappingsDependencies,
): Operation<ListEventSourceMappingsCommandInput, ListEventSourceMappingsResponse> {
  return ({ FunctionName, Marker }, context) => {
    readMarker(Marker);
    if (FunctionName !== undefined) {
      const reference = resolveOwnFunction('ListEventSourceMappings', { FunctionName }, context);
      if (deps.functions.find(reference.accountId, reference.region, reference.name) === undefined) throw functionNotFound(reference);
    }
    return { EventSourceMappings: [] };
  };
}
