import type { DescribeScalableTargetsCommandInput, DescribeScalableTargetsResponse } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../page.ts';
import { DIMENSION, NAMESPACE, serviceLinkedRoleArn, targetArn } from '../scalable-target.ts';
import type { ScalableTargets } from '../scalable-targets.ts';

export interface DescribeScalableTargetsDependencies {
  readonly targets: Pick<ScalableTargets, 'list'>;
}

/** In the order of resource ids. Of other namespaces there are none. */
export function describeScalableTargets(
  deps: DescribeScalableTargetsDependencies,
): Operation<DescribeScalableTargetsCommandInput, DescribeScalableTargetsResponse> {
  return (input, context) => {
    const { ServiceNamespace: namespace, ResourceIds: ids, ScalableDimension: dimension = DIMENSION } = input;
    const ours = namespace === NAMESPACE && dimension === DIMENSION ? deps.targets.list(context.caller.accountId, context.region) : [];
    const wanted = ids === undefined || ids.length === 0 ? ours : ours.filter(({ resourceId }) => ids.includes(resourceId));
    const { items, ...next } = pageOf(wanted, ({ resourceId }) => resourceId, input);
    return {
      ScalableTargets: items.map((target) => ({
        ServiceNamespace: NAMESPACE,
        ResourceId: target.resourceId,
        ScalableDimension: DIMENSION,
        MinCapacity: target.minCapacity,
        MaxCapacity: target.maxCapacity,
        RoleARN: serviceLinkedRoleArn(target),
        CreationTime: new Date(target.createdMs),
        SuspendedState: {
          DynamicScalingInSuspended: target.suspended.scaleIn,
          DynamicScalingOutSuspended: target.suspended.scaleOut,
          ScheduledScalingSuspended: target.suspended.scheduled,
        },
        ScalableTargetARN: targetArn(target),
      })),
      ...next,
    };
  };
}
