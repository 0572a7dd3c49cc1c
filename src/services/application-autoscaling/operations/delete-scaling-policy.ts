import type { DeleteScalingPolicyCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import { noPolicy } from '../autoscaling-errors.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { targetOfRequest } from '../target-of-request.ts';

export interface DeleteScalingPolicyDependencies {
  readonly targets: Pick<ScalableTargets, 'change'>;
}

export function deleteScalingPolicy(
  deps: DeleteScalingPolicyDependencies,
): Operation<DeleteScalingPolicyCommandInput, Record<string, never>> {
  return async (input, context) => {
    const { PolicyName: name = '' } = input;
    await deps.targets.change(targetOfRequest(input, context), (target) => {
      if (target === undefined || !Object.hasOwn(target.policies, name)) throw noPolicy(input.ResourceId, name);
      return { ...target, policies: Object.fromEntries(Object.entries(target.policies).filter(([other]) => other !== name)) };
    });
    return {};
  };
}
