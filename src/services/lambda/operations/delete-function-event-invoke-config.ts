import type { DeleteFunctionEventInvokeConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { withoutName } from '#functions/without-qualifier.ts';
import { presentConfig, resolveEventInvoke } from '../event-invoke-config.ts';

export interface DeleteFunctionEventInvokeConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
}

export function deleteFunctionEventInvokeConfig(
  deps: DeleteFunctionEventInvokeConfigDependencies,
): Operation<DeleteFunctionEventInvokeConfigCommandInput, Record<string, never>> {
  return async (input, context) => {
    const reference = resolveEventInvoke('DeleteFunctionEventInvokeConfig', input, context);
    const updated = await deps.functions.update(reference, (record) => {
      presentConfig(record, reference);
      return { ...record, eventInvokeConfigs: withoutName(record.eventInvokeConfigs ?? {}, reference.qualifier) };
    });
    if (updated === undefined) presentConfig(updated, reference);
    return {};
  };
}
