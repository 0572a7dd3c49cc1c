import type { GetFunctionUrlConfigCommandInput, GetFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { toFunctionUrlConfig } from '../function-url-config.ts';
import { presentUrl, urlMissing, urlTarget } from '../function-url-target.ts';

export interface GetFunctionUrlConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

export function getFunctionUrlConfig(
  deps: GetFunctionUrlConfigDependencies,
): Operation<GetFunctionUrlConfigCommandInput, GetFunctionUrlConfigResponse> {
  return (input, context) => {
    const target = urlTarget('GetFunctionUrlConfig', input, context, deps.functions);
    if (target === undefined) throw urlMissing();
    const { record, qualifier } = target;
    return toFunctionUrlConfig(record, qualifier, presentUrl(record, qualifier), context);
  };
}
