import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { Semaphore } from '#base/semaphore.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer } from '#functions/invocation.ts';
import type { Environment } from './environment.ts';
import type { EnvironmentLauncher, Preparation } from './environment-launcher.ts';

/**
 * All execution environments of this machine: per function version a stack of idle ones. The most recently used is taken first, so
 * that the others grow old and are reaped.
 */
export class EnvironmentPool {
  readonly #options: PoolOptions;
  readonly #slots = new Map<string, Slot>();
  /** The slot of each version record seen; records are immutable, so identity is enough for the warm path. */
  readonly #slotOfRecord = new WeakMap<FunctionVersion, Slot>();
  readonly #launching: Semaphore;
  /** Everything that lives: idle, busy and retiring. */
  readonly #alive = new Set<Environment>();
  readonly #retiring = new Set<Promise<void>>();
  #reaper: Timer | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#launching = new Semaphore(options.maxLaunches);
    this.#scheduleReaper();
  }

  async acquire(version: FunctionVersion): Promise<PooledEnvironment> {
    const slot = this.#slotOf(version);
    const idle = slot.idle.pop();
    if (idle !== undefined) return this.#lease(slot, idle.environment);
    slot.preparation ??= this.#options.launcher.prepare(version);
    let preparation: Preparation;
    try {
      preparation = await slot.preparation;
    } catch (error) {
      // What was missing may be there the next time: a failure is not remembered.
      slot.preparation = undefined;
      throw error;
    }
    const environment = await this.#launching.run(() => this.#options.launcher.launch(version, preparation));
    this.#alive.add(environment);
    return this.#lease(slot, environment);
  }

  /** How many environments exist, and how many of them wait for work. */
  get counts(): { readonly alive: number; readonly idle: number } {
    let idle = 0;
    for (const slot of this.#slots.values()) idle += slot.idle.length;
    return { alive: this.#alive.size, idle };
  }

  /** This code and configuration is no longer wanted: idle environments go now, busy ones when they have finished. */
  retire(version: FunctionVersion): void {
    const slot = this.#slots.get(slotKey(version));
    if (slot === undefined || slot.stamp !== version.configurationId) return;
    this.#slots.delete(slot.key);
    this.#drain(slot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#reaper?.cancel();
    for (const slot of this.#slots.values()) slot.idle.length = 0;
    this.#slots.clear();
    for (const environment of this.#alive) this.#retireOne(environment);
    await Promise.all(this.#retiring);
  }

  #lease(slot: Slot, environment: Environment): PooledEnvironment {
    return {
      invoke: (invocation, onSettled) =>
        environment.invoke(invocation, () => {
          this.#giveBack(slot, environment);
          onSettled();
        }),
    };
  }

  #giveBack(slot: Slot, environment: Environment): void {
    const current = this.#slots.get(slot.key) === slot;
    const nowMs = this.#options.clock.monotonicMs();
    if (current && !this.#closed && environment.reusable && nowMs - environment.createdMs < this.#options.maxAgeMs) {
      slot.idle.push({ environment, sinceMs: nowMs });
    } else {
      this.#retireOne(environment);
    }
  }

  #slotOf(version: FunctionVersion): Slot {
    const known = this.#slotOfRecord.get(version);
    if (known !== undefined && this.#slots.get(known.key) === known) return known;
    const key = slotKey(version);
    const stamp = version.configurationId;
    let slot = this.#slots.get(key);
    if (slot === undefined || slot.stamp !== stamp) {
      if (slot !== undefined) this.#drain(slot);
      slot = { key, stamp, idle: [], preparation: undefined };
      this.#slots.set(key, slot);
    }
    this.#slotOfRecord.set(version, slot);
    return slot;
  }

  #drain(slot: Slot): void {
    for (const { environment } of slot.idle.splice(0)) this.#retireOne(environment);
  }

  #retireOne(environment: Environment): void {
    this.#alive.delete(environment);
    const gone = environment
      .retire()
      .catch((error: unknown) => this.#options.logger.error('an environment could not be removed', { environment: environment.id, error }))
      .finally(() => this.#retiring.delete(gone));
    this.#retiring.add(gone);
  }

  #scheduleReaper(): void {
    this.#reaper = this.#options.clock.schedule(Math.max(1000, this.#options.idleTimeoutMs / 10), () => {
      this.#reap();
      this.#scheduleReaper();
    });
  }

  /** The bottom of each stack has waited longest. */
  #reap(): void {
    const nowMs = this.#options.clock.monotonicMs();
    for (const slot of this.#slots.values()) {
      while (slot.idle[0] !== undefined && nowMs - slot.idle[0].sinceMs >= this.#options.idleTimeoutMs) {
        const oldest = slot.idle.shift();
        if (oldest !== undefined) this.#retireOne(oldest.environment);
      }
    }
  }
}

export interface PoolOptions {
  readonly launcher: Pick<EnvironmentLauncher, 'prepare' | 'launch'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How many environments may be in their init phase at once; more would only slow each other down. */
  readonly maxLaunches: number;
  readonly idleTimeoutMs: number;
  /** An environment older than this takes no more work: its role credentials run out one day. */
  readonly maxAgeMs: number;
}

/** The local form of `EnvironmentLease` in `invocation/placement.ts`. */
export interface PooledEnvironment {
  invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer>;
}

interface Slot {
  readonly key: string;
  /** Code and configuration; another stamp makes another slot. */
  readonly stamp: string;
  readonly idle: { readonly environment: Environment; readonly sinceMs: number }[];
  preparation: Promise<Preparation> | undefined;
}

function slotKey({ accountId, region, name, version }: FunctionVersion): string {
  return `${accountId}/${region}/${name}/${version}`;
}
