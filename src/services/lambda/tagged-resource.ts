import { parseArn } from '#aws/arn.ts';
import type { RequestContext } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { codeSigningConfigArn, parseCodeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter, resourceNotFound } from '#functions/lambda-errors.ts';
import { changeTags } from './change-tags.ts';
import { codeSigningConfigMissing, presentCodeSigningConfig } from './code-signing-target.ts';
import { resolveOwnFunction } from './target-function.ts';

type Tags = Readonly<Record<string, string>>;

export interface TagReaders {
  readonly functions: Pick<FunctionRepository, 'find'>;
  readonly codeSigning: Pick<CodeSigningConfigs, 'find'>;
}

export interface TagWriters {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly codeSigning: Pick<CodeSigningConfigs, 'find' | 'update'>;
  readonly ids: IdSource;
}

/** The tags of what an ARN names. @throws AwsError ResourceNotFoundException */
export function readTags(operation: string, resource: string | undefined, context: RequestContext, readers: TagReaders): Tags {
  if (isCodeSigningConfig(resource)) return presentCodeSigningConfig(resource, context, readers.codeSigning).tags;
  return taggedFunction(operation, resource, context, readers.functions).tags;
}

/**
 * Replaces the tags of what an ARN names; `change` may run several times, and cancels by throwing.
 * @throws AwsError ResourceNotFoundException
 */
export async function writeTags(
  operation: string,
  resource: string | undefined,
  context: RequestContext,
  writers: TagWriters,
  change: (tags: Tags) => Tags,
): Promise<void> {
  if (isCodeSigningConfig(resource)) {
    const config = presentCodeSigningConfig(resource, context, writers.codeSigning);
    const changed = await writers.codeSigning.update(config, (current) => ({ ...current, tags: change(current.tags) }));
    if (changed === undefined) throw codeSigningConfigMissing(codeSigningConfigArn(config));
    return;
  }
  const target = taggedFunction(operation, resource, context, writers.functions);
  const updated = await writers.functions.update(target, (record) => changeTags(record, change(record.tags), writers.ids));
  if (updated === undefined) throw functionNotFound(target);
}

function isCodeSigningConfig(resource: string | undefined): resource is string {
  return parseCodeSigningConfigArn(resource ?? '') !== undefined;
}

/** Other taggable resources of Lambda (event source mappings, ...) do not exist yet, so none is found. */
function taggedFunction(
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
