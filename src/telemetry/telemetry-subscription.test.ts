import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseSubscription } from './telemetry-subscription.ts';
import type { TelemetryApi } from './telemetry-subscription.ts';

const HTTP = { protocol: 'HTTP', URI: 'http://sandbox.localdomain:4000/in?a=1' };

const parse = (body: unknown, api: TelemetryApi = 'telemetry') => parseSubscription(api, Buffer.from(JSON.stringify(body)));

function errorsOf(body: unknown, api?: TelemetryApi): readonly string[] {
  const parsed = parse(body, api);
  return 'errors' in parsed ? parsed.errors : [];
}

test('parseSubscription: what is not given has its default', () => {
  assert.deepEqual(parse({ types: ['function', 'platform'], destination: HTTP }), {
    subscription: {
      api: 'telemetry',
      schemaVersion: '2025-01-29',
      types: ['platform', 'function'],
      buffering: { maxItems: 10_000, maxBytes: 262_144, timeoutMs: 1000 },
      destination: { protocol: 'HTTP', port: 4000, path: '/in?a=1', method: 'POST' },
    },
  });
});

test('parseSubscription: a TCP destination has a port alone; the Logs API has versions and a method of its own', () => {
  const tcp = parse({ types: ['extension'], schemaVersion: '2022-07-01', destination: { protocol: 'TCP', port: 5 } });
  assert.ok('subscription' in tcp);
  assert.deepEqual([tcp.subscription.schemaVersion, tcp.subscription.destination], ['2022-07-01', { protocol: 'TCP', port: 5 }]);
  const logs = parse({ types: ['platform'], destination: { ...HTTP, method: 'PUT' } }, 'logs');
  assert.ok('subscription' in logs);
  assert.equal(logs.subscription.schemaVersion, '2020-08-15');
  assert.deepEqual(logs.subscription.destination, { protocol: 'HTTP', port: 4000, path: '/in?a=1', method: 'PUT' });
  assert.deepEqual(errorsOf({ types: ['platform'], destination: HTTP, schemaVersion: '2022-07-01' }, 'logs'), [
    'schemaVersion is not supported: "2022-07-01"',
  ]);
});

test('parseSubscription: everything that is wrong is said at once', () => {
  assert.deepEqual(errorsOf({ destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain' } }), [
    'URI port is not provided',
    'types should not be empty',
  ]);
});

test('parseSubscription: the bounds of buffering', () => {
  const base = { types: ['platform'], destination: HTTP };
  const good = { maxItems: 1000, maxBytes: 1_048_576, timeoutMs: 25 };
  assert.deepEqual(errorsOf({ ...base, buffering: good }), []);
  const expected: Readonly<Record<string, string>> = {
    maxItems: 'buffering.maxItems should be between 1000 and 10000',
    maxBytes: 'buffering.maxBytes should be between 262144 and 1048576',
    timeoutMs: 'buffering.timeoutMs should be between 25 and 30000',
  };
  for (const [name, wrong] of [
    ['maxItems', 999],
    ['maxItems', 10_001],
    ['maxBytes', 262_143],
    ['maxBytes', 1_048_577],
    ['timeoutMs', 24],
    ['timeoutMs', 30_001],
    ['timeoutMs', 25.5],
    ['timeoutMs', '25'],
  ] as const) {
    assert.deepEqual(errorsOf({ ...base, buffering: { ...good, [name]: wrong } }), [expected[name]]);
  }
});

test('parseSubscription: listeners are inside the sandbox, and not where the Runtime API is', () => {
  const at = (destination: unknown): readonly string[] => errorsOf({ types: ['platform'], destination });
  assert.deepEqual(at({ protocol: 'HTTP', URI: 'http://example.com:80' }), [
    'URI host should be sandbox.localdomain',
    'URI port is not provided',
  ]);
  assert.deepEqual(at({ protocol: 'HTTP', URI: 'http://example.com:8080' }), ['URI host should be sandbox.localdomain']);
  assert.deepEqual(at({ protocol: 'HTTP', URI: 'https://sandbox.localdomain:1' }), ['URI is not valid']);
  assert.deepEqual(at({ protocol: 'TCP', port: 9001 }), ['port 9001 is reserved']);
  assert.deepEqual(at({ protocol: 'TCP', port: 65_536 }), ['port is not provided']);
  assert.deepEqual(at({ protocol: 'UDP', port: 1 }), ['destination.protocol should be HTTP or TCP']);
  assert.deepEqual(at(undefined), ['destination should not be empty']);
  assert.deepEqual(errorsOf([1]), ['request body should be a JSON object']);
  assert.deepEqual(errorsOf({ types: ['platform', 'metrics'], destination: HTTP }), ['types are not supported: metrics']);
  const broken = parseSubscription('telemetry', Buffer.from('{'));
  assert.deepEqual(broken, { errors: ['request body should be a JSON object'] });
});
