import { formatArn, partitionOf } from '#aws/arn.ts';
import type { AccountId } from '#aws/caller.ts';

/** The one dimension that Hearth scales. */
export const NAMESPACE = 'lambda';
export const DIMENSION = 'lambda:function:ProvisionedConcurrency';

/** Provisioned concurrency that may be scaled within bounds, with its policies: one document. */
export interface ScalableTarget {
  readonly accountId: AccountId;
  readonly region: string;
  /** `function:name:alias-or-version`. */
  readonly resourceId: string;
  /** The end of its ARN. */
  readonly id: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
  readonly suspended: Suspended;
  readonly createdMs: number;
  readonly tags: Readonly<Record<string, string>>;
  /** By name. */
  readonly policies: Readonly<Record<string, TrackingPolicy>>;
}

export interface Suspended {
  readonly scaleIn: boolean;
  readonly scaleOut: boolean;
  /** Kept and shown; there are no scheduled actions. */
  readonly scheduled: boolean;
}

/** Keeps the utilisation near a target. */
export interface TrackingPolicy {
  readonly name: string;
  /** A UUID, the middle of its ARN. */
  readonly id: string;
  readonly createdMs: number;
  /** Share of the provisioned environments that should be busy, over 0 and up to 1. */
  readonly targetValue: number;
  readonly scaleOutCooldownSeconds?: number;
  readonly scaleInCooldownSeconds?: number;
  readonly disableScaleIn?: boolean;
  /** UUIDs, the ends of the names of its two alarms. */
  readonly highAlarmId: string;
  readonly lowAlarmId: string;
}

/** What a target scales. */
export interface ScaledFunction {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  /** An alias or a version number. */
  readonly qualifier: string;
}

/** Undefined when the id names no alias or version of a function. */
export function parseResourceId(
  resourceId: string,
  scope: { readonly accountId: AccountId; readonly region: string },
): ScaledFunction | undefined {
  const [, name, qualifier] = /^function:([a-zA-Z0-9-_]+):([a-zA-Z0-9-_]+)$/.exec(resourceId) ?? [];
  if (name === undefined || qualifier === undefined) return undefined;
  return { accountId: scope.accountId, region: scope.region, name, qualifier };
}

export function targetArn({ accountId, region, id }: ScalableTarget): string {
  return formatArn({ service: 'application-autoscaling', region, accountId, resource: `scalable-target/${id}` });
}

export function policyArn({ accountId, region, resourceId }: ScalableTarget, { id, name }: TrackingPolicy): string {
  const resource = `scalingPolicy:${id}:resource/${NAMESPACE}/${resourceId}:policyName/${name}`;
  return formatArn({ service: 'autoscaling', region, accountId, resource });
}

/** The role that AWS makes for this namespace; one that a request names is not used there, either. */
export function serviceLinkedRoleArn({ accountId, region }: ScalableTarget): string {
  const role = 'lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency';
  return `arn:${partitionOf(region)}:iam::${accountId}:role/aws-service-role/${role}`;
}

/** The alarms that AWS would make for a policy, under the names that it gives them. */
export function alarmsOf(target: ScalableTarget, policy: TrackingPolicy): { readonly AlarmName: string; readonly AlarmARN: string }[] {
  const { accountId, region, resourceId } = target;
  return [`AlarmHigh-${policy.highAlarmId}`, `AlarmLow-${policy.lowAlarmId}`].map((end) => {
    const name = `TargetTracking-${resourceId}-${end}`;
    return { AlarmName: name, AlarmARN: formatArn({ service: 'cloudwatch', region, accountId, resource: `alarm:${name}` }) };
  });
}
