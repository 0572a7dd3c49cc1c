import type { ListVersionsByFunctionCommandInput, ListVersionsByFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { toListedConfiguration } from '../function-configuration.ts';
import { MAX_PAGE, pageOf } from '../page.ts';
import { changeTarget } from '../target-function.ts';

export interface ListVersionsByFunctionDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'publishedVersions'>;
}

/** `$LATEST`, then the published versions by their numbers. */
export function listVersionsByFunction(
  deps: ListVersionsByFunctionDependencies,
): Operation<ListVersionsByFunctionCommandInput, ListVersionsByFunctionResponse> {
  return (input, context) => {
    const record = changeTarget('ListVersionsByFunction', input, context, deps.functions);
    const { items, ...next } = pageOf([record.latest, ...deps.functions.publishedVersions(record)], {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ({ version }) => version,
      follows: ({ version }, key) => orderOf(version) > orderOf(key),
    });
    return { Versions: items.map((version) => toListedConfiguration(version, version.version)), ...next };
  };
}

function orderOf(version: string): number {
  return version === '$LATEST' ? 0 : Number(version);
}
