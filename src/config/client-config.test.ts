import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadClientConfig } from './client-config.ts';

test('loadClientConfig reaches a fresh daemon without any variable', () => {
  assert.deepEqual(loadClientConfig({}), {
    endpoint: 'http://127.0.0.1:4566',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
});

test('loadClientConfig reads the variables of every AWS tool', () => {
  const config = loadClientConfig({
    AWS_ENDPOINT_URL: 'http://10.0.0.1:9/',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'A',
    AWS_SECRET_ACCESS_KEY: 'B',
    AWS_SESSION_TOKEN: 'C',
  });
  assert.deepEqual(config, {
    endpoint: 'http://10.0.0.1:9',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' },
  });
});

test('loadClientConfig prefers AWS_REGION, and follows HEARTH_PORT when there is no endpoint', () => {
  const config = loadClientConfig({ AWS_REGION: 'eu-north-1', AWS_DEFAULT_REGION: 'eu-west-1', HEARTH_PORT: '5000' });
  assert.equal(config.region, 'eu-north-1');
  assert.equal(config.endpoint, 'http://127.0.0.1:5000');
});
