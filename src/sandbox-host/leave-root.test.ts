import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutHome } from './leave-root.ts';

test('withoutHome takes away where npm keeps things for another user, and nothing else', () => {
  const kept = {
    PATH: '/home/of/bin:/usr/bin',
    npm_config_registry: 'http://localhost:4873/',
    HEARTH_PORT: '0',
    npm_lifecycle_event: undefined,
  };
  const npm = { npm_config_cache: '/home/of/.npm', npm_config_userconfig: '/home/of/.npmrc' };
  assert.deepEqual(withoutHome({ ...kept, ...npm }, '/home/of'), kept);
});
