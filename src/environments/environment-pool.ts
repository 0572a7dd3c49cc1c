import type { Clock, Timer } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { Semaphore } from '#base/semaphore.ts';
import { AwsError } from '#aws/errors.ts';
import { codeDigestsOf } from '#functions/function-layers.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer, StreamedAnswer } from '#functions/invocation.ts';
import type { Environment } from './environment.ts';
import type { FreezeCounts } from './runtime-contract.ts';
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
  /** Of its own: an init ahead of time may take minutes, and nobody waits for it. */
  readonly #provisioning: Semaphore;
  /** Everything that takes work or is at it, and the digests of its code and layers. */
  readonly #alive = new Map<Environment, readonly string[]>();
  readonly #retiring = new Set<Promise<void>>();
  readonly #making = new Set<Promise<Environment>>();
  readonly #closing = new AbortController();
  /** How many environments run the code of a digest, from before they are made until they are gone. */
  readonly #codeUses = new Map<string, number>();
  #made = 0;
  /** Of environments that are gone. */
  #earlierFreezes: FreezeCounts = { freezes: 0, thaws: 0 };
  #reaper: Timer | undefined;
  #closed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#launching = new Semaphore(options.maxLaunches);
    this.#provisioning = new Semaphore(options.maxLaunches);
    this.#scheduleReaper();
  }

  /** @throws AwsError ServiceException (500) when the pool is closed, and whatever kept an environment from being made */
  async acquire(version: FunctionVersion): Promise<PooledEnvironment> {
    if (this.#closed) throw shuttingDown();
    const slot = this.#slotOf(version);
    for (let idle = slot.idle.pop(); idle !== undefined; idle = slot.idle.pop()) {
      if (this.#isYoung(idle.environment)) return this.#lease(slot, idle.environment);
      this.#retireOne(idle.environment);
    }
    this.#options.admitLaunch(version);
    return this.#lease(slot, await this.#make(version, slot, 'on-demand'));
  }

  /**
   * An environment that is initialised ahead of time. It is the caller's, who gives it to `discard` in the end.
   * @throws as `acquire`
   */
  async provision(version: FunctionVersion): Promise<Environment> {
    if (this.#closed) throw shuttingDown();
    return this.#make(version, this.#slotOf(version), 'provisioned-concurrency');
  }

  /** Ends an environment that `provision` gave. */
  discard(environment: Environment): void {
    if (this.#alive.has(environment)) this.#retireOne(environment);
  }

  get counts(): { readonly alive: number; readonly idle: number } {
    let idle = 0;
    for (const slot of this.#slots.values()) idle += slot.idle.length;
    return { alive: this.#alive.size, idle };
  }

  /** Since the start: how many environments were made, each a cold start, and how often any was frozen and thawed. */
  get totals(): FreezeCounts & { readonly made: number } {
    let { freezes, thaws } = this.#earlierFreezes;
    for (const environment of this.#alive.keys()) {
      freezes += environment.freezeCounts.freezes;
      thaws += environment.freezeCounts.thaws;
    }
    return { made: this.#made, freezes, thaws };
  }

  /** This code and configuration is no longer wanted: idle environments go now, busy ones when they have finished. */
  retire(version: FunctionVersion): void {
    const slot = this.#slots.get(slotKey(version));
    if (slot === undefined || slot.stamp !== version.configurationId) return;
    this.#slots.delete(slot.key);
    this.#drain(slot);
  }

  /** Whether environments run that code, are being made for it or could be made without another look for it. */
  usesCode(digest: string): boolean {
    return this.#codeUses.has(digest) || this.#slots.values().some((slot) => slot.codeDigests.includes(digest));
  }

  /** Ends all environments, those in their init phase too. Resolves when nothing is left of them. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#reaper?.cancel();
    for (const slot of this.#slots.values()) slot.idle.length = 0;
    this.#slots.clear();
    for (const environment of this.#alive.keys()) this.#retireOne(environment);
    this.#closing.abort();
    await Promise.allSettled(this.#making);
    await Promise.all(this.#retiring);
  }

  #make(version: FunctionVersion, slot: Slot, type: 'on-demand' | 'provisioned-concurrency'): Promise<Environment> {
    const launched = this.#launch(version, slot, type).then((environment) => {
      if (!this.#closed) return environment;
      this.#retireOne(environment);
      throw shuttingDown();
    });
    const making = launched.finally(() => this.#making.delete(making));
    this.#making.add(making);
    return making;
  }

  async #launch(version: FunctionVersion, slot: Slot, type: 'on-demand' | 'provisioned-concurrency'): Promise<Environment> {
    const { launcher } = this.#options;
    const { codeDigests } = slot;
    this.#countCode(codeDigests, 1);
    try {
      slot.preparation ??= launcher.prepare(version);
      const pending = slot.preparation;
      const preparation = await pending.catch((error: unknown) => {
        // What was missing may be there the next time: a failure is not remembered.
        if (slot.preparation === pending) slot.preparation = undefined;
        throw error;
      });
      const environment = await (type === 'on-demand' ? this.#launching : this.#provisioning).run(async () => {
        if (this.#closed) throw shuttingDown();
        return launcher.launch(version, preparation, type, this.#closing.signal);
      });
      this.#alive.set(environment, codeDigests);
      this.#made += 1;
      return environment;
    } catch (error) {
      this.#countCode(codeDigests, -1);
      throw error;
    }
  }

  #countCode(digests: readonly string[], change: 1 | -1): void {
    for (const digest of digests) {
      const uses = (this.#codeUses.get(digest) ?? 0) + change;
      if (uses === 0) this.#codeUses.delete(digest);
      else this.#codeUses.set(digest, uses);
    }
  }

  #lease(slot: Slot, environment: Environment): PooledEnvironment {
    return {
      invoke: (invocation, onSettled) =>
        environment.invoke(invocation, () => {
          this.#giveBack(slot, environment);
          onSettled();
        }),
      invokeStreaming: (invocation, onSettled) =>
        environment.invokeStreaming(invocation, () => {
          this.#giveBack(slot, environment);
          onSettled();
        }),
    };
  }

  #giveBack(slot: Slot, environment: Environment): void {
    const current = this.#slots.get(slot.key) === slot;
    if (current && !this.#closed && environment.reusable && this.#isYoung(environment)) {
      slot.idle.push({ environment, sinceMs: this.#options.clock.monotonicMs() });
    } else {
      this.#retireOne(environment);
    }
  }

  #isYoung(environment: Environment): boolean {
    return this.#options.clock.monotonicMs() - environment.createdMs < this.#options.maxAgeMs;
  }

  #slotOf(version: FunctionVersion): Slot {
    const known = this.#slotOfRecord.get(version);
    if (known !== undefined && this.#slots.get(known.key) === known) return known;
    const key = slotKey(version);
    const stamp = version.configurationId;
    let slot = this.#slots.get(key);
    if (slot === undefined || slot.stamp !== stamp) {
      if (slot !== undefined) this.#drain(slot);
      slot = { key, stamp, codeDigests: codeDigestsOf(version), idle: [], preparation: undefined };
      this.#slots.set(key, slot);
    }
    this.#slotOfRecord.set(version, slot);
    return slot;
  }

  #drain(slot: Slot): void {
    for (const { environment } of slot.idle.splice(0)) this.#retireOne(environment);
  }

  #retireOne(environment: Environment): void {
    const codeDigests = this.#alive.get(environment);
    if (this.#alive.delete(environment)) {
      const { freezes, thaws } = environment.freezeCounts;
      this.#earlierFreezes = { freezes: this.#earlierFreezes.freezes + freezes, thaws: this.#earlierFreezes.thaws + thaws };
    }
    const gone = this.#remove(environment, codeDigests).finally(() => this.#retiring.delete(gone));
    this.#retiring.add(gone);
  }

  async #remove(environment: Environment, codeDigests: readonly string[] = []): Promise<void> {
    try {
      await environment.retire();
      this.#countCode(codeDigests, -1);
    } catch (error) {
      // Its code stays counted: something may still run.
      this.#options.logger.error('an environment could not be removed', { environment: environment.id, error });
    }
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
  /** Asked before an environment is made. @throws AwsError when the function grows too fast */
  readonly admitLaunch: (version: FunctionVersion) => void;
}

/** The local form of `EnvironmentLease` in `invocation/placement.ts`. */
export interface PooledEnvironment {
  invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer>;
  invokeStreaming(invocation: Invocation, onSettled: () => void): Promise<StreamedAnswer>;
}

interface Slot {
  readonly key: string;
  /** Code and configuration; another stamp makes another slot. */
  readonly stamp: string;
  readonly codeDigests: readonly string[];
  readonly idle: { readonly environment: Environment; readonly sinceMs: number }[];
  preparation: Promise<Preparation> | undefined;
}

function shuttingDown(): AwsError {
  return new AwsError('ServiceException', 'The service is shutting down.', { status: 500 });
}

function slotKey({ accountId, region, name, version }: FunctionVersion): string {
  return `${accountId}/${region}/${name}/${version}`;
}
