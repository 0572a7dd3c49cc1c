import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { RunRegistry, startTicks } from './run-registry.ts';
import type { RunOwner } from './run-registry.ts';

describe('RunRegistry', () => {
  let directory: string;
  let registry: RunRegistry;
  const path = (runId: string): string => `${directory}/runs/${runId}.json`;
  const change = (runId: string, part: Partial<RunOwner>): void =>
    writeFileSync(path(runId), JSON.stringify({ ...(JSON.parse(readFileSync(path(runId), 'utf8')) as RunOwner), ...part }));

  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/hearth-registry-`);
    registry = new RunRegistry(directory);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('knows no dead run before the first', () => {
    assert.deepEqual(registry.dead(), []);
  });

  it('takes a run for alive as long as its process is', () => {
    registry.register('mine');
    assert.deepEqual(registry.dead(), []);
  });

  it('is not fooled by another process that got the same id', () => {
    registry.register('mine');
    change('mine', { startTicks: '1' });
    assert.deepEqual(registry.dead(), ['mine']);
  });

  it('takes all runs of before the last start of the host for dead', () => {
    registry.register('mine');
    change('mine', { bootId: 'another' });
    assert.deepEqual(registry.dead(), ['mine']);
  });

  it('takes a half-written record for dead, by its name', () => {
    registry.register('mine');
    writeFileSync(path('mine'), '{"runId":"mi');
    assert.deepEqual(registry.dead(), ['mine']);
  });

  it('forgets', () => {
    registry.register('mine');
    change('mine', { pid: 0 });
    registry.forget('mine');
    assert.deepEqual(registry.dead(), []);
  });
});

it('startTicks is undefined for a process that is no more', () => {
  assert.match(startTicks(process.pid) ?? '', /^\d+$/);
  assert.equal(startTicks(2 ** 22 + 1), undefined);
});
