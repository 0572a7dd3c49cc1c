import type { DeregisterScalableTargetCommandInput } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import { noTarget } from '../autoscaling-errors.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { targetOfRequest } from '../target-of-request.ts';

export interface DeregisterScalableTargetDependencies {
  readonly targets: Pick<ScalableTargets, 'change'>;
}

/** Ends the scaling, with all policies. The capacity stays as it is. */
export function deregisterScalableTarget(
  deps: DeregisterScalableTargetDependencies,
): Operation<DeregisterScalableTargetCommandInput, Record<string, never>> {
  return async (input, context) => {
    await deps.targets.change(targetOfRequest(input, context), (target) => {
      if (target === undefined) throw noTarget(input.ResourceId);
      return undefined;
    });
    return {};
  };
}
