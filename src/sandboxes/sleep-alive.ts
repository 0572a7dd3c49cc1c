import { sleep } from '#base/clock.ts';
import type { Clock } from '#base/clock.ts';

/**
 * Unlike the clock's own timers, keeps this process alive: one that is about to end must not leave before its sandboxes have.
 */
export async function sleepAlive(clock: Clock, delayMs: number): Promise<void> {
  const { port1 } = new MessageChannel();
  port1.ref();
  try {
    await sleep(clock, delayMs);
  } finally {
    port1.close();
  }
}
