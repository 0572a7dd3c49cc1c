import type { UntagResourceCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound } from '#functions/lambda-errors.ts';
import { changeTags } from '../change-tags.ts';
import { taggedFunction } from '../tagged-function.ts';

export interface UntagResourceDependencies {
  readonly functions: Pick<FunctionRepository, 'find' | 'update'>;
  readonly ids: IdSource;
}

/** Removes tags; keys that are not there are no error. */
export function untagResource(deps: UntagResourceDependencies): Operation<UntagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    const target = taggedFunction('UntagResource', input.Resource, context, deps.functions);
    const removed = new Set(input.TagKeys);
    const updated = await deps.functions.update(target, (record) => {
      const kept = Object.entries(record.tags).filter(([name]) => !removed.has(name));
      return changeTags(record, Object.fromEntries(kept), deps.ids);
    });
    if (updated === undefined) throw functionNotFound(target);
    return {};
  };
}
