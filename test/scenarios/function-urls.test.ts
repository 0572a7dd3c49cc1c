import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { AttachUserPolicyCommand, CreateAccessKeyCommand, CreatePolicyCommand, CreateUserCommand } from '@aws-sdk/client-iam';
import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionConcurrencyCommand,
  GetFunctionUrlConfigCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from '@aws-sdk/client-lambda';
import type { CreateFunctionUrlConfigCommandInput } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';

/** Function URLs by the clients of their users: curl and awscurl. */

const ECHO = `
export const handler = async (event) => {
  if (event.rawPath === '/binary') return { statusCode: 200, headers: { 'content-type': 'image/png' }, body: 'AAH/', isBase64Encoded: true };
  if (event.rawPath === '/fail') throw new Error('no luck');
  if (event.rawPath === '/length') return event.body.length;
  return { statusCode: 201, headers: { 'x-echo': 'yes' }, cookies: ['a=1', 'b=2'], body: JSON.stringify(event) };
};`;

/** One chunk each 300 ms; /break fails halfway. */
const TICKS = `
export const handler = awslambda.streamifyResponse(async (event, stream) => {
  const response = awslambda.HttpResponseStream.from(stream, { statusCode: 202, headers: { 'content-type': 'text/x-ticks' }, cookies: ['t=1'] });
  for (let tick = 0; tick < 5; tick++) {
    response.write('tick ' + tick + '\\n');
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (event.rawPath === '/break' && tick === 1) throw new Error('broken');
  }
  console.log('ran to its end');
  response.end();
});`;

const FORBIDDEN =
  '{"Message":"Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"}';

interface Answer {
  readonly status: number;
  /** As they came, without the status line. */
  readonly head: string;
  readonly body: string;
}

async function curl(...args: readonly string[]): Promise<Answer> {
  const { code, stdout, stderr } = await runTool('/usr/bin/curl', ['-sS', '-i', '-H', 'Expect:', ...args]);
  assert.equal(code, 0, stderr);
  const end = stdout.indexOf('\r\n\r\n');
  const [line = '', ...head] = stdout.slice(0, end).split('\r\n');
  return { status: Number(line.split(' ')[1]), head: head.join('\n').toLowerCase(), body: stdout.slice(end + 4) };
}

describe('function URLs', { concurrency: false, skip: missing('/usr/bin/curl', CLIENTS.awscurl, CLIENTS.awsV1) }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    const node = { runtime: 'nodejs24.x', handler: 'index.handler' } as const;
    await account.deploy('echo', { ...node, files: { 'index.mjs': ECHO } });
    await account.deploy('ticks', { ...node, files: { 'index.mjs': TICKS } });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function urlOf(FunctionName: string, more: Partial<CreateFunctionUrlConfigCommandInput> = {}): Promise<string> {
    const { FunctionUrl } = await account.lambda.send(new CreateFunctionUrlConfigCommand({ FunctionName, AuthType: 'NONE', ...more }));
    return FunctionUrl ?? assert.fail('no URL');
  }

  /** The two permissions that a call by URL needs. */
  async function permit(FunctionName: string, Principal: string, Qualifier?: string): Promise<void> {
    const common = { FunctionName, Principal, Qualifier };
    const id = Principal.replaceAll(/[^a-z0-9]/gi, '');
    await account.lambda.send(new AddPermissionCommand({ ...common, StatementId: `url${id}`, Action: 'lambda:InvokeFunctionUrl' }));
    const invoke = { StatementId: `invoke${id}`, Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };
    await account.lambda.send(new AddPermissionCommand({ ...common, ...invoke }));
  }

  test('curl: both permissions are needed, then requests become events and results responses', async () => {
    const url = await urlOf('echo');
    assert.deepEqual([(await curl(url)).status, (await curl(url)).body], [403, FORBIDDEN]);
    const common = { FunctionName: 'echo', Principal: '*' };
    const open = { StatementId: 'url', Action: 'lambda:InvokeFunctionUrl', FunctionUrlAuthType: 'NONE' } as const;
    await account.lambda.send(new AddPermissionCommand({ ...common, ...open }));
    assert.equal((await curl(url)).status, 403);
    const invoke = { StatementId: 'invoke', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };
    await account.lambda.send(new AddPermissionCommand({ ...common, ...invoke }));

    const byHost = await curl(
      `${url}pa2%Fth/1?q=query&m=1&m=%2F`,
      '-H',
      'Cookie: k=v',
      '-H',
      'Content-Type: application/json',
      '-d',
      '{"foo":1}',
    );
    assert.equal(byHost.status, 201);
    assert.match(byHost.head, /^set-cookie: a=1$\n^set-cookie: b=2$/m);
    assert.match(byHost.head, /^x-echo: yes$/m);
    const event = JSON.parse(byHost.body) as Readonly<Record<string, unknown>> & {
      readonly requestContext: { readonly requestId: string; readonly http: unknown };
    };
    assert.deepEqual(
      [event['rawPath'], event['queryStringParameters'], event['cookies'], event['body'], event['isBase64Encoded']],
      ['/pa2%Fth/1', { q: 'query', m: '1,/' }, ['k=v'], '{"foo":1}', false],
    );
    assert.match(byHost.head, new RegExp(`^x-amzn-requestid: ${event.requestContext.requestId}$`, 'm'));

    const id = new URL(url).hostname.split('.')[0];
    const byPath = await curl(`${daemon.endpoint}/_hearth/lambda-url/${id}/a%20b?c`);
    const { rawPath, requestContext } = JSON.parse(byPath.body) as {
      readonly rawPath: string;
      readonly requestContext: { domainPrefix: string };
    };
    assert.deepEqual([rawPath, requestContext.domainPrefix], ['/a%20b', id]);
  });

  test('curl: binary bodies, errors, HEAD, what is too large, and what does not exist', async () => {
    const { FunctionUrl: url = '' } = await account.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: 'echo' }));
    const binary = await runTool('/bin/sh', ['-c', `curl -sS '${url}binary' | od -An -tx1`]);
    assert.equal(binary.stdout.trim(), '00 01 ff');
    assert.deepEqual([(await curl(`${url}fail`)).status, (await curl(`${url}fail`)).body], [502, 'Internal Server Error']);
    const head = await curl('-I', url);
    assert.deepEqual([head.status, head.body], [201, '']);
    const sized = (bytes: number): Promise<Answer> =>
      runTool('/bin/sh', [
        '-c',
        `head -c ${bytes} /dev/zero | tr '\\0' a | curl -sS -w '\\n%{http_code}' -H Content-Type:text/plain --data-binary @- '${url}length'`,
      ]).then(({ stdout }) => ({ status: Number(stdout.split('\n').at(-1)), head: '', body: stdout.split('\n')[0] ?? '' }));
    assert.deepEqual(await sized(6_200_000), { status: 200, head: '', body: '6200000' });
    assert.equal((await sized(6_291_457)).status, 413);
    const nobody = await curl(url.replace('http://', 'http://x'));
    assert.deepEqual([nobody.status, nobody.body], [403, '{"Message":null}']);
  });

  test('a function that is switched off is throttled', async () => {
    const { FunctionUrl: url = '' } = await account.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: 'echo' }));
    await account.lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'echo', ReservedConcurrentExecutions: 0 }));
    const { status, body, head } = await curl(url);
    assert.deepEqual([status, body], [429, '{"Message":"Rate Exceeded."}']);
    assert.match(head, /^x-amzn-errortype: toomanyrequestsexception$/m);
    await account.lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: 'echo' }));
    assert.equal((await curl(url)).status, 201);
  });

  test('curl -N: chunks arrive as they are written, after status, headers and cookies', async () => {
    const url = await urlOf('ticks', { InvokeMode: 'RESPONSE_STREAM' });
    await permit('ticks', '*');
    await curl(url);
    const child = spawn('/usr/bin/curl', ['-sSNi', url], { stdio: ['ignore', 'pipe', 'inherit'] });
    const arrivedMs = new Map<string, number>();
    let text = '';
    for await (const chunk of child.stdout) {
      text += (chunk as Buffer).toString('utf8');
      for (const [tick] of text.matchAll(/tick \d/g)) if (!arrivedMs.has(tick)) arrivedMs.set(tick, performance.now());
    }
    assert.match(text, /^HTTP\/1\.1 202 Accepted\r\n/);
    assert.match(text, /\r\nSet-Cookie: t=1\r\n/);
    assert.match(text, /\r\ncontent-type: text\/x-ticks\r\n/);
    assert.match(text, /\r\n\r\ntick 0\ntick 1\ntick 2\ntick 3\ntick 4\n$/);
    const times = [...arrivedMs.values()];
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    assert.ok(
      gaps.every((gap) => gap > 150),
      `ticks came ${gaps.map(Math.round).join(', ')} ms apart`,
    );
  });

  test('an error after the first chunk breaks the connection; a client that leaves does not end the invocation', async () => {
    const { FunctionUrl: url = '' } = await account.lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: 'ticks' }));
    const broken = await runTool('/usr/bin/curl', ['-sSN', `${url}break`]);
    assert.deepEqual([broken.code, broken.stdout], [18, 'tick 0\ntick 1\n']);
    const ends = async (): Promise<number> =>
      (await account.messages('ticks', 1)).filter((message) => message.includes('ran to its end')).length;
    const former = await ends();
    const left = await runTool('/usr/bin/curl', ['-sSN', '--max-time', '0.4', url]);
    assert.equal(left.code, 28);
    await eventually('the invocation runs to its end', async () => ((await ends()) > former ? true : undefined));
  });

  test('awscurl: the right key passes; a wrong one, none, and one without permission do not', async () => {
    await account.deploy('private', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': ECHO } });
    const url = await urlOf('private', { AuthType: 'AWS_IAM' });
    const byPath = `${daemon.endpoint}/_hearth/lambda-url/${new URL(url).hostname.split('.')[0]}/a/b?y=2&x=1`;
    const as = async (key: string, secret: string, data?: string): Promise<string> => {
      const body = data === undefined ? [] : ['-X', 'POST', '-d', data];
      const args = ['-i', '--service', 'lambda', '--region', 'us-east-1', '--access_key', key, '--secret_key', secret, ...body, byPath];
      const { stdout } = await runTool(CLIENTS.awscurl, args, { environment: userEnvironment(daemon.endpoint) });
      return stdout;
    };
    assert.match(await as('test', 'test'), /"accountId":"000000000000".*"userArn":"arn:aws:iam::000000000000:root"/);
    assert.match(await as('test', 'test', '{"a":1}'), /"method":"POST"/);
    assert.match(await as('test', 'wrong'), /The request signature we calculated does not match the signature you provided/);
    assert.deepEqual([(await curl(byPath)).status, (await curl(byPath)).body], [403, FORBIDDEN]);
    assert.match(await as('AKIAIOSFODNN7EXAMPLE', 'test'), /The security token included in the request is invalid/);

    await account.iam.send(new CreateUserCommand({ UserName: 'ann' }));
    const { AccessKey: key } = await account.iam.send(new CreateAccessKeyCommand({ UserName: 'ann' }));
    const ann = (): Promise<string> => as(key?.AccessKeyId ?? '', key?.SecretAccessKey ?? '');
    assert.match(await ann(), /Forbidden\. For troubleshooting/);
    const allow = (Action: string, Condition: object): object => ({ Effect: 'Allow', Action, Resource: '*', Condition });
    const statements = [
      allow('lambda:InvokeFunctionUrl', { StringEquals: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } }),
      allow('lambda:InvokeFunction', { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }),
    ];
    for (const [at, Statement] of statements.entries()) {
      const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
      const { Policy } = await account.iam.send(new CreatePolicyCommand({ PolicyName: `url${at}`, PolicyDocument }));
      await account.iam.send(new AttachUserPolicyCommand({ UserName: 'ann', PolicyArn: Policy?.Arn }));
      assert.match(await ann(), at === 0 ? /Forbidden/ : /"userArn":"arn:aws:iam::000000000000:user\/ann"/);
    }

    assert.match(await as('222222222222', 'test'), /Forbidden/);
    await permit('private', '222222222222');
    assert.match(await as('222222222222', 'test'), /"accountId":"222222222222"/);
  });

  test('a URL of an alias outlives it, and answers nobody; an id of its own choice outlives the daemon', async () => {
    const more = { Tags: { _custom_id_: 'shop' } };
    await account.deploy('tagged', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': ECHO }, more });
    const { Version: FunctionVersion } = await account.lambda.send(new PublishVersionCommand({ FunctionName: 'tagged' }));
    await account.lambda.send(new CreateAliasCommand({ FunctionName: 'tagged', Name: 'live', FunctionVersion }));
    assert.equal(await urlOf('tagged'), `http://shop.lambda-url.us-east-1.localhost:${daemon.port}/`);
    const url = await urlOf('tagged', { Qualifier: 'live' });
    assert.equal(url, `http://shop-live.lambda-url.us-east-1.localhost:${daemon.port}/`);
    await permit('tagged', '*', 'live');
    assert.equal((await curl(url)).status, 201);
    assert.equal((await curl(url.replace('-live', ''))).status, 403);
    await daemon.stop('SIGKILL');
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
    assert.equal((await curl(url)).status, 201);
    await account.lambda.send(new DeleteAliasCommand({ FunctionName: 'tagged', Name: 'live' }));
    const gone = await curl(url);
    assert.deepEqual([gone.status, gone.body], [403, FORBIDDEN]);
    assert.match(gone.head, /^x-amzn-errortype: accessdeniedexception$/m);
  });

  test('the aws CLI: permissions and URL configurations', async () => {
    const aws = async (command: string): Promise<unknown> => {
      const args = ['lambda', ...command.split(' '), '--output', 'json'];
      const { code, stdout, stderr } = await runTool(CLIENTS.awsV1, args, { environment: userEnvironment(daemon.endpoint) });
      assert.equal(code, 0, stderr);
      return stdout === '' ? undefined : JSON.parse(stdout);
    };
    await account.deploy('cli', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': ECHO } });
    const { FunctionUrl: url } = (await aws('create-function-url-config --function-name cli --auth-type NONE')) as { FunctionUrl: string };
    const open = '--principal * --function-url-auth-type NONE --action lambda:InvokeFunctionUrl';
    await aws(`add-permission --function-name cli --statement-id url ${open}`);
    await aws(
      'add-permission --function-name cli --statement-id invoke --principal * --action lambda:InvokeFunction --invoked-via-function-url',
    );
    assert.equal((await curl(url)).status, 201);
    const { Policy } = (await aws('get-policy --function-name cli')) as { readonly Policy: string };
    const { Statement } = JSON.parse(Policy) as { readonly Statement: readonly { readonly Condition: unknown }[] };
    assert.deepEqual(
      Statement.map(({ Condition }) => Condition),
      [{ StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } }, { Bool: { 'lambda:InvokedViaFunctionUrl': 'true' } }],
    );
    await aws(
      'update-function-url-config --function-name cli --cors {"AllowOrigins":["https://a.example"],"AllowMethods":["GET"],"MaxAge":9}',
    );
    const asked = ['-X', 'OPTIONS', '-H', 'Origin: https://a.example', '-H', 'Access-Control-Request-Method: GET'];
    assert.match((await curl(url, ...asked)).head, /^access-control-allow-origin: https:\/\/a\.example$/m);
    const { FunctionUrlConfigs } = (await aws('list-function-url-configs --function-name cli')) as {
      readonly FunctionUrlConfigs: readonly unknown[];
    };
    assert.equal(FunctionUrlConfigs.length, 1);
    await aws('remove-permission --function-name cli --statement-id url');
    assert.equal((await curl(url)).status, 403);
    await aws('delete-function-url-config --function-name cli');
    assert.equal((await curl(url)).body, '{"Message":null}');
  });
});
