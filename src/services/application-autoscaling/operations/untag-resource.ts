import type { UntagResourceCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { changeTags } from '../tagged-target.ts';

/** Removes tags; those that are not there are no error. */
export function untagResource(deps: {
  readonly targets: Pick<ScalableTargets, 'list' | 'change'>;
}): Operation<UntagResourceCommandInput, Record<string, never>> {
  return async (input, context) => {
    const removed = input.TagKeys ?? [];
    await changeTags(input.ResourceARN, context, deps.targets, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.includes(key))),
    );
    return {};
  };
}
