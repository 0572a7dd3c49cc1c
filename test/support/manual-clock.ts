import type { Clock, Timer } from '#base/clock.ts';

/** 2026-11-20T10:00:00Z. */
const START_MS = Date.UTC(2026, 10, 20, 10);

/** Time that passes only when a test says so. */
export class ManualClock implements Clock {
  readonly #timers = new Set<ManualTimer>();
  #nowMs = 0;

  wallMs(): number {
    return START_MS + Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Lets time pass: runs what falls due on the way, in order, also what that schedules. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs;
    for (let next = this.#next(); next !== undefined && next.dueMs <= untilMs; next = this.#next()) {
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = untilMs;
  }

  /** Of those that fall due at the same time, the one scheduled first. */
  #next(): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) if (next === undefined || timer.dueMs < next.dueMs) next = timer;
    return next;
  }
}

interface ManualTimer {
  readonly dueMs: number;
  readonly callback: () => void;
}
