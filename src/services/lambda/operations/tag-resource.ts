import type { TagResourceCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import { checkTagCount } from '../function-rules.ts';
import { readTags, writeTags, type TagWriters } from '../tagged-resource.ts';

/** Adds tags and replaces the values of those that exist. */
export function tagResource(deps: TagWriters): Operation<TagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    readTags('TagResource', input.Resource, context, deps);
    const added = input.Tags ?? {};
    // AWS's own words (recorded by test_tag_exceptions).
    if (Object.keys(added).length === 0) throw invalidParameter('An error occurred and the request cannot be processed.');
    await writeTags('TagResource', input.Resource, context, deps, (present) => {
      const tags = { ...present, ...added };
      checkTagCount(tags);
      return tags;
    });
    return {};
  };
}
