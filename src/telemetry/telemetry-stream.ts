import type { Clock, Timer } from '#base/clock.ts';
import { telemetryEncoder } from './telemetry-encoding.ts';
import type { TelemetryEncoder, TelemetryRecord } from './telemetry-encoding.ts';
import type { TelemetryBuffering, TelemetrySubscription } from './telemetry-subscription.ts';

/** Takes a batch to a subscriber; each line is the JSON of one record. Rejects when the subscriber could not be reached. */
export interface TelemetryDelivery {
  deliver(lines: readonly string[]): Promise<void>;
  close(): void;
}

/** What waits for a subscriber beside the batch on its way, in batches of the largest size. More is dropped, and the subscriber told. */
const MAX_WAITING_BATCHES = 4;

/** What is kept during the init phase for those who subscribe later in it. */
const MAX_BACKLOG_RECORDS = 1000;
const MAX_BACKLOG_LENGTH = 256 * 1024;

/** Time between attempts to reach a subscriber who does not listen yet, or not any more. */
const RETRY_MS = 100;

const DROP_REASON = 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.';

/**
 * What happens in one environment, for the extensions that subscribed to it. Each subscriber has a buffer of its own, and one that is
 * slow or gone costs the others nothing. While the environment is frozen nothing is sent: `pause`, `resume`.
 */
export class TelemetryStream {
  readonly #clock: Clock;
  readonly #logFormat: 'Text' | 'JSON';
  readonly #subscribers = new Map<string, Subscriber>();
  #backlog: TelemetryRecord[] | undefined = [];
  #backlogLength = 0;

  constructor(options: { readonly clock: Clock; readonly logFormat: 'Text' | 'JSON' }) {
    this.#clock = options.clock;
    this.#logFormat = options.logFormat;
  }

  /** Another subscription of the same extension takes the place of the first. */
  subscribe(name: string, subscription: TelemetrySubscription, delivery: TelemetryDelivery): void {
    this.#subscribers.get(name)?.close();
    const encode = telemetryEncoder(subscription, this.#logFormat);
    const subscriber = new Subscriber({ clock: this.#clock, buffering: subscription.buffering, encode, delivery });
    this.#subscribers.set(name, subscriber);
    for (const record of this.#backlog ?? []) subscriber.add(record);
  }

  publish(record: TelemetryRecord): void {
    if (this.#backlog !== undefined) this.#remember(this.#backlog, record);
    for (const subscriber of this.#subscribers.values()) subscriber.add(record);
  }

  /** The init phase is over: nobody subscribes any more. */
  closeSubscription(): void {
    this.#backlog = undefined;
  }

  pause(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.pause();
  }

  resume(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.resume();
  }

  /** Sends what there is, without waiting for more. Resolves when it has arrived, or could not. */
  async flush(): Promise<void> {
    await Promise.all([...this.#subscribers.values()].map((subscriber) => subscriber.flush()));
  }

  close(): void {
    for (const subscriber of this.#subscribers.values()) subscriber.close();
    this.#subscribers.clear();
    this.#backlog = undefined;
  }

  #remember(backlog: TelemetryRecord[], record: TelemetryRecord): void {
    const length = 'text' in record ? record.text.length : 0;
    if (backlog.length >= MAX_BACKLOG_RECORDS || this.#backlogLength + length > MAX_BACKLOG_LENGTH) return;
    backlog.push(record);
    this.#backlogLength += length;
  }
}

interface SubscriberParts {
  readonly clock: Clock;
  readonly buffering: TelemetryBuffering;
  readonly encode: TelemetryEncoder;
  readonly delivery: TelemetryDelivery;
}

class Subscriber {
  readonly #parts: SubscriberParts;
  #lines: string[] = [];
  #bytes = 0;
  #dropped = { records: 0, bytes: 0 };
  #timer: Timer | undefined;
  #dueMs = 0;
  #sending: Promise<void> | undefined;
  #paused = false;
  #closed = false;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  add(record: TelemetryRecord): void {
    if (this.#closed) return;
    const { maxItems, maxBytes } = this.#parts.buffering;
    for (const line of this.#parts.encode(record)) {
      const bytes = Buffer.byteLength(line);
      if (this.#lines.length >= MAX_WAITING_BATCHES * maxItems || this.#bytes + bytes > MAX_WAITING_BATCHES * maxBytes) {
        this.#dropped.records += 1;
        this.#dropped.bytes += bytes;
      } else {
        this.#keep(line, bytes);
      }
    }
    this.#sendWhenDue();
  }

  pause(): void {
    this.#paused = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    if (this.#lines.length > 0) this.#arm(Math.max(0, this.#dueMs - this.#parts.clock.monotonicMs()));
  }

  async flush(): Promise<void> {
    this.#paused = false;
    await this.#sending;
    while (this.#lines.length > 0 && !this.#closed) {
      const before = this.#lines.length;
      this.#send();
      await this.#sending;
      // It could not be reached.
      if (this.#lines.length >= before) return;
    }
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#parts.delivery.close();
  }

  #sendWhenDue(): void {
    const { maxItems, maxBytes, timeoutMs } = this.#parts.buffering;
    if (this.#lines.length === 0) return;
    if (this.#lines.length >= maxItems || this.#bytes >= maxBytes) this.#send();
    else this.#arm(timeoutMs);
  }

  #arm(delayMs: number): void {
    if (this.#timer !== undefined || this.#closed) return;
    const { clock } = this.#parts;
    this.#dueMs = clock.monotonicMs() + delayMs;
    if (this.#paused) return;
    this.#timer = clock.schedule(delayMs, () => {
      this.#timer = undefined;
      this.#send();
    });
  }

  /** One batch at a time, in order. */
  #send(): void {
    if (this.#sending !== undefined || this.#paused || this.#closed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#sending = this.#sendBatch();
  }

  async #sendBatch(): Promise<void> {
    const { delivery, buffering } = this.#parts;
    const batch = this.#take();
    try {
      await delivery.deliver(batch);
      this.#sending = undefined;
      this.#reportDropped();
      this.#sendWhenDue();
    } catch {
      // Nobody listens yet, or any more: what is here waits within its bounds.
      this.#sending = undefined;
      this.#lines.unshift(...batch);
      this.#bytes += bytesOf(batch);
      this.#arm(Math.max(RETRY_MS, buffering.timeoutMs));
    }
  }

  #take(): readonly string[] {
    const { maxItems, maxBytes } = this.#parts.buffering;
    let count = 0;
    let bytes = 0;
    for (const line of this.#lines) {
      const lineBytes = Buffer.byteLength(line);
      if (count >= maxItems || (count > 0 && bytes + lineBytes > maxBytes)) break;
      count += 1;
      bytes += lineBytes;
    }
    this.#bytes -= bytes;
    return this.#lines.splice(0, count);
  }

  #reportDropped(): void {
    const { records, bytes } = this.#dropped;
    if (records === 0) return;
    this.#dropped = { records: 0, bytes: 0 };
    const lines = this.#parts.encode({
      timeMs: this.#parts.clock.wallMs(),
      event: { type: 'platform.logsDropped', record: { reason: DROP_REASON, droppedRecords: records, droppedBytes: bytes } },
    });
    // Whatever the room: it says why there is none.
    for (const line of lines) this.#keep(line, Buffer.byteLength(line));
  }

  #keep(line: string, bytes: number): void {
    this.#lines.push(line);
    this.#bytes += bytes;
  }
}

function bytesOf(lines: readonly string[]): number {
  let bytes = 0;
  for (const line of lines) bytes += Buffer.byteLength(line);
  return bytes;
}
