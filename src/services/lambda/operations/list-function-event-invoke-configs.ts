import type { ListFunctionEventInvokeConfigsCommandInput, ListFunctionEventInvokeConfigsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { presentTarget, resolveEventInvoke, toEventInvokeConfig } from '../event-invoke-config.ts';
import { MAX_PAGE, pageOf } from '../page.ts';

export interface ListFunctionEventInvokeConfigsDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

/** In the order of qualifiers. */
export function listFunctionEventInvokeConfigs(
  deps: ListFunctionEventInvokeConfigsDependencies,
): Operation<ListFunctionEventInvokeConfigsCommandInput, ListFunctionEventInvokeConfigsResponse> {
  return (input, context) => {
    const reference = resolveEventInvoke('ListFunctionEventInvokeConfigs', input, context);
    const record = presentTarget(deps.functions.find(reference.accountId, reference.region, reference.name), '$LATEST');
    const configs = Object.entries(record.eventInvokeConfigs ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const { items, ...next } = pageOf(configs, {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ([qualifier]) => qualifier,
      follows: ([qualifier], key) => qualifier > key,
    });
    return { FunctionEventInvokeConfigs: items.map(([qualifier, config]) => toEventInvokeConfig(record, qualifier, config)), ...next };
  };
}
