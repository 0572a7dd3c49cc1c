import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  ListTagsCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-lambda';
import { HELPER_INPUT, newFunction } from '../new-function.ts';
import type { Replay, ReplaySteps, ReplayTable } from '../replay.ts';

interface Tagging {
  readonly tag: (key: string, Tags: Readonly<Record<string, string>>) => Promise<unknown>;
  readonly untag: (key: string, TagKeys: readonly string[]) => Promise<unknown>;
  readonly list: (key: string) => Promise<unknown>;
}

function taggingOf(replay: Replay, Resource: string): Tagging {
  const { lambda } = replay.account;
  return {
    tag: (key, Tags) => replay.call(key, lambda.send(new TagResourceCommand({ Resource, Tags: { ...Tags } }))),
    untag: (key, TagKeys) => replay.call(key, lambda.send(new UntagResourceCommand({ Resource, TagKeys: [...TagKeys] }))),
    list: (key) => replay.call(key, lambda.send(new ListTagsCommand({ Resource }))),
  };
}

const lifecycle: ReplaySteps = async (replay) => {
  const { FunctionArn = '' } = await newFunction(replay);
  const { tag, untag, list } = taggingOf(replay, FunctionArn);
  const steps: readonly (readonly [key: string, step: (key: string) => Promise<unknown>])[] = [
    ['tag_single_response', (key) => tag(key, { A: 'tag-a' })],
    ['tag_multiple_response', (key) => tag(key, { B: 'tag-b', C: 'tag-c' })],
    ['tag_overlap_response', (key) => tag(key, { C: 'tag-c-newsuffix', D: 'tag-d' })],
    ['untag_single_response', (key) => untag(key, ['A'])],
    ['untag_multiple_response', (key) => untag(key, ['B', 'C'])],
    ['untag_nonexisting_response', (key) => untag(key, ['F'])],
    ['untag_existing_and_nonexisting_response', (key) => untag(key, ['D', 'F'])],
  ];
  for (const [key, step] of steps) {
    await step(key);
    await list(`${key}_listtags`);
  }
};

/** TestLambdaTag and TestLambdaTags of `test_lambda_api`. */
export const tagReplays: ReplayTable = {
  'TestLambdaTag::test_tag_lifecycle': lifecycle,
  'TestLambdaTag::test_tag_lifecycle[lambda_function]': lifecycle,

  async 'TestLambdaTag::test_create_tag_on_fn_create'(replay) {
    const { FunctionName, FunctionArn = '' } = await newFunction(replay, { ...HELPER_INPUT, Tags: { testtag: 'custom' } });
    await replay.call('get_function_result', replay.account.lambda.send(new GetFunctionCommand({ FunctionName })));
    await taggingOf(replay, FunctionArn).list('list_tags_result');
  },

  async 'TestLambdaTags::test_tag_exceptions'(replay) {
    const { FunctionArn = '' } = await newFunction(replay);
    const tags = { key: 'value' };
    await taggingOf(replay, 'arn:aws:something').tag('tag_lambda_invalidarn', tags);
    await taggingOf(replay, `arn:aws:lambda:us-east-1:${replay.accountId}:function:doesnotexist`).tag('tag_lambda_doesnotexist', tags);
    await taggingOf(replay, `${FunctionArn}:v1`).tag('tag_lambda_qualifier_doesnotexist', tags);
    const { tag, untag, list } = taggingOf(replay, FunctionArn);
    await list('list_tag_lambda_empty');
    await untag('untag_nomatch', ['somekey']);
    await untag('untag_empty_keys', []);
    await tag('tag_empty_tags', {});
  },

  async 'TestLambdaTags::test_tag_lifecycle'(replay) {
    const { lambda } = replay.account;
    const { FunctionName, FunctionArn = '' } = await newFunction(replay, { ...HELPER_INPUT, Tags: { key_a: 'value_a' } });
    const { tag, list } = taggingOf(replay, FunctionArn);
    const shown = async (after: string): Promise<void> => {
      await list(`list_tags_response_${after}`);
      await replay.call(`get_fn_response_${after}`, lambda.send(new GetFunctionCommand({ FunctionName })));
    };
    await shown('postfncreate');
    await tag('tag_resource_response', { key_b: 'value_b', key_c: 'value_c', key_d: 'value_d', key_e: 'value_e' });
    await shown('postaddtags');
    await tag('tag_resource_overwrite', { key_b: 'value_b', key_c: 'value_x' });
    await shown('overwrite');
    const remove = (keys: string[]): Promise<unknown> => lambda.send(new UntagResourceCommand({ Resource: FunctionArn, TagKeys: keys }));
    await remove(['key_c', 'key_d']);
    await shown('postuntag');
    await remove(['key_a', 'key_b', 'key_e']);
    await shown('postuntagall');
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    await list('list_tags_postdelete');
  },
};
