import type { FunctionEventInvokeConfig, UpdateFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { withEventInvokeConfig } from '#functions/event-invoke-config.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import {
  checkDestinations,
  givenSettings,
  presentConfig,
  presentTarget,
  resolveEventInvoke,
  toEventInvokeConfig,
} from '../event-invoke-config.ts';

export interface UpdateFunctionEventInvokeConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly clock: Clock;
}

/** Changes what is given of a configuration that exists. Both destinations are one setting. */
export function updateFunctionEventInvokeConfig(
  deps: UpdateFunctionEventInvokeConfigDependencies,
): Operation<UpdateFunctionEventInvokeConfigCommandInput, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const reference = resolveEventInvoke('UpdateFunctionEventInvokeConfig', input, context);
    const { qualifier } = reference;
    const { destinationsGiven, ...settings } = givenSettings(input);
    const found = presentTarget(deps.functions.find(reference.accountId, reference.region, reference.name), qualifier);
    presentConfig(found, reference);
    checkDestinations(settings, reference, deps.functions);
    const lastModifiedMs = deps.clock.wallMs();
    const updated = await deps.functions.update(reference, (record) => {
      const { onSuccess, onFailure, ...others } = presentConfig(presentTarget(record, qualifier), reference);
      const destinations = {
        ...(onSuccess !== undefined && { onSuccess }),
        ...(onFailure !== undefined && { onFailure }),
      };
      const config = { ...others, ...(!destinationsGiven && destinations), ...settings, lastModifiedMs };
      return withEventInvokeConfig(record, qualifier, config);
    });
    const record = presentTarget(updated, qualifier);
    return toEventInvokeConfig(record, qualifier, presentConfig(record, reference));
  };
}
