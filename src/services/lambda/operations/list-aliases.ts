import type { ListAliasesCommandInput, ListAliasesResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { leadsTo } from '#functions/alias.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { toAliasConfiguration } from '../alias-configuration.ts';
import { MAX_PAGE, pageOf } from '../page.ts';
import { changeTarget } from '../target-function.ts';

export interface ListAliasesDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** In the order of names; with FunctionVersion those that lead to that version, first or second. */
export function listAliases(deps: ListAliasesDependencies): Operation<ListAliasesCommandInput, ListAliasesResponse> {
  return (input, context) => {
    const record = changeTarget('ListAliases', input, context, deps.functions);
    const { FunctionVersion: version } = input;
    const aliases = Object.values(record.aliases ?? {})
      .filter((alias) => version === undefined || leadsTo(alias, version))
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
    const { items, ...next } = pageOf(aliases, {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ({ name }) => name,
      follows: ({ name }, key) => name > key,
    });
    return { Aliases: items.map((alias) => toAliasConfiguration(record, alias)), ...next };
  };
}
