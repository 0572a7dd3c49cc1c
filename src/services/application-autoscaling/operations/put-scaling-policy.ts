import type { PutScalingPolicyCommandInput, PutScalingPolicyResponse } from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { noTarget, validation } from '../autoscaling-errors.ts';
import { alarmsOf, policyArn } from '../scalable-target.ts';
import type { TrackingPolicy } from '../scalable-target.ts';
import type { ScalableTargets } from '../scalable-targets.ts';
import type { ScalingEngine } from '../scaling-engine.ts';
import { targetOfRequest } from '../target-of-request.ts';

export interface PutScalingPolicyDependencies {
  readonly targets: Pick<ScalableTargets, 'change'>;
  readonly engine: Pick<ScalingEngine, 'enforce'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

export const METRIC = 'LambdaProvisionedConcurrencyUtilization';

type Configuration = Pick<TrackingPolicy, 'targetValue' | 'scaleOutCooldownSeconds' | 'scaleInCooldownSeconds' | 'disableScaleIn'>;

/** Creates a policy or replaces its configuration. Lambda has target tracking only, and one predefined metric for it. */
export function putScalingPolicy(deps: PutScalingPolicyDependencies): Operation<PutScalingPolicyCommandInput, PutScalingPolicyResponse> {
  return async (input, context) => {
    const key = targetOfRequest(input, context);
    const { PolicyName: name = '' } = input;
    const target = await deps.targets.change(key, (registered) => {
      if (registered === undefined) throw noTarget(input.ResourceId);
      const known = Object.hasOwn(registered.policies, name) ? registered.policies[name] : undefined;
      // StepScaling is the default of a new policy.
      if ((input.PolicyType ?? (known === undefined ? 'StepScaling' : 'TargetTrackingScaling')) !== 'TargetTrackingScaling') {
        throw validation('Policy type TargetTrackingScaling is the only one supported for the service namespace lambda.');
      }
      const { id, createdMs, highAlarmId, lowAlarmId } = known ?? {
        id: deps.ids.uuid(),
        createdMs: deps.clock.wallMs(),
        highAlarmId: deps.ids.uuid(),
        lowAlarmId: deps.ids.uuid(),
      };
      const policy = { name, id, createdMs, highAlarmId, lowAlarmId, ...configurationOf(input) };
      return { ...registered, policies: { ...registered.policies, [name]: policy } };
    });
    deps.engine.enforce(key);
    const policy = target.policies[name];
    return policy === undefined ? { PolicyARN: undefined } : { PolicyARN: policyArn(target, policy), Alarms: alarmsOf(target, policy) };
  };
}

/** @throws AwsError ValidationException */
function configurationOf(input: PutScalingPolicyCommandInput): Configuration {
  const { TargetTrackingScalingPolicyConfiguration: given } = input;
  if (given?.TargetValue === undefined) throw validation('TargetTrackingScalingPolicyConfiguration is required.');
  const { TargetValue: targetValue, ScaleOutCooldown: scaleOut, ScaleInCooldown: scaleIn, DisableScaleIn: disableScaleIn } = given;
  if (given.CustomizedMetricSpecification !== undefined || given.PredefinedMetricSpecification?.PredefinedMetricType !== METRIC) {
    throw validation(`The metric must be the predefined one ${METRIC}.`);
  }
  if (!(targetValue > 0 && targetValue <= 1)) throw validation(`The target value of ${METRIC} must be over 0 and at most 1.`);
  if ((scaleOut ?? 0) < 0 || (scaleIn ?? 0) < 0) throw validation('A cooldown cannot be negative.');
  return {
    targetValue,
    ...(scaleOut !== undefined && { scaleOutCooldownSeconds: scaleOut }),
    ...(scaleIn !== undefined && { scaleInCooldownSeconds: scaleIn }),
    ...(disableScaleIn !== undefined && { disableScaleIn }),
  };
}
