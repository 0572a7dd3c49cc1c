import type { PutRuntimeManagementConfigCommandInput, PutRuntimeManagementConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import type { RuntimeManagement } from '#functions/runtime-management.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import { readTarget, type FunctionReader } from '../target-function.ts';
import { toRuntimeManagementConfig } from '../runtime-management-config.ts';

export interface PutRuntimeManagementConfigDependencies {
  readonly functions: FunctionReader & Pick<FunctionRepository, 'update'>;
}

/** Of `$LATEST` or one published version; an alias stands for the version that it leads to. */
export function putRuntimeManagementConfig(
  deps: PutRuntimeManagementConfigDependencies,
): Operation<PutRuntimeManagementConfigCommandInput, PutRuntimeManagementConfigResponse> {
  return async (input, context) => {
    const { record, version, qualifier } = readTarget('PutRuntimeManagementConfig', input, context, deps.functions);
    const management = readManagement(input, version);
    const updated = await deps.functions.update(record, (current) => {
      // A version may have been deleted meanwhile.
      if (version.version !== '$LATEST' && current.versions?.[version.version] === undefined) throw functionNotFound(record, qualifier);
      return { ...current, runtimeManagement: { ...current.runtimeManagement, [version.version]: management } };
    });
    if (updated === undefined) throw functionNotFound(record, qualifier);
    return toRuntimeManagementConfig(record, qualifier, management);
  };
}

/** @throws AwsError InvalidParameterValueException for an ARN where none belongs, none where one does, and another than there is */
function readManagement(input: PutRuntimeManagementConfigCommandInput, version: FunctionVersion): RuntimeManagement {
  const { UpdateRuntimeOn: updateOn = 'Auto', RuntimeVersionArn: arn } = input;
  if (updateOn !== 'Manual') {
    if (arn !== undefined) throw invalidParameter('RuntimeVersionArn can be specified only when UpdateRuntimeOn is Manual.');
    return { updateOn };
  }
  if (arn === undefined) throw invalidParameter('RuntimeVersionArn must be specified when UpdateRuntimeOn is Manual.');
  if (arn !== runtimeVersionArn(version)) throw invalidParameter(`Runtime version ${arn} is not available.`);
  return { updateOn, runtimeVersionArn: arn };
}
