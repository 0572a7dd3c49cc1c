import type { Logger } from './logger.ts';

/** What must be closed at the end, in the reverse of the order in which it was opened. */
export class Closers {
  readonly #log: Logger;
  readonly #closers: (() => Promise<void> | void)[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  push(close: () => Promise<void> | void): void {
    this.#closers.push(close);
  }

  /** Calls all, the last first, each after the one before has ended, however that went. Failures are logged, and returned. */
  async closeAll(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) {
      try {
        await close();
      } catch (error) {
        this.#log.error('a part could not be closed', { error });
        failures.push(error);
      }
    }
    return failures;
  }
}
