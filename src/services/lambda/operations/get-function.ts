import type { GetFunctionCommandInput, GetFunctionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { CodeUrls } from '../code-url.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { readTarget, type FunctionReader } from '../target-function.ts';

export interface GetFunctionDependencies {
  readonly functions: FunctionReader;
  readonly codeUrls: Pick<CodeUrls, 'sign'>;
}

/** Configuration, tags and reserved concurrency (when there are any), and a link under which the package can be downloaded for ten minutes. */
export function getFunction(deps: GetFunctionDependencies): Operation<GetFunctionCommandInput, GetFunctionResponse> {
  return (input, context) => {
    const { record, version, qualifier } = readTarget('GetFunction', input, context, deps.functions);
    return {
      Configuration: toFunctionConfiguration(version, qualifier),
      Code: { RepositoryType: 'S3', Location: deps.codeUrls.sign(context.endpoint, version.code.digest) },
      ...(record.reservedConcurrency !== undefined && { Concurrency: { ReservedConcurrentExecutions: record.reservedConcurrency } }),
      ...(Object.keys(record.tags).length > 0 && { Tags: { ...record.tags } }),
    };
  };
}
