import type { UpdateFunctionUrlConfigCommandInput, UpdateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { withUrl, type FunctionUrl } from '#functions/function-url.ts';
import { fromCors, toFunctionUrlConfig } from '../function-url-config.ts';
import { changeableUrlTarget, checkAlias, functionMissing, presentUrl } from '../function-url-target.ts';

export interface UpdateFunctionUrlConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly clock: Clock;
}

/** Changes what is given; the address stays. `Cors` replaces all of it, an empty one takes it away. */
export function updateFunctionUrlConfig(
  deps: UpdateFunctionUrlConfigDependencies,
): Operation<UpdateFunctionUrlConfigCommandInput, UpdateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const { record: named, qualifier } = changeableUrlTarget('UpdateFunctionUrlConfig', input, context, deps.functions);
    checkAlias(named, qualifier);
    const modifiedAt = new Date(deps.clock.wallMs()).toISOString();
    const updated = await deps.functions.update(named, (record) =>
      withUrl(record, qualifier, changeUrl(presentUrl(record, qualifier), input, modifiedAt)),
    );
    if (updated === undefined) throw functionMissing();
    return toFunctionUrlConfig(updated, qualifier, presentUrl(updated, qualifier), context);
  };
}

function changeUrl(url: FunctionUrl, input: UpdateFunctionUrlConfigCommandInput, modifiedAt: string): FunctionUrl {
  const { cors: former, ...rest } = url;
  const cors = input.Cors === undefined ? former : fromCors(input.Cors);
  return {
    ...rest,
    ...(cors !== undefined && { cors }),
    ...(input.AuthType !== undefined && { authType: input.AuthType }),
    ...(input.InvokeMode !== undefined && { invokeMode: input.InvokeMode }),
    modifiedAt,
  };
}
