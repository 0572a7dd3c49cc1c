import type { TrackingPolicy } from './scalable-target.ts';

/** "Three one-minute data points" over the target scale out, fifteen below nine tenths of it scale in, as AWS's alarms do. */
const MINUTES_HIGH = 3;
const MINUTES_LOW = 15;
const LOW_SHARE = 0.9;

/** As many one-minute readings as a decision looks at. */
export const KEPT_READINGS = MINUTES_LOW;

export type Wish = { readonly direction: 'none' } | { readonly direction: 'out' | 'in'; readonly capacity: number };

const NONE: Wish = { direction: 'none' };

/**
 * What a policy wants after the latest reading: so much capacity that the same load would be at its target. Scaling in goes by the
 * highest of the readings, so that it does not undo what a peak needs.
 * @param readings utilisation of the last minutes, 0 to 1, the latest last
 */
export function wishOf(
  policy: Pick<TrackingPolicy, 'targetValue' | 'disableScaleIn'>,
  readings: readonly number[],
  capacity: number,
): Wish {
  const { targetValue, disableScaleIn = false } = policy;
  const latest = readings.slice(-MINUTES_HIGH);
  if (latest.length === MINUTES_HIGH && latest.every((reading) => reading > targetValue)) {
    return { direction: 'out', capacity: Math.max(capacity + 1, capacityFor(capacity * (latest.at(-1) ?? 0), targetValue)) };
  }
  const window = readings.slice(-MINUTES_LOW);
  if (!disableScaleIn && window.length === MINUTES_LOW && window.every((reading) => reading < targetValue * LOW_SHARE)) {
    const wanted = capacityFor(capacity * Math.max(...window), targetValue);
    return wanted < capacity ? { direction: 'in', capacity: wanted } : NONE;
  }
  return NONE;
}

/** Several policies on one target: the one that wants most wins, and all must want less. */
export function agreedWish(wishes: readonly Wish[]): Wish {
  let agreed: Wish | undefined;
  for (const wish of wishes) {
    if (wish.direction === 'none') {
      if (agreed?.direction !== 'out') agreed = wish;
    } else if (agreed === undefined || wish.direction === 'out') {
      agreed = agreed?.direction === 'out' && agreed.capacity > wish.capacity ? agreed : wish;
    } else if (agreed.direction === 'in' && agreed.capacity < wish.capacity) {
      agreed = wish;
    }
  }
  return agreed ?? NONE;
}

/** Whole units, rounded up, but not for an error in the last digits. */
function capacityFor(busy: number, targetValue: number): number {
  return Math.max(0, Math.ceil(busy / targetValue - 1e-9));
}
