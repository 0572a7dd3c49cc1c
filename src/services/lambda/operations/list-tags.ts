import type { ListTagsCommandInput, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { readTags, type TagReaders } from '../tagged-resource.ts';

export function listTags(deps: TagReaders): Operation<ListTagsCommandInput, ListTagsResponse> {
  return (input, context) => ({ Tags: { ...readTags('ListTags', input.Resource, context, deps) } });
}
