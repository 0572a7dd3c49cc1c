import type { GetProvisionedConcurrencyConfigCommandInput, GetProvisionedConcurrencyConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { findProvisioned } from '#functions/provisioned-concurrency.ts';
import { noProvisionedConfiguration, toProvisionedConfiguration, type ProvisionedStates } from '../provisioned-configuration.ts';
import { checkProvisionedTarget, resolveProvisioned } from '../provisioned-target.ts';

export interface GetProvisionedConcurrencyConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
  readonly provisioned: ProvisionedStates;
}

export function getProvisionedConcurrencyConfig(
  deps: GetProvisionedConcurrencyConfigDependencies,
): Operation<GetProvisionedConcurrencyConfigCommandInput, GetProvisionedConcurrencyConfigResponse> {
  return (input, context) => {
    const reference = resolveProvisioned('GetProvisionedConcurrencyConfig', input, context);
    const { accountId, region, name, qualifier } = reference;
    const found = findProvisioned(checkProvisionedTarget(deps.functions.find(accountId, region, name), reference), qualifier);
    if (found === undefined) throw noProvisionedConfiguration();
    return toProvisionedConfiguration(found, deps.provisioned.stateOf(reference, qualifier));
  };
}
