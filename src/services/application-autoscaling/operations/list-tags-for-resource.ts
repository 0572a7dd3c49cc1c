import type { ListTagsForResourceCommandInput, ListTagsForResourceResponse } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { taggedTarget } from '../tagged-target.ts';

export function listTagsForResource(deps: {
  readonly targets: Pick<ScalableTargets, 'list'>;
}): Operation<ListTagsForResourceCommandInput, ListTagsForResourceResponse> {
  return (input, context) => ({ Tags: { ...taggedTarget(input.ResourceARN, context, deps.targets).tags } });
}
