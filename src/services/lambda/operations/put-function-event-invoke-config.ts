import type { FunctionEventInvokeConfig, PutFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { withEventInvokeConfig } from '#functions/event-invoke-config.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { checkDestinations, givenSettings, presentTarget, resolveEventInvoke, toEventInvokeConfig } from '../event-invoke-config.ts';

export interface PutFunctionEventInvokeConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly clock: Clock;
}

/** Replaces the whole configuration of a version or alias: what is not given is the default again. */
export function putFunctionEventInvokeConfig(
  deps: PutFunctionEventInvokeConfigDependencies,
): Operation<PutFunctionEventInvokeConfigCommandInput, FunctionEventInvokeConfig> {
  return async (input, context) => {
    const reference = resolveEventInvoke('PutFunctionEventInvokeConfig', input, context);
    const { destinationsGiven: _, ...settings } = givenSettings(input);
    const config = { ...settings, lastModifiedMs: deps.clock.wallMs() };
    presentTarget(deps.functions.find(reference.accountId, reference.region, reference.name), reference.qualifier);
    checkDestinations(config, reference, deps.functions);
    const updated = await deps.functions.update(reference, (record) =>
      withEventInvokeConfig(presentTarget(record, reference.qualifier), reference.qualifier, config),
    );
    return toEventInvokeConfig(presentTarget(updated, reference.qualifier), reference.qualifier, config);
  };
}
