import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';
import { firstInvocation } from './first-invocation-cli.ts';

/** What a new user does first, with the users' own clients against a daemon of its own process. */
describe('first invocation', { concurrency: false }, () => {
  let daemon: RealDaemon;

  before(async () => {
    daemon = await RealDaemon.start();
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function restart(): Promise<void> {
    assert.equal(await daemon.stop(), 0);
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
  }

  test('on this host functions are isolated', { skip: process.getuid?.() !== 0 && process.env['CI'] !== 'true' && 'not root' }, () => {
    assert.match(daemon.output, /^Isolation: bubblewrap /m);
  });

  test('aws CLI version 1', { skip: missing(CLIENTS.awsV1) }, async () => {
    const environment = userEnvironment(daemon.endpoint);
    await firstInvocation({ program: CLIENTS.awsV1, options: [], version: 1, environment }, restart);
  });

  test('aws CLI version 2', { skip: missing(CLIENTS.awsV2) }, async () => {
    const environment = userEnvironment(daemon.endpoint);
    // Debian's 2.9 does not read AWS_ENDPOINT_URL.
    await firstInvocation({ program: CLIENTS.awsV2, options: ['--endpoint-url', daemon.endpoint], version: 2, environment }, restart);
  });

  test('boto3', { skip: missing(CLIENTS.boto3Python) }, async () => {
    const script = new URL('first_invocation_boto3.py', import.meta.url).pathname;
    const result = await runTool(CLIENTS.boto3Python, [script], { environment: userEnvironment(daemon.endpoint) });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /all as expected/);
  });

  test('SDK for JavaScript v3', async () => {
    const script = new URL('first-invocation-sdk.ts', import.meta.url).pathname;
    // This SDK reads AWS_REGION alone.
    const environment = { ...userEnvironment(daemon.endpoint), AWS_REGION: 'us-east-1' };
    const result = await runTool(process.execPath, [script], { environment });
    assert.equal(result.code, 0, result.stdout + result.stderr);
    assert.match(result.stdout, /all as expected/);
  });

  test('hearth invoke, logs and status', async () => {
    const hearth = new URL('../../bin/hearth', import.meta.url).pathname;
    const environment = userEnvironment(daemon.endpoint);
    const status = await runTool(hearth, ['status'], { environment });
    assert.equal(status.code, 0, status.stderr);
    assert.match(status.stdout, /^status +running$/m);
    const unknown = await runTool(hearth, ['invoke', 'nobody'], { environment });
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody/);
  });

  test('SIGTERM leaves no process, mount or control group', async () => {
    assert.equal(await daemon.stop(), 0);
    const { stdout: processes } = await runTool('ps', ['-eo', 'args']);
    assert.doesNotMatch(processes, new RegExp(`${daemon.dataDir}|bwrap .*--hostname`));
    const { stdout: mounts } = await runTool('cat', ['/proc/mounts']);
    assert.ok(!mounts.includes(daemon.dataDir), mounts);
    assert.deepEqual(controlGroups(), []);
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
  });
});

function controlGroups(): readonly string[] {
  return readdirSync('/sys/fs/cgroup', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith('hearth-'))
    .map((entry) => `${entry.parentPath}/${entry.name}`);
}
