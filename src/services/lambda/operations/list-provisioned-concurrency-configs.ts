import type { ListProvisionedConcurrencyConfigsCommandInput, ListProvisionedConcurrencyConfigsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { MAX_PAGE, pageOf } from '../page.ts';
import { toProvisionedConfiguration, type ProvisionedStates } from '../provisioned-configuration.ts';
import { changeTarget } from '../target-function.ts';

export interface ListProvisionedConcurrencyConfigsDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
  readonly provisioned: ProvisionedStates;
}

/** In the order of qualifiers. */
export function listProvisionedConcurrencyConfigs(
  deps: ListProvisionedConcurrencyConfigsDependencies,
): Operation<ListProvisionedConcurrencyConfigsCommandInput, ListProvisionedConcurrencyConfigsResponse> {
  return (input, context) => {
    const record = changeTarget('ListProvisionedConcurrencyConfigs', input, context, deps.functions);
    const configurations = Object.entries(record.provisionedConcurrency ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1));
    const { items, ...next } = pageOf(configurations, {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ([qualifier]) => qualifier,
      follows: ([qualifier], key) => qualifier > key,
    });
    return {
      ProvisionedConcurrencyConfigs: items.map(([qualifier, provisioned]) => ({
        FunctionArn: functionArn(record, qualifier),
        ...toProvisionedConfiguration(provisioned, deps.provisioned.stateOf(record, qualifier)),
      })),
      ...next,
    };
  };
}
