import type { ListTagsCommandInput, ListTagsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { taggedFunction } from '../tagged-function.ts';

export interface ListTagsDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

export function listTags(deps: ListTagsDependencies): Operation<ListTagsCommandInput, ListTagsResponse> {
  return (input, context) => ({ Tags: { ...taggedFunction('ListTags', input.Resource, context, deps.functions).tags } });
}
