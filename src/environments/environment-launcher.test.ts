import assert from 'node:assert/strict';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import { environmentHarness, PYTHON, testVersion } from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import type { EnvironmentId } from './environment-id.ts';
import { logStreamName } from './environment-launcher.ts';

suite('EnvironmentLauncher.launch', () => {
  test('the sandbox gets the runtime for all, the code for its group, and the limits of the function', async () => {
    const { driver, launch } = environmentHarness();
    await launch({ memoryMb: 3538, ephemeralStorageMb: 600 });
    const { spec, calls } = driver.last;
    assert.deepEqual(spec.mounts, [
      { source: '/exposed/opt/python', target: '/var/lang' },
      { source: '/code', target: '/var/task', gid: 700 },
    ]);
    assert.deepEqual(spec.command, PYTHON.command);
    assert.equal(spec.workingDirectory, '/var/task');
    assert.deepEqual(spec.limits, { memoryMb: 3538, cpus: 2, processes: 1024, openFiles: 1024, scratchMb: 600 });
    assert.deepEqual(calls, ['cpu 2']);
  });

  test('layers, for their group, are /opt', async () => {
    const { driver, launch } = environmentHarness();
    await launch({ layers: [{ arn: 'a', code: { digest: 'd', sizeBytes: 1 } }] });
    assert.deepEqual(driver.last.spec.mounts.at(-1), { source: '/layers', target: '/opt', gid: 701 });
  });

  test('after the init phase the CPU follows the memory', async () => {
    const { driver, launch } = environmentHarness();
    await launch({ memoryMb: 1769 / 2 });
    assert.equal(driver.last.spec.limits.cpus, 2);
    assert.deepEqual(driver.last.calls, ['cpu 0.5']);
  });

  test('the environment has the credentials of the role and the addresses of the sandbox, and knows its channel', async () => {
    const { driver, launch } = environmentHarness();
    const environment = await launch();
    const variables = driver.last.spec.environment({ runtimeApi: '127.0.0.1:9001', awsEndpoint: '127.0.0.1:4566' });
    assert.equal(variables['AWS_SECRET_ACCESS_KEY'], 'secret of arn:aws:iam::111111111111:role/r1');
    assert.equal(variables['AWS_SESSION_TOKEN'], 'f@lambda_function');
    assert.equal(variables['AWS_LAMBDA_RUNTIME_API'], '127.0.0.1:9001');
    assert.equal(variables['AWS_ENDPOINT_URL'], 'http://127.0.0.1:4566');
    assert.equal(variables['AWS_LAMBDA_LOG_STREAM_NAME'], `2026/11/20/[$LATEST]${environment.id}`);
    assert.equal(variables['_HEARTH_CHANNEL_FD'], '3');
  });

  test('behind a wrapper script the runtime speaks HTTP', async (context) => {
    const { driver, launch } = environmentHarness();
    driver.runtimeApi = () => ({ fd: listenOnLoopback(0).fd, address: '127.0.0.1:9001' });
    driver.script = { ...ECHO, start: (sandbox) => sandbox.end({ code: 1 }) };
    const environment = await launch({ environment: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrap' } });
    context.after(() => environment.retire());
    const { spec } = driver.last;
    assert.deepEqual(spec.command, ['/bin/sh', '/var/runtime/exec-wrapper', ...PYTHON.command]);
    assert.equal('_HEARTH_CHANNEL_FD' in spec.environment({ runtimeApi: 'a:1', awsEndpoint: 'b:2' }), false);
  });
});

suite('EnvironmentLauncher.prepare', () => {
  test('a custom runtime needs an executable bootstrap', async () => {
    const codePath = await mkdtemp(join(tmpdir(), 'hearth-launcher-'));
    try {
      const custom = environmentHarness({ codePath, installation: { ...PYTHON, family: 'provided' } });
      assert.equal(
        (await custom.launcher.prepare(testVersion())).entrypointFailure,
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
      );
      await writeFile(join(codePath, 'bootstrap'), '#!/bin/sh\n');
      assert.equal((await custom.launcher.prepare(testVersion())).entrypointFailure, 'fork/exec /var/task/bootstrap: permission denied');
      await chmod(join(codePath, 'bootstrap'), 0o755);
      assert.equal((await custom.launcher.prepare(testVersion())).entrypointFailure, undefined);
    } finally {
      await rm(codePath, { recursive: true });
    }
    assert.equal((await environmentHarness().launcher.prepare(testVersion())).entrypointFailure, undefined);
  });

  test('the bootstrap of a custom runtime may come from a layer; its own goes first', async () => {
    const [codePath, layersPath] = [await mkdtemp(join(tmpdir(), 'hearth-launcher-')), await mkdtemp(join(tmpdir(), 'hearth-launcher-'))];
    try {
      const custom = environmentHarness({ codePath, layersPath, installation: { ...PYTHON, family: 'provided' } });
      const prepare = async () => custom.launcher.prepare(testVersion({ layers: [{ arn: 'a', code: { digest: 'd', sizeBytes: 1 } }] }));
      assert.equal((await prepare()).entrypointFailure, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]");
      await writeFile(join(layersPath, 'bootstrap'), '#!/bin/sh\n', { mode: 0o755 });
      assert.deepEqual((await prepare()).installation.command, ['/opt/bootstrap']);
      assert.equal(
        (await custom.launcher.prepare(testVersion())).entrypointFailure,
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        'without the layer',
      );
      await writeFile(join(codePath, 'bootstrap'), '#!/bin/sh\n', { mode: 0o755 });
      assert.deepEqual((await prepare()).installation.command, ['/var/task/bootstrap']);
    } finally {
      await rm(codePath, { recursive: true });
      await rm(layersPath, { recursive: true });
    }
  });
});

suite('logStreamName', () => {
  const ID = 'abc' as EnvironmentId;
  const WALL_MS = Date.UTC(2026, 0, 2, 23, 59);

  test('date, version and environment', () => {
    assert.equal(logStreamName(testVersion(), ID, WALL_MS), '2026/01/02/[$LATEST]abc');
    assert.equal(logStreamName(testVersion({ version: '7' }), ID, WALL_MS), '2026/01/02/[7]abc');
  });

  test('in a group that functions may share, the name of the function too', () => {
    assert.equal(logStreamName(testVersion({ logging: { format: 'Text', group: 'shared' } }), ID, WALL_MS), '2026/01/02/f[$LATEST]abc');
  });
});
