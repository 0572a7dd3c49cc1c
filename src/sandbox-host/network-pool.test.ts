import assert from 'node:assert/strict';
import { openSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { SandboxNetwork } from './network-namespace.ts';
import { NetworkPool } from './network-pool.ts';

function network(): SandboxNetwork {
  const fd = (): number => openSync('/dev/null', 'r');
  return { fd: fd(), listeners: { runtimeApi: fd(), awsEndpoint: fd() } };
}

describe('NetworkPool', () => {
  it('gives those made ahead first, each once', async () => {
    const made: SandboxNetwork[] = [];
    const pool = new NetworkPool(async () => {
      const next = network();
      made.push(next);
      return next;
    }, 2);
    pool.fill();
    assert.equal(made.length, 2);
    assert.deepEqual([await pool.take(), await pool.take(), await pool.take()], made);
    assert.equal(made.length, 3);
    await pool.close();
  });

  it('does not give one that failed before anybody asked, but a new one', async () => {
    let works = false;
    const good = network();
    const pool = new NetworkPool(async () => {
      if (!works) throw new Error('no memory');
      return good;
    }, 2);
    pool.fill();
    await new Promise(setImmediate);
    works = true;
    assert.equal(await pool.take(), good);
    works = false;
    await assert.rejects(pool.take(), /no memory/);
    await pool.close();
  });

  it('makes none once closed', async () => {
    let made = 0;
    const pool = new NetworkPool(async () => {
      made += 1;
      return network();
    }, 2);
    await pool.close();
    pool.fill();
    await assert.rejects(pool.take(), /a closed pool makes no networks/);
    assert.equal(made, 0);
  });
});
