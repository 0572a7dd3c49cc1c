import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { withinTime } from './within-time.ts';

describe('withinTime', () => {
  const start = (clock: ManualClock) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const late: string[] = [];
    const result = withinTime(promise, { clock, limitMs: 100, what: 'the work', onLate: (value) => void late.push(value) });
    return { result, resolve, reject, late };
  };

  it('gives what the work gives, and forgets the time', async () => {
    const clock = new ManualClock();
    const { result, resolve, late } = start(clock);
    clock.advance(99);
    resolve('done');
    assert.equal(await result, 'done');
    clock.advance(1000);
    assert.deepEqual(late, []);
  });

  it('fails as the work fails', async () => {
    const { result, reject } = start(new ManualClock());
    reject(new Error('no disk'));
    await assert.rejects(result, /no disk/);
  });

  it('fails when the time is over, and hands what comes later to be taken back', async () => {
    const clock = new ManualClock();
    const { result, resolve, late } = start(clock);
    clock.advance(100);
    await assert.rejects(result, /^Error: the work took longer than 100 ms$/);
    resolve('too late');
    await Promise.resolve();
    assert.deepEqual(late, ['too late']);
  });
});
