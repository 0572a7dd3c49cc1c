import { parseArn } from '#aws/arn.ts';
import type { RequestContext } from '#aws/service.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter, resourceNotFound } from '#functions/lambda-errors.ts';
import { resolveOwnFunction } from './target-function.ts';

/**
 * The function whose ARN a tag operation was given. Other taggable resources of Lambda (layers, event source mappings, ...) do
 * not exist yet, so none is found.
 */
export function taggedFunction(
  operation: string,
  resource: string | undefined,
  context: RequestContext,
  functions: Pick<FunctionRepository, 'find'>,
): FunctionRecord {
  if (!parseArn(resource ?? '')?.resource.startsWith('function:')) throw resourceNotFound('The resource you requested does not exist.');
  const reference = resolveOwnFunction(operation, { FunctionName: resource }, context);
  if (reference.qualifier !== undefined) {
    throw invalidParameter('Tags on function aliases and versions are not supported. Please specify a function ARN.');
  }
  const record = functions.find(reference.accountId, reference.region, reference.name);
  if (record === undefined) throw functionNotFound(reference);
  return record;
}
