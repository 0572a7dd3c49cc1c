import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runtimeCommand } from './runtime-command.ts';
import type { RuntimeInstallation } from './runtime-locator.ts';

const installation = (family: RuntimeInstallation['family'], command: readonly string[]): RuntimeInstallation => ({
  identifier: family,
  family,
  command,
  mounts: [],
  environment: {},
  framed: family !== 'provided',
  versionLabel: '',
});
const node = installation('nodejs', ['/var/lang/bin/node', '/var/runtime/bootstrap.cjs']);
const python = installation('python', ['/var/lang/bin/python3.12', '/var/runtime/bootstrap.py']);
const WRAPPED = { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' };

test('runtimeCommand gives Node.js its heap by the memory of the function', () => {
  assert.deepEqual(runtimeCommand(node, { handler: 'a.B::c', memoryMb: 128, environment: {} }), {
    command: ['/var/lang/bin/node', '--max-semi-space-size=6', '--max-old-space-size=116', '/var/runtime/bootstrap.cjs'],
    framed: true,
  });
});

test('runtimeCommand leaves other runtimes as they are', () => {
  assert.deepEqual(runtimeCommand(python, { handler: 'a.B::c', memoryMb: 128, environment: { AWS_LAMBDA_EXEC_WRAPPER: '' } }), {
    command: python.command,
    framed: true,
  });
});

test('runtimeCommand puts a wrapper in front, which must see the Runtime API', () => {
  assert.deepEqual(runtimeCommand(python, { handler: 'a.B::c', memoryMb: 128, environment: WRAPPED }), {
    command: ['/bin/sh', '/var/runtime/exec-wrapper', ...python.command],
    framed: false,
  });
});

test('runtimeCommand: a custom runtime looks after wrappers itself', () => {
  const custom = installation('provided', ['/var/task/bootstrap']);
  assert.deepEqual(runtimeCommand(custom, { handler: 'a.B::c', memoryMb: 128, environment: WRAPPED }), {
    command: ['/var/task/bootstrap'],
    framed: false,
  });
});

test('runtimeCommand gives Java its heap by the memory of the function, and the handler', () => {
  const java = installation('java', ['/var/lang/bin/java', '-classpath', '/var/runtime/lib/*', 'Main']);
  assert.deepEqual(runtimeCommand(java, { handler: 'a.B::c', memoryMb: 128, environment: {} }).command, [
    '/var/lang/bin/java',
    '-XX:MaxHeapSize=111411k',
    '-classpath',
    '/var/runtime/lib/*',
    'Main',
    'a.B::c',
  ]);
});
