import type {
  DescribeScalingPoliciesCommandInput,
  DescribeScalingPoliciesResponse,
  ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../page.ts';
import { alarmsOf, DIMENSION, NAMESPACE, policyArn } from '../scalable-target.ts';
import type { ScalableTarget, TrackingPolicy } from '../scalable-target.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import { METRIC } from './put-scaling-policy.ts';

export interface DescribeScalingPoliciesDependencies {
  readonly targets: Pick<ScalableTargets, 'list'>;
}

/** In the order of resource ids, then of names. Of other namespaces there are none. */
export function describeScalingPolicies(
  deps: DescribeScalingPoliciesDependencies,
): Operation<DescribeScalingPoliciesCommandInput, DescribeScalingPoliciesResponse> {
  return (input, context) => {
    const { ServiceNamespace: namespace, ResourceId: id, ScalableDimension: dimension = DIMENSION, PolicyNames: names = [] } = input;
    const targets = namespace === NAMESPACE && dimension === DIMENSION ? deps.targets.list(context.caller.accountId, context.region) : [];
    const policies = targets
      .filter(({ resourceId }) => id === undefined || id === resourceId)
      .flatMap((target) => Object.values(target.policies).map((policy) => ({ target, policy })))
      .filter(({ target, policy }) => names.length === 0 || names.includes(policy.name) || names.includes(policyArn(target, policy)));
    const { items, ...next } = pageOf(policies, ({ target, policy }) => `${target.resourceId}/${policy.name}`, input);
    return { ScalingPolicies: items.map(({ target, policy }) => toScalingPolicy(target, policy)), ...next };
  };
}

function toScalingPolicy(target: ScalableTarget, policy: TrackingPolicy): ScalingPolicy {
  const { scaleOutCooldownSeconds, scaleInCooldownSeconds, disableScaleIn } = policy;
  return {
    PolicyARN: policyArn(target, policy),
    PolicyName: policy.name,
    ServiceNamespace: NAMESPACE,
    ResourceId: target.resourceId,
    ScalableDimension: DIMENSION,
    PolicyType: 'TargetTrackingScaling',
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: policy.targetValue,
      PredefinedMetricSpecification: { PredefinedMetricType: METRIC },
      ...(scaleOutCooldownSeconds !== undefined && { ScaleOutCooldown: scaleOutCooldownSeconds }),
      ...(scaleInCooldownSeconds !== undefined && { ScaleInCooldown: scaleInCooldownSeconds }),
      ...(disableScaleIn !== undefined && { DisableScaleIn: disableScaleIn }),
    },
    Alarms: alarmsOf(target, policy),
    CreationTime: new Date(policy.createdMs),
  };
}
