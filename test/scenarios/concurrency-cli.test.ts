import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Account, eventually } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';
import type { ToolResult } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

/** Reserved and provisioned concurrency, command by command, with both aws CLIs. */

const HANDLER = 'import os\ndef handler(event, context):\n    return os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]\n';

describe('concurrency with the aws CLI', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;
  let folder: string;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    folder = mkdtempSync(join(tmpdir(), 'hearth-cli-'));
    writeFileSync(join(folder, 'handler.zip'), zipArchive([{ name: 'handler.py', content: HANDLER }]));
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
    rmSync(folder, { recursive: true });
  });

  async function sequence(program: string, name: string): Promise<void> {
    const role = await account.role();
    const aws = (...args: readonly string[]): Promise<ToolResult> =>
      runTool(program, ['--endpoint-url', daemon.endpoint, 'lambda', ...args], {
        cwd: folder,
        environment: userEnvironment(daemon.endpoint),
      });
    const json = async (...args: readonly string[]): Promise<Record<string, unknown>> => {
      const { code, stdout, stderr } = await aws(...args);
      assert.equal(code, 0, `aws lambda ${args.join(' ')}\n${stdout}${stderr}`);
      return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as Record<string, unknown>;
    };
    const refused = async (pattern: RegExp, ...args: readonly string[]): Promise<void> => {
      const { code, stderr } = await aws(...args);
      assert.notEqual(code, 0);
      assert.match(stderr, pattern);
    };
    const which = ['--function-name', name];
    const reserve = (count: string): string[] => ['put-function-concurrency', ...which, '--reserved-concurrent-executions', count];
    const shape = ['--runtime', 'python3.12', '--handler', 'handler.handler', '--role', role, '--zip-file', 'fileb://handler.zip'];
    await json('create-function', ...which, ...shape);
    await json('wait', 'function-active-v2', ...which);
    const limits = async (): Promise<Record<string, unknown>> =>
      (await json('get-account-settings'))['AccountLimit'] as Record<string, unknown>;
    const { UnreservedConcurrentExecutions: unreserved } = await limits();

    assert.deepEqual(await json(...reserve('5')), {
      ReservedConcurrentExecutions: 5,
    });
    assert.deepEqual(await json('get-function-concurrency', ...which), { ReservedConcurrentExecutions: 5 });
    assert.equal((await limits())['UnreservedConcurrentExecutions'], Number(unreserved) - 5);
    await refused(/InvalidParameterValueException.*below its minimum value of \[100\]\./, ...reserve('901'));

    const { Version: version } = await json('publish-version', ...which);
    await json('create-alias', ...which, '--name', 'live', '--function-version', String(version));
    const live = [...which, '--qualifier', 'live'];
    const provision = (count: string): string[] => [
      'put-provisioned-concurrency-config',
      ...live,
      '--provisioned-concurrent-executions',
      count,
    ];
    const { LastModified, ...requested } = await json(...provision('2'));
    assert.match(String(LastModified), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/);
    assert.deepEqual(requested, {
      RequestedProvisionedConcurrentExecutions: 2,
      AvailableProvisionedConcurrentExecutions: 0,
      AllocatedProvisionedConcurrentExecutions: 0,
      Status: 'IN_PROGRESS',
    });
    await refused(/InvalidParameterValueException.*should not be greater than the reservedConcurrentExecution/, ...provision('6'));
    await eventually('the alias is provisioned', async () => {
      const { Status } = await json('get-provisioned-concurrency-config', ...live);
      return Status === 'READY' ? true : undefined;
    });
    const { ProvisionedConcurrencyConfigs: listed } = await json('list-provisioned-concurrency-configs', ...which);
    assert.deepEqual(
      (listed as Record<string, unknown>[]).map(({ FunctionArn, Status }) => [FunctionArn, Status]),
      [[`arn:aws:lambda:us-east-1:000000000000:function:${name}:live`, 'READY']],
    );
    assert.equal((await json('invoke', ...live, 'out.json'))['ExecutedVersion'], version);
    await refused(
      /InvalidParameterValueException.* ReservedConcurrentExecutions {2}1 should not be lower than function's total provisioned concurrency \[2\]\./,
      ...reserve('1'),
    );

    await json('delete-provisioned-concurrency-config', ...live);
    await refused(/ProvisionedConcurrencyConfigNotFoundException/, 'get-provisioned-concurrency-config', ...live);
    await json(...reserve('0'));
    await refused(/TooManyRequestsException.*Rate Exceeded\./, 'invoke', ...which, 'out.json');
    await json('delete-function-concurrency', ...which);
    assert.deepEqual(await json('get-function-concurrency', ...which), {});
    assert.equal((await limits())['UnreservedConcurrentExecutions'], unreserved);
    assert.equal((await json('invoke', ...which, 'out.json'))['StatusCode'], 200);
  }

  test('version 1', { skip: missing(CLIENTS.awsV1) }, async () => sequence(CLIENTS.awsV1, 'with-v1'));
  test('version 2', { skip: missing(CLIENTS.awsV2) }, async () => sequence(CLIENTS.awsV2, 'with-v2'));
});
