import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { TelemetryStream } from './telemetry-stream.ts';
import type { TelemetryBuffering, TelemetrySubscription } from './telemetry-subscription.ts';

const BUFFERING: TelemetryBuffering = { maxItems: 1000, maxBytes: 262_144, timeoutMs: 100 };

interface Listener {
  /** The records of each batch, by their text. */
  readonly batches: (readonly unknown[])[];
  /** Set to keep the next batches waiting for an answer. */
  slow: Promise<void> | undefined;
  reachable: boolean;
}

function harness(buffering: Partial<TelemetryBuffering> = {}) {
  const clock = new ManualClock();
  const stream = new TelemetryStream({ clock, logFormat: 'Text' });
  const listener: Listener = { batches: [], slow: undefined, reachable: true };
  const subscription: TelemetrySubscription = {
    api: 'telemetry',
    schemaVersion: '2025-01-29',
    types: ['platform', 'function'],
    buffering: { ...BUFFERING, ...buffering },
    destination: { protocol: 'TCP', port: 1 },
  };
  const subscribe = (): void =>
    stream.subscribe('x', subscription, {
      async deliver(lines) {
        if (!listener.reachable) throw new Error('nobody listens');
        listener.batches.push(lines.map((line) => (JSON.parse(line) as { readonly record: unknown }).record));
        await listener.slow;
      },
      close: () => listener.batches.push(['closed']),
    });
  const say = (...texts: readonly string[]): void => {
    for (const text of texts) stream.publish({ timeMs: clock.wallMs(), source: 'function', text });
  };
  return { clock, stream, listener, subscribe, say };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

suite('TelemetryStream', () => {
  test('sends a batch after its time, counted from the first record', async () => {
    const { clock, listener, subscribe, say } = harness();
    subscribe();
    say('1');
    clock.advance(60);
    say('2');
    clock.advance(39);
    assert.deepEqual(listener.batches, []);
    clock.advance(1);
    await settled();
    assert.deepEqual(listener.batches, [['1', '2']]);
    clock.advance(1000);
    assert.equal(listener.batches.length, 1);
  });

  test('sends at once what is a full batch, in items or in bytes', async () => {
    const items = harness({ maxItems: 2 });
    items.subscribe();
    items.say('1', '2', '3');
    await settled();
    assert.deepEqual(items.listener.batches, [['1', '2']]);
    const bytes = harness({ maxBytes: 300 });
    bytes.subscribe();
    bytes.say('a'.repeat(150), 'b'.repeat(150), 'c');
    await settled();
    assert.deepEqual(
      bytes.listener.batches.map((batch) => batch.map((text) => String(text).length)),
      [[150]],
    );
  });

  test('whoever subscribes in the init phase gets what was before', async () => {
    const { clock, stream, listener, subscribe, say } = harness();
    say('early');
    subscribe();
    stream.closeSubscription();
    clock.advance(100);
    await settled();
    assert.deepEqual(listener.batches, [['early']]);
  });

  test('sends nothing while paused, and after that what is due', async () => {
    const { clock, stream, listener, subscribe, say } = harness();
    subscribe();
    say('1');
    clock.advance(40);
    stream.pause();
    clock.advance(10_000);
    assert.deepEqual(listener.batches, []);
    stream.resume();
    clock.advance(0);
    await settled();
    assert.deepEqual(listener.batches, [['1']]);
  });

  test('one batch at a time, in order; the next goes when the last has arrived', async () => {
    const { clock, listener, subscribe, say } = harness({ maxItems: 1 });
    subscribe();
    const answer = Promise.withResolvers<void>();
    listener.slow = answer.promise;
    say('1', '2');
    await settled();
    assert.deepEqual(listener.batches, [['1']]);
    listener.slow = undefined;
    answer.resolve();
    await settled();
    clock.advance(0);
    assert.deepEqual(listener.batches, [['1'], ['2']]);
  });

  test('keeps a batch that found nobody, and tries again', async () => {
    const { clock, listener, subscribe, say } = harness({ timeoutMs: 25 });
    subscribe();
    listener.reachable = false;
    say('1');
    clock.advance(25);
    await settled();
    listener.reachable = true;
    say('2');
    clock.advance(100);
    await settled();
    assert.deepEqual(listener.batches, [['1', '2']]);
  });

  test('drops what a slow subscriber has no room for, and tells it how much', async () => {
    const { listener, subscribe, say } = harness({ maxItems: 1 });
    subscribe();
    const answer = Promise.withResolvers<void>();
    listener.slow = answer.promise;
    say('1', '2', '3', '4', '5', 'too', 'many');
    await settled();
    listener.slow = undefined;
    answer.resolve();
    for (let turn = 0; turn < 10; turn++) await settled();
    assert.deepEqual(listener.batches.slice(0, 5).flat(), ['1', '2', '3', '4', '5']);
    assert.deepEqual(listener.batches[5], [
      {
        reason: 'Consumer seems to have fallen behind as it has not acknowledged receipt of logs.',
        droppedRecords: 2,
        droppedBytes: 137,
      },
    ]);
  });

  test('flush sends what there is, also while paused, and gives up where nobody listens', async () => {
    const { stream, listener, subscribe, say } = harness();
    subscribe();
    say('1');
    stream.pause();
    await stream.flush();
    assert.deepEqual(listener.batches, [['1']]);
    listener.reachable = false;
    say('2');
    await stream.flush();
    stream.close();
    assert.deepEqual(listener.batches, [['1'], ['closed']]);
    say('3');
    await stream.flush();
    assert.equal(listener.batches.length, 2);
  });

  test('another subscription of the same extension takes the place of the first', async () => {
    const { clock, stream, listener, subscribe, say } = harness();
    subscribe();
    stream.closeSubscription();
    subscribe();
    say('1');
    clock.advance(100);
    await settled();
    assert.deepEqual(listener.batches, [['closed'], ['1']]);
  });
});
