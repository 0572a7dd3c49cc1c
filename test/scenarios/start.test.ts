import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { Account, eventually } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { rawRequest } from '../support/raw-request.ts';
import { runTool } from '../support/run-tool.ts';
import type { ToolResult } from '../support/run-tool.ts';

/** What an operator sees of the daemon: how it starts or refuses to, what it says of itself, and how it ends. */

const HEARTH = new URL('../../bin/hearth', import.meta.url).pathname;
const OWN_KEY = { accessKeyId: 'AKIDOPERATOR', secretAccessKey: 'operators-own-secret' } as const;

/** A start that must fail: exit status 1, and one line that says why. */
async function refusal(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { code, stdout, stderr } = await runTool(HEARTH, ['start', ...args], { environment });
  assert.equal(code, 1, stdout + stderr);
  assert.doesNotMatch(stdout, /Ready\./);
  const lines = stderr.split('\n').filter((line) => line !== '');
  assert.equal(lines.length, 1, stderr);
  return lines[0] ?? '';
}

async function withDaemon(
  environment: Readonly<Record<string, string>>,
  work: (daemon: RealDaemon, account: Account) => Promise<void>,
): Promise<void> {
  const daemon = await RealDaemon.start({ environment });
  try {
    await work(daemon, new Account(daemon.endpoint));
  } finally {
    await daemon.stop();
    daemon.removeData();
  }
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-start-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A program that goes on until it is told to stop, and what it has printed. */
function following(program: string, args: readonly string[], environment: Readonly<Record<string, string>>) {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
  return {
    output: () => output,
    async stop(): Promise<void> {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGINT');
      await exited;
    },
  };
}

describe('start', { concurrency: false }, () => {
  test('a port in use is one clear line', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await inFolder(async (folder) => {
      assert.equal(
        await refusal(['--port', String(port), '--data-dir', folder]),
        `hearth: port ${port} on 127.0.0.1 is in use: stop what listens there, or choose another with --port`,
      );
    });
    server.close();
  });

  test('a data folder that cannot be written is one clear line', async () => {
    assert.match(
      await refusal(['--port', '0', '--data-dir', '/proc/hearth']),
      /^hearth: .*\/proc\/hearth.*choose another folder with --data-dir$/,
    );
    assert.equal(
      await refusal(['--port', '0', '--data-dir', '/etc/hostname']),
      'hearth: /etc/hostname is not a folder: choose another with --data-dir',
    );
  });

  test('beyond loopback it wants a root key of your own', async () => {
    await inFolder(async (folder) => {
      const line = await refusal(['--port', '0', '--data-dir', folder], { HEARTH_HOST: '0.0.0.0' });
      assert.equal(
        line,
        'hearth: to listen on 0.0.0.0, set HEARTH_ROOT_ACCESS_KEY_ID and HEARTH_ROOT_SECRET_ACCESS_KEY: the key test/test is for loopback only',
      );
      const any = { HEARTH_HOST: '0.0.0.0', HEARTH_ACCEPT_ANY_SECRET: '1' };
      assert.match(
        await refusal(['--port', '0', '--data-dir', folder], any),
        /^hearth: HEARTH_ACCEPT_ANY_SECRET is possible on loopback only/,
      );
    });
  });

  test('with that key it listens everywhere, and neither test/test nor account keys are let in', async () => {
    const keys = { HEARTH_ROOT_ACCESS_KEY_ID: OWN_KEY.accessKeyId, HEARTH_ROOT_SECRET_ACCESS_KEY: OWN_KEY.secretAccessKey };
    await withDaemon({ HEARTH_HOST: '0.0.0.0', ...keys }, async (daemon, tester) => {
      assert.match(daemon.output, /^Listening on http:\/\/0\.0\.0\.0:\d+, data in /m);
      assert.ok(!daemon.output.includes(OWN_KEY.secretAccessKey), 'the secret stays off the screen');
      await assert.rejects(tester.sts.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
      const byAccount = new Account(daemon.endpoint, { accessKeyId: '111111111111', secretAccessKey: 'test' });
      await assert.rejects(byAccount.sts.send(new GetCallerIdentityCommand({})), { name: 'InvalidClientTokenId' });
      const root = await new Account(daemon.endpoint, OWN_KEY).sts.send(new GetCallerIdentityCommand({}));
      assert.equal(root.Arn, 'arn:aws:iam::000000000000:root');
    });
  });

  test('the banner and the health page say what runs', async () => {
    await withDaemon({}, async (daemon) => {
      assert.match(daemon.output, /^Hearth \d+\.\d+\.\d+\n/);
      assert.match(daemon.output, new RegExp(`^ {2}export AWS_ENDPOINT_URL=${daemon.endpoint}$`, 'm'));
      assert.match(daemon.output, /^ {2}export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1$/m);
      for (const path of ['/_hearth/health', '/_localstack/health']) {
        const { status, headers, body } = await rawRequest(daemon.endpoint, { path });
        assert.equal(status, 200);
        assert.match(String(headers['content-type']), /^application\/json/);
        const health = JSON.parse(body) as Readonly<Record<string, unknown>>;
        assert.equal(health['status'], 'running');
        const services = health['services'] as Readonly<Record<string, unknown>>;
        for (const service of ['lambda', 'iam', 'sts', 'logs']) assert.equal(services[service], 'running');
        assert.match(daemon.output, new RegExp(`^Isolation: ${String(health['isolation']).replaceAll(/[.()/]/g, '\\$&')}$`, 'm'));
      }
      const status = await runTool(HEARTH, ['status'], { environment: userEnvironment(daemon.endpoint) });
      assert.equal(status.code, 0);
      assert.match(status.stdout, /^status +running$/m);
    });
  });

  test('doctor says what this host permits', async () => {
    const { code, stdout }: ToolResult = await runTool(HEARTH, ['doctor']);
    const facts = stdout.split('\n').filter((line) => /^(?:good|lacking|missing) /.test(line));
    assert.ok(facts.length >= 3, stdout);
    const isolated = !facts.some((line) => line.startsWith('missing'));
    assert.equal(code, isolated ? 0 : 1);
    assert.match(stdout, isolated ? /\nThis host can isolate functions\.\n$/ : /\nFunctions would run without isolation on this host\.\n$/);
    if (process.env['CI'] === 'true') assert.ok(isolated, stdout);
  });

  test('SIGTERM lets an invocation that runs have its answer, and takes no other', async () => {
    await withDaemon({}, async (daemon, account) => {
      const files = {
        'index.mjs':
          'export const handler = async () => { console.log("in flight"); await new Promise((r) => setTimeout(r, 2000)); return "answered"; };',
      };
      await account.deploy('slow', { runtime: 'nodejs24.x', handler: 'index.handler', files });
      const answer = account.invoke('slow');
      await eventually('the invocation runs', async () =>
        (await account.messages('slow', 0)).some((line) => line.includes('in flight')) ? true : undefined,
      );
      const stopped = daemon.stop();
      const { body, functionError, log } = await answer;
      assert.deepEqual([body, functionError], ['answered', undefined]);
      assert.match(log, /\nREPORT RequestId: /);
      assert.equal(await stopped, 0);
      await assert.rejects(account.sts.send(new GetCallerIdentityCommand({})));
    });
  });

  test(
    'hearth logs -f shows a line within two seconds of the invocation, aws logs tail --follow at its next look',
    { skip: missing(CLIENTS.awsV2) },
    async () => {
      await withDaemon({}, async (daemon, account) => {
        const files = { 'index.mjs': 'export const handler = async ({ word }) => { console.log(`heard ${word}`); };' };
        await account.deploy('heard', { runtime: 'nodejs24.x', handler: 'index.handler', files });
        await account.result('heard', { word: 'first' });
        const environment = userEnvironment(daemon.endpoint);
        const hearth = following(HEARTH, ['logs', 'heard', '-f'], environment);
        // With a pipe for output the CLI's Python would keep its lines to itself.
        const unbuffered = { ...environment, PYTHONUNBUFFERED: '1' };
        const aws = following(
          CLIENTS.awsV2,
          ['--endpoint-url', daemon.endpoint, 'logs', 'tail', '/aws/lambda/heard', '--follow'],
          unbuffered,
        );
        const printed = (follower: { output(): string }, word: string): Promise<true> =>
          eventually(word, () => (follower.output().includes(`heard ${word}`) ? true : undefined));
        try {
          await Promise.all([printed(hearth, 'first'), printed(aws, 'first')]);
          await account.result('heard', { word: 'second' });
          const invokedMs = performance.now();
          await printed(hearth, 'second');
          const tookMs = performance.now() - invokedMs;
          assert.ok(tookMs < 2000, `${tookMs} ms`);
          // The CLI asks every five seconds, which is its own affair.
          await printed(aws, 'second');
        } finally {
          await Promise.all([hearth.stop(), aws.stop()]);
        }
      });
    },
  );
});
