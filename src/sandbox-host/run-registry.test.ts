import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { RunRegistry, startTicks } from './run-registry.ts';
import type { RunOwner } from './run-registry.ts';

describe('RunRegistry', () => {
  let directory: string;
  let registry: RunRegistry;
  const dead = (): readonly string[] => registry.dead().map(({ runId }) => runId);
  const path = (runId: string): string => `${directory}/runs/${runId}.json`;
  const change = (runId: string, part: Partial<RunOwner>): void =>
    writeFileSync(path(runId), JSON.stringify({ ...(JSON.parse(readFileSync(path(runId), 'utf8')) as RunOwner), ...part }));

  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/hearth-registry-`);
    registry = new RunRegistry(directory);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('knows no dead run before the first', () => {
    assert.deepEqual(dead(), []);
  });

  it('takes a run for alive as long as its process is', () => {
    registry.register('mine', '/data');
    assert.deepEqual(dead(), []);
  });

  it('is not fooled by another process that got the same id', () => {
    registry.register('mine', '/data');
    change('mine', { startTicks: '1' });
    assert.deepEqual(dead(), ['mine']);
  });

  it('takes all runs of before the last start of the host for dead', () => {
    registry.register('mine', '/data');
    change('mine', { bootId: 'another' });
    assert.deepEqual(dead(), ['mine']);
  });

  it('takes a record that cannot be read for dead, by its name', () => {
    registry.register('mine', '/data');
    writeFileSync(path('mine'), '{"runId":"mi');
    assert.deepEqual(dead(), ['mine']);
  });

  it('does not read the unfinished record of another daemon', () => {
    registry.register('mine', '/data');
    writeFileSync(`${directory}/runs/other.new`, '{"runId":"ot');
    assert.deepEqual(dead(), []);
    assert.deepEqual(readdirSync(`${directory}/runs`).toSorted(), ['mine.json', 'other.new']);
  });

  it('knows where a dead run kept its data', () => {
    registry.register('mine', '/data/of/mine');
    change('mine', { pid: 0 });
    assert.deepEqual(
      registry.dead().map(({ dataDirectory }) => dataDirectory),
      ['/data/of/mine'],
    );
  });

  it('forgets', () => {
    registry.register('mine', '/data');
    change('mine', { pid: 0 });
    registry.forget('mine');
    assert.deepEqual(dead(), []);
  });
});

it('startTicks is undefined for a process that is no more', () => {
  assert.match(startTicks(process.pid) ?? '', /^\d+$/);
  assert.equal(startTicks(2 ** 22 + 1), undefined);
});
