import type { TagResourceCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { changeTags } from '../tagged-target.ts';

/** Adds tags and replaces the values of those that exist. */
export function tagResource(deps: {
  readonly targets: Pick<ScalableTargets, 'list' | 'change'>;
}): Operation<TagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    await changeTags(input.ResourceARN, context, deps.targets, (tags) => ({ ...tags, ...input.Tags }));
    return {};
  };
}
