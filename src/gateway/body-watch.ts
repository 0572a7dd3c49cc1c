import type { IncomingMessage } from 'node:http';
import type { Clock } from '#base/clock.ts';

/** Without a single byte for so long, nobody is sending any more. */
const MAX_STALL_MS = 60_000;
/** Slower than 2 Mbit/s, over all of it, nobody uploads. */
const MIN_BYTES_PER_MS = 250;
/** For a body of up to 70 MB, or of unknown length, however steadily it trickles in. */
const RECEIVING_MS = 300_000;
/** For the longest body that any service takes, an object of 5 GB. */
export const MAX_RECEIVING_MS = Math.ceil((5 * 1024 ** 3) / MIN_BYTES_PER_MS);
const SWEEP_MS = 5000;

interface Arrival {
  readonly deadlineMs: number;
  progressedMs: number;
  bytesRead: number;
}

/**
 * Closes connections on which a body has been begun and does not arrive: what has come of it takes up memory. node:http has a timeout
 * for that, but not for servers that do not listen themselves, and none for a standstill. One sweep serves all bodies.
 */
export class BodyWatch {
  readonly #clock: Clock;
  readonly #arriving = new Map<IncomingMessage, Arrival>();
  #sweeping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Until the body is complete. */
  add(message: IncomingMessage): void {
    const nowMs = this.#clock.monotonicMs();
    const announcedMs = Number(message.headers['content-length'] ?? 0) / MIN_BYTES_PER_MS;
    const deadlineMs = nowMs + Math.min(Math.max(announcedMs, RECEIVING_MS), MAX_RECEIVING_MS);
    this.#arriving.set(message, { deadlineMs, progressedMs: nowMs, bytesRead: message.socket.bytesRead });
    message.once('close', () => this.#arriving.delete(message));
    if (!this.#sweeping) this.#sweepLater();
  }

  #sweepLater(): void {
    this.#sweeping = true;
    this.#clock.schedule(SWEEP_MS, () => {
      this.#sweep(this.#clock.monotonicMs());
      this.#sweeping = false;
      if (this.#arriving.size > 0) this.#sweepLater();
    });
  }

  #sweep(nowMs: number): void {
    for (const [message, arrival] of this.#arriving) {
      const { bytesRead } = message.socket;
      if (bytesRead > arrival.bytesRead) {
        arrival.bytesRead = bytesRead;
        arrival.progressedMs = nowMs;
      }
      if (message.complete) this.#arriving.delete(message);
      else if (nowMs - arrival.progressedMs >= MAX_STALL_MS || nowMs >= arrival.deadlineMs) message.socket.destroy();
    }
  }
}
