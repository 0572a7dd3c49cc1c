import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { parseResourceId } from './scalable-target.ts';
import type { ScalableTarget, ScaledFunction, TrackingPolicy } from './scalable-target.ts';
import type { ScalableTargets, TargetKey } from './scalable-targets.ts';
import { agreedWish, KEPT_READINGS, wishOf } from './target-tracking.ts';
import type { Wish } from './target-tracking.ts';

/** One data point per minute, as CloudWatch's metric has. */
const EVALUATION_MS = 60_000;

/** What is scaled; `platform.ts` wires it to Lambda's provisioned concurrency. */
export interface ScaledCapacity {
  /** Undefined when there is no such alias or version. */
  read(scaled: ScaledFunction): CapacityReading | undefined;
  /** @throws AwsError when that much cannot be had; 0 provisions nothing */
  set(scaled: ScaledFunction, capacity: number): Promise<void>;
}

export interface CapacityReading {
  /** What was asked for last. */
  readonly requested: number;
  /** Environments that take invocations now. */
  readonly available: number;
  /** Time that all environments together were busy; grows for ever. */
  readonly busyMs: number;
  /** Whether what was asked for is not there yet. */
  readonly inProgress: boolean;
}

/** Looks at every target once a minute, and does what its policies say. What it has measured is lost with the process. */
export class ScalingEngine {
  readonly #options: EngineOptions;
  readonly #histories = new Map<string, History>();
  #timer: Timer | undefined;
  #work: Promise<void> = Promise.resolve();

  constructor(options: EngineOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = this.#options.clock.schedule(EVALUATION_MS, () => {
      this.#enqueue(() => this.#evaluateAll());
      this.start();
    });
  }

  /** Brings capacity that is outside the bounds of a target within them, without waiting for the next minute. Returns at once. */
  enforce(key: TargetKey): void {
    this.#enqueue(async () => {
      const target = this.#options.targets.find(key);
      if (target !== undefined) await this.#evaluate(target, this.#history(target), []);
    });
  }

  /** Resolves when nothing is under way any more. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    await this.#work;
  }

  /** One thing after the other. */
  #enqueue(work: () => Promise<void>): void {
    this.#work = this.#work.then(work).catch((error: unknown) => this.#options.logger.error('scaling failed', { error }));
  }

  async #evaluateAll(): Promise<void> {
    const seen = new Set<string>();
    for (const target of this.#options.targets.all()) {
      seen.add(historyKey(target));
      const history = this.#history(target);
      this.#measure(target, history);
      await this.#evaluate(target, history, history.readings);
    }
    for (const key of this.#histories.keys()) if (!seen.has(key)) this.#histories.delete(key);
  }

  #measure(target: ScalableTarget, history: History): void {
    const reading = this.#read(target);
    const nowMs = this.#options.clock.monotonicMs();
    const { last } = history;
    history.last = reading === undefined ? undefined : { busyMs: reading.busyMs, atMs: nowMs };
    if (reading === undefined || (last !== undefined && reading.busyMs < last.busyMs)) {
      // It is gone, or not the same any more.
      history.readings.length = 0;
      return;
    }
    if (last === undefined || reading.available === 0) return;
    const utilization = (reading.busyMs - last.busyMs) / (reading.available * (nowMs - last.atMs));
    history.readings.push(Math.min(1, utilization));
    if (history.readings.length > KEPT_READINGS) history.readings.shift();
  }

  /** Without readings only the bounds count. */
  async #evaluate(target: ScalableTarget, history: History, readings: readonly number[]): Promise<void> {
    const reading = this.#read(target);
    const policies = Object.values(target.policies);
    if (reading === undefined || reading.inProgress || policies.length === 0) return;
    const { requested } = reading;
    const bounded = clamp(requested, target);
    const wish = bounded === requested ? this.#wish(policies, { history, readings }, requested) : toward(requested, bounded);
    if (wish.direction === 'none') return;
    const { suspended } = target;
    if (wish.direction === 'out' ? suspended.scaleOut : suspended.scaleIn) return;
    const capacity = clamp(wish.capacity, target);
    if (capacity === requested) return;
    await this.#scale(target, wish.direction, capacity, history);
  }

  async #scale(target: ScalableTarget, direction: 'out' | 'in', capacity: number, history: History): Promise<void> {
    const { capacity: scaled, clock, logger } = this.#options;
    const scaledFunction = parseResourceId(target.resourceId, target);
    if (scaledFunction === undefined) return;
    try {
      await scaled.set(scaledFunction, capacity);
      history[direction === 'out' ? 'scaledOutMs' : 'scaledInMs'] = clock.monotonicMs();
    } catch (error) {
      logger.warn('provisioned concurrency could not be scaled', { target: target.resourceId, capacity, error });
    }
  }

  #wish(
    policies: readonly TrackingPolicy[],
    { history, readings }: { readonly history: History; readonly readings: readonly number[] },
    capacity: number,
  ): Wish {
    const nowMs = this.#options.clock.monotonicMs();
    // A policy that never scales in has no say in it.
    const heard = policies.map((policy) => ({ policy, wish: wishOf(policy, readings, capacity) }));
    const wishes = heard.filter(({ policy, wish }) => wish.direction === 'out' || policy.disableScaleIn !== true);
    return agreedWish(wishes.map(({ policy, wish }) => (isCooling(policy, wish, history, nowMs) ? { direction: 'none' } : wish)));
  }

  #read(target: ScalableTarget): CapacityReading | undefined {
    const scaled = parseResourceId(target.resourceId, target);
    return scaled === undefined ? undefined : this.#options.capacity.read(scaled);
  }

  #history(target: ScalableTarget): History {
    const key = historyKey(target);
    const known = this.#histories.get(key);
    if (known !== undefined) return known;
    const history: History = { readings: [], last: undefined, scaledOutMs: undefined, scaledInMs: undefined };
    this.#histories.set(key, history);
    return history;
  }
}

export interface EngineOptions {
  readonly targets: Pick<ScalableTargets, 'all' | 'find'>;
  readonly capacity: ScaledCapacity;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface History {
  /** Utilisation of the last minutes, the latest last. */
  readonly readings: number[];
  last: { readonly busyMs: number; readonly atMs: number } | undefined;
  scaledOutMs: number | undefined;
  scaledInMs: number | undefined;
}

/** A target that is registered anew starts without a history. */
function historyKey({ id }: ScalableTarget): string {
  return id;
}

function clamp(capacity: number, { minCapacity, maxCapacity }: ScalableTarget): number {
  return Math.min(Math.max(capacity, minCapacity), maxCapacity);
}

function toward(requested: number, capacity: number): Wish {
  return { direction: capacity > requested ? 'out' : 'in', capacity };
}

function isCooling(policy: TrackingPolicy, wish: Wish, history: History, nowMs: number): boolean {
  const [sinceMs, seconds = 0] =
    wish.direction === 'out' ? [history.scaledOutMs, policy.scaleOutCooldownSeconds] : [history.scaledInMs, policy.scaleInCooldownSeconds];
  return sinceMs !== undefined && nowMs - sinceMs < seconds * 1000;
}
