import { createFunction } from './operations/create-function.ts';
import { deleteFunctionConcurrency } from './operations/delete-function-concurrency.ts';
import { deleteFunction } from './operations/delete-function.ts';
import { getAccountSettings } from './operations/get-account-settings.ts';
import { getFunctionConcurrency } from './operations/get-function-concurrency.ts';
import { getFunctionConfiguration } from './operations/get-function-configuration.ts';
import { getFunction } from './operations/get-function.ts';
import { invoke } from './operations/invoke.ts';
import { invokeWithResponseStream } from './operations/invoke-with-response-stream.ts';
import { listFunctions } from './operations/list-functions.ts';
import { listTags } from './operations/list-tags.ts';
import { putFunctionConcurrency } from './operations/put-function-concurrency.ts';
import { tagResource } from './operations/tag-resource.ts';
import { untagResource } from './operations/untag-resource.ts';
import { updateFunctionCode } from './operations/update-function-code.ts';
import { updateFunctionConfiguration } from './operations/update-function-configuration.ts';

/**
 * Every operation that Hearth has, by its name in the model. One that is not here answers the protocol's not-implemented error,
 * and `docs/parity.md` says so.
 */
export const LAMBDA_OPERATIONS = {
  CreateFunction: createFunction,
  DeleteFunction: deleteFunction,
  DeleteFunctionConcurrency: deleteFunctionConcurrency,
  GetAccountSettings: getAccountSettings,
  GetFunction: getFunction,
  GetFunctionConcurrency: getFunctionConcurrency,
  GetFunctionConfiguration: getFunctionConfiguration,
  Invoke: invoke,
  InvokeWithResponseStream: invokeWithResponseStream,
  ListFunctions: listFunctions,
  ListTags: listTags,
  PutFunctionConcurrency: putFunctionConcurrency,
  TagResource: tagResource,
  UntagResource: untagResource,
  UpdateFunctionCode: updateFunctionCode,
  UpdateFunctionConfiguration: updateFunctionConfiguration,
} as const;

type Factory = (typeof LAMBDA_OPERATIONS)[keyof typeof LAMBDA_OPERATIONS];

/** What all operations together need: each is passed the part it declares. */
export type LambdaDependencies = Intersection<Parameters<Factory>[0]>;

type Intersection<Union> = (Union extends unknown ? (member: Union) => void : never) extends (all: infer All) => void ? All : never;
