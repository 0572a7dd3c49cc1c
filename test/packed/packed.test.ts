import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import { zipArchive } from '../support/zip-archive.ts';

const ROOT = join(import.meta.dirname, '../..');
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const HANDLER = 'export const handler = async (event) => ({ from: event.name });';

/** The daemon of the installed package on a free port. */
async function startInstalled(hearth: string, dataDir: string) {
  const child = spawn(hearth, ['start', '--port', '0', '--data-dir', dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const ready = Promise.withResolvers<string>();
  let banner = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    banner += text;
    const endpoint = /^ {2}export AWS_ENDPOINT_URL=(\S+)$/m.exec(banner)?.[1];
    if (endpoint !== undefined && /^Ready\.$/m.test(banner)) ready.resolve(endpoint);
  });
  child.once('exit', (code) => {
    ready.reject(new Error(`the daemon ended with ${code}:\n${banner}`));
  });
  return { child, exited, endpoint: await ready.promise };
}

test('the packed tarball, installed into an empty folder, runs a function and drains', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-packed-'));
  t.after(() => {
    rmSync(folder, { recursive: true });
  });
  execFileSync('npm', ['pack', '--loglevel=error', '--pack-destination', folder], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
  assert.ok(tarball !== undefined);
  const app = join(folder, 'app');
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{"private":true}');
  const install = ['install', '--omit=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', join(folder, tarball)];
  execFileSync('npm', install, { cwd: app, stdio: ['ignore', 'ignore', 'inherit'] });

  const installed = join(app, 'node_modules/hearth');
  for (const name of ['src', 'test', 'scripts']) assert.equal(existsSync(join(installed, name)), false, name);
  for (const name of ['LICENSE', 'README.md']) assert.equal(existsSync(join(installed, name)), true, name);

  // Package and data lie below folders that only their owner may enter, as in a home.
  const dataDir = mkdtempSync(join(tmpdir(), 'hearth-data-'));
  t.after(() => {
    rmSync(dataDir, { recursive: true });
  });
  const hearth = join(app, 'node_modules/.bin/hearth');
  const { child, exited, endpoint } = await startInstalled(hearth, dataDir);
  t.after(() => child.kill('SIGKILL'));
  const settings = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
  const client = new LambdaClient(settings);
  const iam = new IAMClient(settings);
  t.after(() => {
    client.destroy();
    iam.destroy();
  });
  const role = await iam.send(new CreateRoleCommand({ RoleName: 'packed', AssumeRolePolicyDocument: TRUST }));
  await client.send(
    new CreateFunctionCommand({
      FunctionName: 'packed',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: role.Role?.Arn,
      Code: { ZipFile: zipArchive([{ name: 'index.mjs', content: HANDLER }]) },
    }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 30, minDelay: 1 }, { FunctionName: 'packed' });
  const environment = { ...process.env, AWS_ENDPOINT_URL: endpoint };
  const answer = execFileSync(hearth, ['invoke', 'packed', '--payload', '{"name":"tarball"}'], { encoding: 'utf8', env: environment });
  assert.equal(answer, '{"from":"tarball"}\n');

  child.kill('SIGTERM');
  assert.deepEqual((await exited)[0], 0);
});
