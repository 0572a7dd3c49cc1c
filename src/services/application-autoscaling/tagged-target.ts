import type { RequestContext } from '#aws/service.ts';
import { noTaggedTarget, tooManyTags } from './autoscaling-errors.ts';
import { targetArn } from './scalable-target.ts';
import type { ScalableTarget } from './scalable-target.ts';
import type { ScalableTargets } from './scalable-targets.ts';

/** Application Auto Scaling quotas: tags of one scalable target. */
const MAX_TAGS = 50;

/** The target of the account that has this ARN. @throws AwsError ResourceNotFoundException */
export function taggedTarget(arn: string | undefined, context: RequestContext, targets: Pick<ScalableTargets, 'list'>): ScalableTarget {
  const target = targets.list(context.caller.accountId, context.region).find((one) => targetArn(one) === arn);
  if (target === undefined) throw noTaggedTarget(arn ?? '');
  return target;
}

/** Changes the tags. @throws AwsError ResourceNotFoundException, TooManyTagsException */
export async function changeTags(
  arn: string | undefined,
  context: RequestContext,
  targets: Pick<ScalableTargets, 'list' | 'change'>,
  change: (tags: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
): Promise<void> {
  await targets.change(taggedTarget(arn, context, targets), (target) => {
    if (target === undefined) throw noTaggedTarget(arn ?? '');
    const tags = change(target.tags);
    if (Object.keys(tags).length > MAX_TAGS) throw tooManyTags(arn ?? '');
    return { ...target, tags };
  });
}
