import { lazily } from '#aws/lazy-operation.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { ScalableTargets } from './scalable-targets.ts';
import type { ScaledCapacity, ScalingEngine } from './scaling-engine.ts';

export interface AutoscalingDependencies {
  readonly targets: ScalableTargets;
  readonly capacity: ScaledCapacity;
  readonly engine: ScalingEngine;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Application Auto Scaling, as far as it scales Lambda's provisioned concurrency. Most daemons never call it: loaded when they do. */
export function autoscalingService(deps: AutoscalingDependencies): Service {
  const operations: OperationTable = {
    DeleteScalingPolicy: lazily(async () => (await import('./operations/delete-scaling-policy.ts')).deleteScalingPolicy(deps)),
    DeregisterScalableTarget: lazily(async () =>
      (await import('./operations/deregister-scalable-target.ts')).deregisterScalableTarget(deps),
    ),
    DescribeScalableTargets: lazily(async () => (await import('./operations/describe-scalable-targets.ts')).describeScalableTargets(deps)),
    DescribeScalingPolicies: lazily(async () => (await import('./operations/describe-scaling-policies.ts')).describeScalingPolicies(deps)),
    ListTagsForResource: lazily(async () => (await import('./operations/list-tags-for-resource.ts')).listTagsForResource(deps)),
    PutScalingPolicy: lazily(async () => (await import('./operations/put-scaling-policy.ts')).putScalingPolicy(deps)),
    RegisterScalableTarget: lazily(async () => (await import('./operations/register-scalable-target.ts')).registerScalableTarget(deps)),
    TagResource: lazily(async () => (await import('./operations/tag-resource.ts')).tagResource(deps)),
    UntagResource: lazily(async () => (await import('./operations/untag-resource.ts')).untagResource(deps)),
  };
  return {
    name: 'application-autoscaling',
    operations,
    // Scalable targets can be named in policies on AWS; here a permission must be on all of them.
    permissions: (operation) => [{ action: `application-autoscaling:${operation}`, resource: '*' }],
  };
}
