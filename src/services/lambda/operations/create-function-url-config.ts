import type { CreateFunctionUrlConfigCommandInput, CreateFunctionUrlConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { customUrlId, findUrl, randomUrlId, withUrl, type FunctionUrl } from '#functions/function-url.ts';
import type { FunctionUrlIndex } from '#functions/function-url-index.ts';
import { resourceConflict } from '#functions/lambda-errors.ts';
import { fromCors, toFunctionUrlConfig } from '../function-url-config.ts';
import { changeableUrlTarget, checkAlias, functionMissing } from '../function-url-target.ts';

export interface CreateFunctionUrlConfigDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly urls: Pick<FunctionUrlIndex, 'claim'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Gives a function or an alias an address. A function tagged `_custom_id_` chooses its id. */
export function createFunctionUrlConfig(
  deps: CreateFunctionUrlConfigDependencies,
): Operation<CreateFunctionUrlConfigCommandInput, CreateFunctionUrlConfigResponse> {
  return async (input, context) => {
    const { record: named, qualifier } = changeableUrlTarget('CreateFunctionUrlConfig', input, context, deps.functions);
    const check = (record: FunctionRecord): void => {
      if (findUrl(record, qualifier) !== undefined) throw exists(record, qualifier);
      checkAlias(record, qualifier);
    };
    check(named);
    const id = customUrlId(named, qualifier) ?? randomUrlId(deps.ids);
    using claim = deps.urls.claim(id);
    if (claim === undefined) throw resourceConflict(`The URL id ${id} belongs to another function.`);
    const url = newUrl(id, input, deps.clock);
    const updated = await deps.functions.update(named, (record) => {
      check(record);
      return withUrl(record, qualifier, url);
    });
    if (updated === undefined) throw functionMissing();
    const { LastModifiedTime: _, ...created } = toFunctionUrlConfig(updated, qualifier, url, context);
    return created;
  };
}

function newUrl(id: string, input: CreateFunctionUrlConfigCommandInput, clock: Clock): FunctionUrl {
  const now = new Date(clock.wallMs()).toISOString();
  const cors = fromCors(input.Cors ?? {});
  return {
    id,
    authType: input.AuthType ?? 'AWS_IAM',
    ...(cors !== undefined && { cors }),
    ...(input.InvokeMode !== undefined && { invokeMode: input.InvokeMode }),
    createdAt: now,
    modifiedAt: now,
  };
}

function exists(record: FunctionRecord, qualifier: string): Error {
  const arn = functionArn(record, qualifier === '$LATEST' ? undefined : qualifier);
  return resourceConflict(
    `Failed to create function url config for [functionArn = ${arn}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
  );
}
