import type { DeleteFunctionUrlConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { withUrl } from '#functions/function-url.ts';
import { presentUrl, urlMissing, urlTarget } from '../function-url-target.ts';

export interface DeleteFunctionUrlConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
}

export function deleteFunctionUrlConfig(
  deps: DeleteFunctionUrlConfigDependencies,
): Operation<DeleteFunctionUrlConfigCommandInput, Record<string, never>> {
  return async (input, context) => {
    const target = urlTarget('DeleteFunctionUrlConfig', input, context, deps.functions);
    if (target === undefined) throw urlMissing();
    const updated = await deps.functions.update(target.record, (record) => {
      presentUrl(record, target.qualifier);
      return withUrl(record, target.qualifier, undefined);
    });
    if (updated === undefined) throw urlMissing();
    return {};
  };
}
