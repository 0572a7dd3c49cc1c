import type { FunctionEventInvokeConfig, GetFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { presentConfig, presentTarget, resolveEventInvoke, toEventInvokeConfig } from '../event-invoke-config.ts';

export interface GetFunctionEventInvokeConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

export function getFunctionEventInvokeConfig(
  deps: GetFunctionEventInvokeConfigDependencies,
): Operation<GetFunctionEventInvokeConfigCommandInput, FunctionEventInvokeConfig> {
  return (input, context) => {
    const reference = resolveEventInvoke('GetFunctionEventInvokeConfig', input, context);
    const record = deps.functions.find(reference.accountId, reference.region, reference.name);
    const config = presentConfig(record, reference);
    return toEventInvokeConfig(presentTarget(record, reference.qualifier), reference.qualifier, config);
  };
}
