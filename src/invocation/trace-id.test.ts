import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { traceIdFor } from './trace-id.ts';

const WALL_MS = 0x6500_0000 * 1000 + 999;
const OWN = /^Root=1-65000000-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/;

test('traceIdFor passes on what the caller sent', () => {
  const sent = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1;Lineage=a:0';
  assert.equal(traceIdFor(sent, systemIds, WALL_MS), sent);
});

test('traceIdFor starts a trace that is not sampled', () => {
  for (const sent of [undefined, '', 'Sampled=1', `Root=${'x'.repeat(5000)}`]) assert.match(traceIdFor(sent, systemIds, WALL_MS), OWN);
});
