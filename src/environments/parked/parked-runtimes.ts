import type { Clock, Timer } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { Sandbox, SandboxDriver, SandboxSpec } from '#sandboxes/sandbox.ts';
import { ParkedRuntime, parkedSpec } from './parked-runtime.ts';

/** Starts are counted over this time: as many runtimes of a kind are kept ready as were started in it. */
const DEMAND_WINDOW_MS = 60_000;
/** A kind that nobody asked for in this time is given up; until then one is kept ready. */
const KEPT_MS = 600_000;
/** Most of a kind: the budget decides before, mostly. */
const MOST_OF_A_KIND = 32;
/** Nothing is made ahead before no environment has been started for so long: who waits needs the processors. */
const QUIET_MS = 20;
/** How often it is looked whether fewer will do. */
const TRIM_MS = 10_000;
/** What one of an unknown kind is taken to need. */
const ASSUMED_BYTES = 32 * 1024 * 1024;
/** /tmp of most functions; one of another size is given it when it is specialised. */
const USUAL_SCRATCH_MB = 512;
/** After so many failures in a row this host is taken not to be capable of it. */
const MOST_FAILURES = 3;

export interface ParkedRuntimesOptions {
  readonly driver: SandboxDriver;
  /** Most memory that all parked runtimes may hold together. */
  readonly memoryBytes: number;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** What of a runtime is known before it is known for which function. */
export interface GenericRuntime {
  /** The variables that come with the runtime. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its memory while it is parked: no more than any function will give it. */
  readonly memoryMb: number;
}

/** Runtimes of one kind: the same program, arguments, files and limits. */
interface Stock {
  /** What they are started from; of any function of the kind. */
  readonly spec: SandboxSpec;
  readonly generic: GenericRuntime;
  readonly ready: ParkedRuntime[];
  /** When the last ones were asked for, in the window. */
  readonly asked: number[];
  lastAskedMs: number;
  /** Of one, as measured. */
  bytes: number;
}

/**
 * Runtime processes that are started before anybody waits for them: generic ones, each in a complete sandbox, frozen, which become a
 * function's when one is cold-started, and are never shared afterwards. Kinds are those that were used lately, how many follows
 * their use, and all together stay within a budget of memory. Nothing is parked before a first use.
 */
export class ParkedRuntimes {
  readonly #options: ParkedRuntimesOptions;
  readonly #stocks = new Map<string, Stock>();
  readonly #ending = new Set<Promise<void>>();
  readonly #counts = { hits: 0, misses: 0, ineligible: 0 };
  #starting = 0;
  #failures = 0;
  #refilling: Promise<void> | undefined;
  #quiet: Timer | undefined;
  #trim: Timer | undefined;
  #closed = false;

  constructor(options: ParkedRuntimesOptions) {
    this.#options = options;
  }

  /** For environments that must be started from nothing. */
  readonly ineligible: Pick<SandboxDriver, 'create'> = {
    create: (spec) => {
      this.#counts.ineligible += 1;
      return this.#options.driver.create(spec);
    },
  };

  /** Since the start: environments that took a parked runtime, found none, could take none; and how many there are now, with what they hold. */
  get counts(): {
    readonly ready: number;
    readonly memoryMb: number;
    readonly hits: number;
    readonly misses: number;
    readonly ineligible: number;
  } {
    let ready = 0;
    for (const stock of this.#stocks.values()) ready += stock.ready.length;
    return { ready, memoryMb: Math.ceil(this.#memoryBytes() / 1024 / 1024), ...this.#counts };
  }

  /** A sandbox for `spec`, out of a parked one or made anew. @throws as `SandboxDriver.create` */
  async create(spec: SandboxSpec, generic: GenericRuntime): Promise<Sandbox> {
    // One that takes over /tmp of another has to be made for it.
    if (spec.successorOf !== undefined) return this.ineligible.create(spec);
    const stock = this.#stockOf(spec, generic);
    this.#ask(stock);
    const runtime = stock.ready.pop();
    if (runtime !== undefined) {
      try {
        const sandbox = await runtime.become(spec);
        this.#counts.hits += 1;
        this.#failures = 0;
        return sandbox;
      } catch (error) {
        this.#onFailure(error);
      }
    }
    this.#counts.misses += 1;
    return this.#options.driver.create(spec);
  }

  /** While environments start nothing is made ahead. */
  async during<T>(starting: Promise<T>): Promise<T> {
    this.#starting += 1;
    this.#quiet?.cancel();
    try {
      return await starting;
    } finally {
      this.#starting -= 1;
      this.#refillLater();
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#quiet?.cancel();
    this.#trim?.cancel();
    await this.#refilling;
    for (const stock of this.#stocks.values()) for (const runtime of stock.ready.splice(0)) this.#discard(runtime);
    await Promise.allSettled(this.#ending);
  }

  #stockOf(spec: SandboxSpec, generic: GenericRuntime): Stock {
    const { mounts, command, network } = parkedSpec(spec, { id: '', scratchMb: USUAL_SCRATCH_MB, ...generic });
    const key = JSON.stringify([command, mounts, network, generic]);
    let stock = this.#stocks.get(key);
    if (stock === undefined) {
      stock = { spec, generic, ready: [], asked: [], lastAskedMs: 0, bytes: ASSUMED_BYTES };
      this.#stocks.set(key, stock);
    }
    return stock;
  }

  #ask(stock: Stock): void {
    stock.lastAskedMs = this.#options.clock.monotonicMs();
    stock.asked.push(stock.lastAskedMs);
    if (stock.asked.length > MOST_OF_A_KIND) stock.asked.shift();
  }

  /** How many of a kind there should be. */
  #wanted({ asked, lastAskedMs }: Stock): number {
    const nowMs = this.#options.clock.monotonicMs();
    while (asked[0] !== undefined && nowMs - asked[0] > DEMAND_WINDOW_MS) asked.shift();
    return nowMs - lastAskedMs > KEPT_MS ? 0 : Math.max(1, asked.length);
  }

  #refillLater(): void {
    this.#quiet?.cancel();
    if (this.#closed || this.#starting > 0 || this.#failures >= MOST_FAILURES) return;
    this.#quiet = this.#options.clock.schedule(QUIET_MS, () => {
      this.#refilling ??= this.#refill().finally(() => (this.#refilling = undefined));
    });
  }

  /** One after the other, until somebody waits again. */
  async #refill(): Promise<void> {
    this.#trimLater();
    while (!this.#closed && this.#starting === 0 && this.#failures < MOST_FAILURES) {
      const stock = this.#nextToPark();
      if (stock === undefined) return;
      await this.#park(stock);
    }
  }

  /** A kind of which there are too few and one more may be, the one asked for last. */
  #nextToPark(): Stock | undefined {
    const lacking = [...this.#stocks.values()].filter((stock) => stock.ready.length < this.#wanted(stock));
    lacking.sort((a, b) => b.lastAskedMs - a.lastAskedMs);
    return lacking.find((stock) => this.#makeRoom(stock));
  }

  /** Those that nobody has asked for the longest go first, for a kind that was asked for later. */
  #makeRoom(stock: Stock): boolean {
    const older = [...this.#stocks.values()].filter(({ lastAskedMs }) => lastAskedMs < stock.lastAskedMs);
    older.sort((a, b) => a.lastAskedMs - b.lastAskedMs);
    while (this.#memoryBytes() + stock.bytes > this.#options.memoryBytes) {
      const runtime = older.find(({ ready }) => ready.length > 0)?.ready.pop();
      if (runtime === undefined) return false;
      this.#discard(runtime);
    }
    return true;
  }

  async #park(stock: Stock): Promise<void> {
    const { driver, clock, ids } = this.#options;
    const { spec, generic } = stock;
    try {
      const id = `${ids.hex(16)}-0`;
      const runtime = await ParkedRuntime.start(driver, parkedSpec(spec, { id, scratchMb: USUAL_SCRATCH_MB, ...generic }), clock);
      stock.bytes = runtime.memoryBytes;
      stock.ready.push(runtime);
      void this.#forgetAtEnd(stock, runtime);
    } catch (error) {
      if (!this.#closed) this.#onFailure(error);
    }
  }

  async #forgetAtEnd({ ready }: Stock, runtime: ParkedRuntime): Promise<void> {
    await runtime.ended;
    const index = ready.indexOf(runtime);
    if (index >= 0) ready.splice(index, 1);
  }

  #onFailure(error: unknown): void {
    this.#failures += 1;
    const givesUp = this.#failures === MOST_FAILURES;
    this.#options.logger.warn(givesUp ? 'no runtimes are kept ready any more' : 'a runtime could not be kept ready', { error });
    if (givesUp) for (const stock of this.#stocks.values()) for (const runtime of stock.ready.splice(0)) this.#discard(runtime);
  }

  #trimLater(): void {
    this.#trim?.cancel();
    this.#trim = this.#options.clock.schedule(TRIM_MS, () => {
      for (const [key, stock] of this.#stocks) {
        const wanted = this.#wanted(stock);
        for (const runtime of stock.ready.splice(wanted)) this.#discard(runtime);
        if (wanted === 0) this.#stocks.delete(key);
      }
      if (this.#stocks.size > 0) this.#trimLater();
    });
  }

  #discard(runtime: ParkedRuntime): void {
    const { logger } = this.#options;
    const ending = runtime
      .discard()
      .catch((error: unknown) => logger.error('a parked runtime could not be removed', { error }))
      .finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
  }

  #memoryBytes(): number {
    let bytes = 0;
    for (const stock of this.#stocks.values()) for (const runtime of stock.ready) bytes += runtime.memoryBytes;
    return bytes;
  }
}
