import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CLIENTS, missing, userEnvironment, withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { assertNothingLeft, footprint } from '../support/leftovers.ts';
import { runTool } from '../support/run-tool.ts';
import { firstInvocation } from './first-invocation-cli.ts';

/**
 * What a new user does first, with the users' own clients. Starting a client takes longest, so they take their turns at the same
 * time, each with a daemon of its own.
 */
describe('first invocation', { concurrency: true }, () => {
  test('aws CLI version 1, with a daemon that has nothing prepared', { skip: missing(CLIENTS.awsV1) }, async () => {
    await withCli({ fromScratch: true }, async (endpoint, restart) => {
      await firstInvocation({ program: CLIENTS.awsV1, options: [], version: 1, environment: userEnvironment(endpoint) }, restart);
    });
  });

  test('aws CLI version 2', { skip: missing(CLIENTS.awsV2) }, async () => {
    await withCli({ fromScratch: false }, async (endpoint, restart) => {
      // Debian's 2.9 does not read AWS_ENDPOINT_URL.
      const options = ['--endpoint-url', endpoint];
      await firstInvocation({ program: CLIENTS.awsV2, options, version: 2, environment: userEnvironment(endpoint) }, restart);
    });
  });

  describe('one daemon for many', { concurrency: true }, () => {
    let daemon: RealDaemon;

    before(async () => {
      daemon = await RealDaemon.start();
    });

    after(async () => {
      const seen = withoutIsolation() === false ? footprint(daemon.pid) : undefined;
      assert.equal(await daemon.stop(), 0);
      if (seen !== undefined) await assertNothingLeft(seen, daemon.dataDir);
      daemon.removeData();
    });

    test('on this host functions are isolated', { skip: withoutIsolation() }, () => {
      assert.match(daemon.output, /^Isolation: bubblewrap /m);
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

    test('hearth invoke and status', async () => {
      const hearth = new URL('../../bin/hearth', import.meta.url).pathname;
      const environment = userEnvironment(daemon.endpoint);
      const status = await runTool(hearth, ['status'], { environment });
      assert.equal(status.code, 0, status.stderr);
      assert.match(status.stdout, /^status +running$/m);
      const unknown = await runTool(hearth, ['invoke', 'nobody'], { environment });
      assert.equal(unknown.code, 1);
      assert.match(unknown.stderr, /Function not found: arn:aws:lambda:us-east-1:000000000000:function:nobody:\$LATEST/);
    });
  });
});

/** `restart` ends the daemon and starts it again on the same data. */
async function withCli(
  options: { readonly fromScratch: boolean },
  work: (endpoint: string, restart: () => Promise<void>) => Promise<void>,
): Promise<void> {
  let daemon = await RealDaemon.start(options);
  try {
    await work(daemon.endpoint, async () => {
      assert.equal(await daemon.stop(), 0);
      daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
    });
  } finally {
    await daemon.stop();
    daemon.removeData();
  }
}
