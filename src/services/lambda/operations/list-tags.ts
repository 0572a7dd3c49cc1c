import type { ListTagsCommandInput, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionReader } from '../target-function.ts';
import { taggedFunction } from '../tagged-function.ts';

export interface ListTagsDependencies {
  readonly functions: FunctionReader;
}

export function listTags(deps: ListTagsDependencies): Operation<ListTagsCommandInput, ListTagsResponse> {
  return (input, context) => ({ Tags: { ...taggedFunction('ListTags', input.Resource, context, deps.functions).tags } });
}
