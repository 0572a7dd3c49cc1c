import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { InvokeCommand, UpdateAliasCommand } from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool, type ToolResult } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

const ARN = 'arn:aws:lambda:us-east-1:000000000000:function:greet';

/** `calls` counts in one environment: two versions that shared one would go on counting for each other. */
function greeting(word: string): Buffer {
  const content = `calls = 0
def handler(event, context):
    global calls
    calls += 1
    return {"word": "${word}", "calls": calls, "version": context.function_version, "arn": context.invoked_function_arn}
`;
  return zipArchive([{ name: 'handler.py', content }]);
}

interface Greeting {
  readonly word: string;
  readonly calls: number;
  readonly version: string;
  readonly arn: string;
}

describe('versions and a weighted alias', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let folder: string;

  before(async () => {
    daemon = await RealDaemon.start();
    folder = mkdtempSync(join(tmpdir(), 'hearth-versions-'));
    for (const word of ['hello', 'goodbye', 'unpublished']) writeFileSync(join(folder, `${word}.zip`), greeting(word));
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
    rmSync(folder, { recursive: true, force: true });
  });

  const aws = (...args: readonly string[]): Promise<ToolResult> =>
    runTool(CLIENTS.awsV2, ['--endpoint-url', daemon.endpoint, 'lambda', ...args], {
      cwd: folder,
      environment: userEnvironment(daemon.endpoint),
    });
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
    const result = await aws(...args);
    assert.equal(result.code, 0, `aws lambda ${args.join(' ')}\n${result.stdout}${result.stderr}`);
    return (result.stdout === '' ? {} : JSON.parse(result.stdout)) as Record<string, unknown>;
  };
  const invoke = async (...args: readonly string[]): Promise<Greeting> => {
    const answer = await json('invoke', ...args, 'out.json');
    const body = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as Greeting;
    assert.equal(answer['ExecutedVersion'], body.version);
    return body;
  };
  const named = ['--function-name', 'greet'] as const;

  test('with the aws CLI, across a crash', { skip: missing(CLIENTS.awsV2) }, async () => {
    const role = await new Account(daemon.endpoint).role();
    const settings = ['--runtime', 'python3.12', '--handler', 'handler.handler', '--role', role];
    const first = await json('create-function', ...named, ...settings, '--zip-file', 'fileb://hello.zip', '--publish');
    assert.deepEqual([first['FunctionArn'], first['Version'], first['State']], [ARN, '1', 'Pending']);
    await json('wait', 'function-active-v2', ...named);
    const second = await json('update-function-code', ...named, '--zip-file', 'fileb://goodbye.zip', '--publish');
    assert.deepEqual([second['FunctionArn'], second['Version']], [`${ARN}:2`, '2']);
    await json('wait', 'function-updated-v2', ...named);
    assert.equal((await json('publish-version', ...named))['Version'], '2', 'nothing has changed');
    await json('update-function-code', ...named, '--zip-file', 'fileb://unpublished.zip');
    await json('wait', 'function-updated-v2', ...named);
    const listed = (await json('list-versions-by-function', ...named))['Versions'] as Record<string, unknown>[];
    assert.deepEqual(
      listed.map(({ Version }) => Version),
      ['$LATEST', '1', '2'],
    );
    assert.equal(new Set(listed.map(({ CodeSha256 }) => CodeSha256)).size, 3);

    assert.deepEqual(await invoke(...named), { word: 'unpublished', calls: 1, version: '$LATEST', arn: ARN });
    assert.deepEqual(await invoke(...named, '--qualifier', '1'), { word: 'hello', calls: 1, version: '1', arn: `${ARN}:1` });
    assert.deepEqual(await invoke('--function-name', `${ARN}:2`), { word: 'goodbye', calls: 1, version: '2', arn: `${ARN}:2` });
    assert.deepEqual(await invoke('--function-name', 'greet:1'), { word: 'hello', calls: 2, version: '1', arn: `${ARN}:1` });

    const alias = ['--function-version', '1', '--routing-config', 'AdditionalVersionWeights={2=1.0}'];
    const created = await json('create-alias', ...named, '--name', 'live', ...alias);
    assert.deepEqual(created['RoutingConfig'], { AdditionalVersionWeights: { 2: 1 } });
    const throughAlias = ['--function-name', 'greet:live'];
    assert.deepEqual(await invoke(...throughAlias), { word: 'goodbye', calls: 2, version: '2', arn: `${ARN}:live` });
    await json('update-alias', ...named, '--name', 'live', '--routing-config', 'AdditionalVersionWeights={}');
    assert.equal((await invoke(...throughAlias)).word, 'hello');
    const refused = await aws('delete-function', ...named, '--qualifier', '1');
    assert.match(
      refused.stderr,
      /\(ResourceConflictException\).*Unable to delete version 1 because the following aliases reference it: \[live\]/,
    );

    await daemon.stop('SIGKILL');
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir });
    assert.deepEqual(await invoke(...throughAlias), { word: 'hello', calls: 1, version: '1', arn: `${ARN}:live` });
    assert.equal((await invoke(...named, '--qualifier', '2')).word, 'goodbye');
  });

  test('each request is decided anew: a fifth of 300 goes to the second version', { skip: missing(CLIENTS.awsV2) }, async () => {
    const { lambda } = new Account(daemon.endpoint);
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.2 } };
    await lambda.send(new UpdateAliasCommand({ FunctionName: 'greet', Name: 'live', FunctionVersion: '1', RoutingConfig }));
    const counts: Record<string, number> = { 1: 0, 2: 0 };
    for (let sent = 0; sent < 300; sent++) {
      const { ExecutedVersion: version = '' } = await lambda.send(new InvokeCommand({ FunctionName: 'greet', Qualifier: 'live' }));
      counts[version] = (counts[version] ?? 0) + 1;
    }
    assert.equal((counts['1'] ?? 0) + (counts['2'] ?? 0), 300);
    // Five standard deviations: once in two million runs it is chance.
    assert.ok(Math.abs((counts['2'] ?? 0) - 60) < 5 * Math.sqrt(300 * 0.2 * 0.8), JSON.stringify(counts));
  });

  test('a version that is deleted is gone, and so are the alias and the function', { skip: missing(CLIENTS.awsV2) }, async () => {
    await json('delete-alias', ...named, '--name', 'live');
    await json('delete-function', ...named, '--qualifier', '1');
    for (const qualifier of ['1', 'live']) {
      const missingOne = await aws('invoke', ...named, '--qualifier', qualifier, 'out.json');
      assert.match(missingOne.stderr, new RegExp(`\\(ResourceNotFoundException\\).*Function not found: ${ARN}:${qualifier}`));
    }
    assert.equal((await invoke(...named, '--qualifier', '2')).word, 'goodbye');
    await json('delete-function', ...named);
    assert.match((await aws('invoke', ...named, '--qualifier', '2', 'out.json')).stderr, /ResourceNotFoundException/);
  });
});
