import type { UntagResourceCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { writeTags, type TagWriters } from '../tagged-resource.ts';

/** Removes tags; keys that are not there are no error. */
export function untagResource(deps: TagWriters): Operation<UntagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    const removed = new Set(input.TagKeys);
    await writeTags('UntagResource', input.Resource, context, deps, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([name]) => !removed.has(name))),
    );
    return {};
  };
}
