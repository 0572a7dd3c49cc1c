import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Account, LAMBDA_TRUST } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/** What a function may see and do, tried from inside. */

/** Says for each path whether it can be read or listed. */
const READER = `
import os
def handler(event, context):
    found = {}
    for path in event["paths"]:
        try:
            found[path] = os.listdir(path) if os.path.isdir(path) else open(path).read()
        except OSError as error:
            found[path] = error.strerror
    return found`;

const PROCESSES = `
import os
def handler(event, context):
    pids = [pid for pid in os.listdir("/proc") if pid.isdigit()]
    environments = ""
    for pid in pids:
        try:
            environments += open(f"/proc/{pid}/environ").read()
        except OSError:
            pass
    status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
    return {"pids": len(pids), "environments": environments, "uid": os.getuid(), "capabilities": status["CapEff"], "seccomp": status["Seccomp"]}`;

/** Calls the platform with the given keys, or those of its role; gives the caller's ARN, or the error. */
const CALLER = `
import { request } from 'node:http';
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { IAMClient, ListRolesCommand } from '@aws-sdk/client-iam';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';

const calls = {
  identity: (settings) => new STSClient(settings).send(new GetCallerIdentityCommand({})).then(({ Arn }) => Arn),
  roles: (settings) => new IAMClient(settings).send(new ListRolesCommand({})).then(({ Roles }) => Roles.length),
  functions: (settings) => new LambdaClient(settings).send(new ListFunctionsCommand({})).then(({ Functions }) => Functions.length),
  groups: (settings) => new CloudWatchLogsClient(settings).send(new DescribeLogGroupsCommand({})).then(({ logGroups }) => logGroups.length),
  get: ({ url }) => new Promise((resolve) => {
    request(url, { timeout: 2000 }, (response) => {
      let body = '';
      response.on('data', (chunk) => (body += chunk)).on('end', () => resolve({ status: response.statusCode, body }));
    }).on('error', (error) => resolve({ code: error.code })).on('timeout', function () { this.destroy(new Error('timeout')); }).end();
  }),
};
export const handler = async ({ call, settings = {} }) => {
  try {
    return { answer: await calls[call]({ ...settings, maxAttempts: 1 }) };
  } catch (error) {
    return { error: error.name, message: error.message, status: error.$metadata?.httpStatusCode };
  }
};`;

const INVALID_TOKEN = { error: 'InvalidClientTokenId', message: 'The security token included in the request is invalid.', status: 403 };

describe('isolation', { concurrency: false, skip: withoutIsolation() }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    await account.deploy('reader', { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': READER } });
    await account.deploy('neighbour', {
      runtime: 'python3.12',
      handler: 'index.handler',
      files: { 'index.py': 'SECRET = "neighbour"\ndef handler(event, context): open("/tmp/secret", "w").write(SECRET)' },
      more: { Environment: { Variables: { PASSWORD: 'secret-of-the-neighbour' } } },
    });
    await account.deploy('caller', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': CALLER } });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('the files of the host, of the daemon and of other functions are out of reach', async () => {
    await account.result('neighbour');
    const paths = ['/etc/shadow', '/root', '/home', daemon.dataDir, `${daemon.dataDir}/code`, '/run/hearth', '/sys/fs/cgroup', '/var/log'];
    const found = await account.result<Readonly<Record<string, unknown>>>('reader', { paths });
    for (const path of paths) assert.match(JSON.stringify(found[path]), /^"(?:No such file or directory|Permission denied)"$/, path);
    const own = await account.result<Readonly<Record<string, unknown>>>('reader', { paths: ['/var/task', '/tmp', '/etc/passwd'] });
    assert.deepEqual([own['/var/task'], own['/tmp']], [['index.py'], []]);
    assert.match(String(own['/etc/passwd']), /^root:x:0:0:root:\/root:\/bin\/sh\nnobody:[^\n]*\nsbx_user1051:[^\n]*\n$/);
  });

  test('other processes do not exist; the function has no capability and a system call filter', async () => {
    await account.deploy('processes', { runtime: 'python3.12', handler: 'index.handler', files: { 'index.py': PROCESSES } });
    const seen = await account.result<{
      readonly pids: number;
      readonly environments: string;
      readonly uid: number;
      readonly capabilities: string;
      readonly seccomp: string;
    }>('processes');
    assert.ok(seen.pids <= 2, `${seen.pids} processes are seen`);
    assert.doesNotMatch(seen.environments, /secret-of-the-neighbour|\0HEARTH_/);
    assert.equal(seen.uid, 993);
    assert.equal(seen.capabilities, '0000000000000000');
    assert.equal(seen.seccomp, '2');
  });

  test('the credentials of its role are good, and good for nothing that the role does not allow', async () => {
    const arn = 'arn:aws:sts::000000000000:assumed-role/scenario-role/caller';
    assert.deepEqual(await account.result('caller', { call: 'identity' }), { answer: arn });
    const denied = (action: string, resource: string): string =>
      `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`;
    assert.deepEqual(await account.result('caller', { call: 'roles' }), {
      error: 'AccessDenied',
      message: denied('iam:ListRoles', 'arn:aws:iam::000000000000:role/'),
      status: 403,
    });
    assert.deepEqual(await account.result('caller', { call: 'functions' }), {
      error: 'AccessDeniedException',
      message: denied('lambda:ListFunctions', '*'),
      status: 403,
    });
    assert.deepEqual(await account.result('caller', { call: 'groups' }), {
      error: 'AccessDeniedException',
      message: denied('logs:DescribeLogGroups', 'arn:aws:logs:us-east-1:000000000000:log-group::log-stream:'),
      status: 400,
    });
  });

  test('what the role allows works', async () => {
    const created = await account.iam.send(new CreateRoleCommand({ RoleName: 'reader-role', AssumeRolePolicyDocument: LAMBDA_TRUST }));
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'lambda:List*', Resource: '*' }] };
    const policy = { PolicyName: 'list', PolicyDocument: JSON.stringify(document) };
    await account.iam.send(new PutRolePolicyCommand({ RoleName: 'reader-role', ...policy }));
    const Role = created.Role?.Arn ?? assert.fail('no role');
    await account.deploy('allowed', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': CALLER }, more: { Role } });
    assert.ok((await account.result<{ readonly answer: number }>('allowed', { call: 'functions' })).answer >= 4);
    assert.equal((await account.result<{ readonly error: string }>('allowed', { call: 'roles' })).error, 'AccessDenied');
  });

  test("root's keys and account keys are worthless inside", async () => {
    for (const accessKeyId of ['test', '000000000000', '111111111111']) {
      const settings = { credentials: { accessKeyId, secretAccessKey: 'test' } };
      assert.deepEqual(await account.result('caller', { call: 'identity', settings }), INVALID_TOKEN);
      const invoke = await account.result<{ readonly error: string }>('caller', { call: 'functions', settings });
      assert.equal(invoke.error, 'UnrecognizedClientException');
    }
  });

  test("the daemon's own pages and the host's network are not served inside", async () => {
    const health = await account.result<{ readonly answer: { readonly status: number; readonly body: string } }>('caller', {
      call: 'get',
      settings: { url: 'http://127.0.0.1:4566/_hearth/health' },
    });
    assert.equal(health.answer.status, 403);
    assert.doesNotMatch(health.answer.body, /isolation|uptime/);
    const outside = await account.result('caller', { call: 'get', settings: { url: `${daemon.endpoint}/_hearth/health` } });
    assert.deepEqual(outside, { answer: { code: 'ECONNREFUSED' } });
    // Unreachable, refused or dropped: whatever the network profile, nobody answers.
    const metadata = await account.result<{ readonly answer: { readonly status?: number } }>('caller', {
      call: 'get',
      settings: { url: 'http://169.254.169.254/latest/meta-data/' },
    });
    assert.equal(metadata.answer.status, undefined);
  });
});
