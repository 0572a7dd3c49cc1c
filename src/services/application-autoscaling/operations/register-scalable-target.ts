import type {
  RegisterScalableTargetCommandInput,
  RegisterScalableTargetResponse,
  SuspendedState,
} from '@aws-sdk/client-application-auto-scaling';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { validation } from '../autoscaling-errors.ts';
import { parseResourceId, targetArn } from '../scalable-target.ts';
import type { ScalableTarget, Suspended } from '../scalable-target.ts';
import type { ScalableTargets, TargetKey } from '../scalable-targets.ts';
import type { ScaledCapacity, ScalingEngine } from '../scaling-engine.ts';
import { targetOfRequest } from '../target-of-request.ts';

export interface RegisterScalableTargetDependencies {
  readonly targets: Pick<ScalableTargets, 'change'>;
  readonly capacity: Pick<ScaledCapacity, 'read'>;
  readonly engine: Pick<ScalingEngine, 'enforce'>;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/** Bytes at the end of a target's ARN. */
const ID_BYTES = 17;

const NOT_SUSPENDED: Suspended = { scaleIn: false, scaleOut: false, scheduled: false };

/** Registers provisioned concurrency to be scaled, or changes the bounds of one that is registered. */
export function registerScalableTarget(
  deps: RegisterScalableTargetDependencies,
): Operation<RegisterScalableTargetCommandInput, RegisterScalableTargetResponse> {
  return async (input, context) => {
    const key = targetOfRequest(input, context);
    const scaled = parseResourceId(key.resourceId, key);
    if (scaled === undefined || deps.capacity.read(scaled) === undefined) {
      throw validation(`The Lambda function, version or alias does not exist: ${key.resourceId}`);
    }
    const target = await deps.targets.change(key, (known) => {
      const changed = known === undefined ? newTarget(key, input, deps) : changedTarget(known, input);
      if (changed.maxCapacity < changed.minCapacity) throw validation('Maximum capacity cannot be less than minimum capacity.');
      return changed;
    });
    deps.engine.enforce(key);
    return { ScalableTargetARN: targetArn(target) };
  };
}

function newTarget(
  key: TargetKey,
  input: RegisterScalableTargetCommandInput,
  { clock, ids }: Pick<RegisterScalableTargetDependencies, 'clock' | 'ids'>,
): ScalableTarget {
  const { MinCapacity: minCapacity, MaxCapacity: maxCapacity } = input;
  if (minCapacity === undefined || maxCapacity === undefined) {
    throw validation('MinCapacity and MaxCapacity are required to register a new scalable target.');
  }
  return {
    ...key,
    id: ids.hex(ID_BYTES),
    minCapacity: atLeastZero(minCapacity),
    maxCapacity: atLeastZero(maxCapacity),
    suspended: suspendedBy(input.SuspendedState, NOT_SUSPENDED),
    createdMs: clock.wallMs(),
    tags: { ...input.Tags },
    policies: {},
  };
}

function changedTarget(known: ScalableTarget, input: RegisterScalableTargetCommandInput): ScalableTarget {
  if (input.Tags !== undefined)
    throw validation('Tags can be given to a new scalable target only. Use TagResource for one that is registered.');
  return {
    ...known,
    minCapacity: atLeastZero(input.MinCapacity ?? known.minCapacity),
    maxCapacity: atLeastZero(input.MaxCapacity ?? known.maxCapacity),
    suspended: suspendedBy(input.SuspendedState, known.suspended),
  };
}

function suspendedBy(state: SuspendedState | undefined, before: Suspended): Suspended {
  return {
    scaleIn: state?.DynamicScalingInSuspended ?? before.scaleIn,
    scaleOut: state?.DynamicScalingOutSuspended ?? before.scaleOut,
    scheduled: state?.ScheduledScalingSuspended ?? before.scheduled,
  };
}

function atLeastZero(capacity: number): number {
  if (capacity < 0) throw validation('Capacity cannot be negative.');
  return capacity;
}
