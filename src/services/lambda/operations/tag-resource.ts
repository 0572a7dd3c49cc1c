import type { TagResourceCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';
import { changeTags } from '../change-tags.ts';
import { checkTagCount } from '../function-rules.ts';
import { taggedFunction } from '../tagged-function.ts';

export interface TagResourceDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly ids: IdSource;
}

/** Adds tags and replaces the values of those that exist. */
export function tagResource(deps: TagResourceDependencies): Operation<TagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    const target = taggedFunction('TagResource', input.Resource, context, deps.functions);
    const added = input.Tags ?? {};
    // AWS's own words (recorded by test_tag_exceptions).
    if (Object.keys(added).length === 0) throw invalidParameter('An error occurred and the request cannot be processed.');
    const updated = await deps.functions.update(target, (record) => {
      const tags = { ...record.tags, ...added };
      checkTagCount(tags);
      return changeTags(record, tags, deps.ids);
    });
    if (updated === undefined) throw functionNotFound(target);
    return {};
  };
}
