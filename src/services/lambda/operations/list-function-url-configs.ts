import type { ListFunctionUrlConfigsCommandInput, ListFunctionUrlConfigsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { toFunctionUrlConfig } from '../function-url-config.ts';
import { changeableUrlTarget } from '../function-url-target.ts';
import { MAX_PAGE, pageOf } from '../page.ts';

export interface ListFunctionUrlConfigsDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** The URLs of a function and its aliases, in the order of qualifiers. */
export function listFunctionUrlConfigs(
  deps: ListFunctionUrlConfigsDependencies,
): Operation<ListFunctionUrlConfigsCommandInput, ListFunctionUrlConfigsResponse> {
  return (input, context) => {
    const { record } = changeableUrlTarget('ListFunctionUrlConfigs', input, context, deps.functions);
    const urls = Object.entries(record.urls ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const { items, ...next } = pageOf(urls, {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ([qualifier]) => qualifier,
      follows: ([qualifier], key) => qualifier > key,
    });
    return { FunctionUrlConfigs: items.map(([qualifier, url]) => toFunctionUrlConfig(record, qualifier, url, context)), ...next };
  };
}
