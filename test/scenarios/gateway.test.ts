import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CloudWatchClient, ListMetricsCommand } from '@aws-sdk/client-cloudwatch';
import { ListCapacityProvidersCommand, InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { Account, clientSettings } from '../support/account.ts';
import { RealDaemon } from '../support/daemon.ts';
import { rawRequest, Signer } from '../support/raw-request.ts';
import type { RawRequest } from '../support/raw-request.ts';

/** What the daemon lets in, and how it refuses the rest. */

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const WHO_AM_I: RawRequest = { method: 'POST', headers: FORM, body: 'Action=GetCallerIdentity&Version=2011-06-15' };

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly status: number | undefined;
}

async function failure(work: Promise<unknown>): Promise<Failure> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Error);
    const { $metadata } = error as { readonly $metadata?: { readonly httpStatusCode?: number } };
    return { name: error.name, message: error.message, status: $metadata?.httpStatusCode };
  }
  return assert.fail('an error was expected');
}

describe('gateway', { concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;
  let sts: Signer;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    sts = new Signer(daemon.endpoint, 'sts');
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  const send = (request: RawRequest) => rawRequest(daemon.endpoint, request);

  test('a Host that is not ours is refused before anything is looked at: DNS rebinding', async () => {
    const signed = await sts.sign(WHO_AM_I);
    for (const host of ['evil.example', `evil.example:${daemon.port}`, '127.0.0.1.evil.example', '192.0.2.1']) {
      const answer = await send({ ...signed, headers: { ...signed.headers, host } });
      assert.equal(answer.status, 403, host);
      assert.doesNotMatch(answer.body, /000000000000/);
    }
    assert.equal((await send({ path: '/_hearth/health', headers: { host: 'evil.example' } })).status, 403);
    for (const host of ['localhost', '127.0.0.1', `[::1]:${daemon.port}`, 'lambda.localhost']) {
      assert.equal((await send({ path: '/_hearth/health', headers: { host } })).status, 200, host);
    }
  });

  test('a web page may not call, whatever it signs with', async () => {
    const signed = await sts.sign(WHO_AM_I);
    assert.equal((await send(signed)).status, 200);
    const pages: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `http://localhost:${daemon.port + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of pages) {
      const answer = await send({ ...signed, headers: { ...signed.headers, ...headers } });
      assert.equal(answer.status, 403, JSON.stringify(headers));
      assert.equal(answer.headers['access-control-allow-origin'], undefined);
    }
  });

  test('a wrong secret, an unknown key, a token of nobody', async () => {
    const accountOf = (accessKeyId: string, secretAccessKey: string) => new Account(daemon.endpoint, { accessKeyId, secretAccessKey });
    const wrong = await failure(accountOf('test', 'wrong').sts.send(new GetCallerIdentityCommand({})));
    assert.deepEqual([wrong.name, wrong.status], ['SignatureDoesNotMatch', 403]);
    assert.match(
      wrong.message,
      /^The request signature we calculated does not match the signature you provided\. Check your AWS Secret Access Key and signing method\./,
    );
    const unknown = await failure(accountOf('AKIAQAAAAAAAAAAAAAAA', 'wrong').sts.send(new GetCallerIdentityCommand({})));
    assert.deepEqual(unknown, {
      name: 'InvalidClientTokenId',
      message: 'The security token included in the request is invalid.',
      status: 403,
    });
    const lambda = await failure(accountOf('test', 'wrong').lambda.send(new ListFunctionsCommand({})));
    assert.deepEqual([lambda.name, lambda.status], ['InvalidSignatureException', 403]);
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test', sessionToken: 'forged' };
    const forged = await failure(new STSClient(clientSettings(daemon.endpoint, credentials)).send(new GetCallerIdentityCommand({})));
    assert.equal(forged.name, 'InvalidClientTokenId');
    const other = await accountOf('123456789012', 'test').sts.send(new GetCallerIdentityCommand({}));
    assert.deepEqual([other.Account, other.Arn], ['123456789012', 'arn:aws:iam::123456789012:root']);
  });

  test('a signature is good for five minutes, and nobody is let in without one', async () => {
    const minutes = (count: number): Date => new Date(Date.now() + count * 60_000);
    for (const age of [-4, 4]) assert.equal((await send(await sts.sign(WHO_AM_I, minutes(age)))).status, 200, `${age} minutes`);
    const expired = await send(await sts.sign(WHO_AM_I, minutes(-6)));
    assert.equal(expired.status, 403);
    assert.match(
      expired.body,
      /<Code>SignatureDoesNotMatch<\/Code>\s*<Message>Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 5 min\.\)<\/Message>/,
    );
    const early = await send(await sts.sign(WHO_AM_I, minutes(6)));
    assert.match(
      early.body,
      /<Message>Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 5 min\.\)<\/Message>/,
    );

    // The action in the URL tells the service; a form alone does not.
    const unsigned = await send({ path: '/?Action=GetCallerIdentity&Version=2011-06-15' });
    assert.equal(unsigned.status, 403);
    assert.match(unsigned.body, /<Code>MissingAuthenticationToken<\/Code>\s*<Message>Request is missing Authentication Token<\/Message>/);
    const form = await send(WHO_AM_I);
    assert.deepEqual([form.status, form.headers['x-amzn-errortype']], [403, 'MissingAuthenticationTokenException']);
    const lambda = await send({ path: '/2015-03-31/functions/' });
    assert.deepEqual([lambda.status, lambda.headers['x-amzn-errortype']], [403, 'MissingAuthenticationTokenException']);
    assert.deepEqual(JSON.parse(lambda.body), { message: 'Missing Authentication Token' });
  });

  test('a signature covers what was signed', async () => {
    const signed = await sts.sign(WHO_AM_I);
    const body = `${String(WHO_AM_I.body)}&Extra=1`;
    assert.match((await send({ ...signed, body })).body, /SignatureDoesNotMatch/);
    assert.match((await send({ ...signed, path: '/?a=b' })).body, /SignatureDoesNotMatch/);
    const foreign = await send(await new Signer(daemon.endpoint, 'iam').sign(WHO_AM_I));
    assert.match(foreign.body, /<Code>InvalidAction<\/Code>/);
  });

  test('a presigned URL works for as long as it says', async () => {
    const url: RawRequest = { path: '/?Action=GetCallerIdentity&Version=2011-06-15' };
    const presigned = await sts.presign(url, { expiresIn: 60 });
    const answer = await send(presigned);
    assert.equal(answer.status, 200, answer.body);
    assert.match(answer.body, /<Arn>arn:aws:iam::000000000000:root<\/Arn>/);
    // Older than a signature in headers may be, but not than this URL says.
    const tenMinutesAgo = new Date(Date.now() - 600_000);
    assert.equal((await send(await sts.presign(url, { expiresIn: 900, signingDate: tenMinutesAgo }))).status, 200);
    assert.equal((await send(await sts.presign(url, { expiresIn: 500, signingDate: tenMinutesAgo }))).status, 403);
    assert.equal((await send({ ...presigned, path: `${presigned.path}&Extra=1` })).status, 403);
  });

  test('a service that is not served says so, to every SDK', async () => {
    const settings = clientSettings(daemon.endpoint);
    const calls: Readonly<Record<string, Promise<Failure>>> = {
      sqs: failure(new SQSClient(settings).send(new ListQueuesCommand({}))),
      sns: failure(new SNSClient(settings).send(new ListTopicsCommand({}))),
      monitoring: failure(new CloudWatchClient(settings).send(new ListMetricsCommand({}))),
    };
    for (const [service, failed] of Object.entries(calls)) {
      assert.deepEqual(await failed, {
        name: 'NotImplementedException',
        message: `Hearth does not serve the AWS service '${service}' yet; see docs/parity.md.`,
        status: 501,
      });
    }
  });

  test('an operation that is not there yet is a 501 that names it', async () => {
    const provider = new ListCapacityProvidersCommand({});
    assert.deepEqual(await failure(account.lambda.send(provider)), {
      name: 'NotImplementedException',
      message: 'Hearth does not implement lambda:ListCapacityProviders yet; see docs/parity.md.',
      status: 501,
    });
  });

  test('an operation that no service has', async () => {
    const query = await send(await sts.sign({ ...WHO_AM_I, body: 'Action=Nonsense&Version=2011-06-15' }));
    assert.equal(query.status, 400);
    assert.match(query.body, /<Code>InvalidAction<\/Code>\s*<Message>Could not find operation Nonsense for version 2011-06-15<\/Message>/);
    const headers = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'Logs_20140328.Nonsense' };
    const json = await send(await new Signer(daemon.endpoint, 'logs').sign({ method: 'POST', headers, body: '{}' }));
    assert.equal(json.status, 400);
    assert.match(json.body, /UnknownOperationException/);
    const rest = await send(await new Signer(daemon.endpoint, 'lambda').sign({ path: '/2015-03-31/nonsense' }));
    assert.equal(rest.status, 404);
  });

  test('a body beyond the bound is refused with 413', async () => {
    const large = new InvokeCommand({ FunctionName: 'any', Payload: Buffer.alloc(6_291_457, 0x20) });
    await account.deploy('any', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': 'export const handler = () => 1;' },
    });
    assert.deepEqual(await failure(account.lambda.send(large)), {
      name: 'RequestTooLargeException',
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
      status: 413,
    });
    const form = await send(await sts.sign({ ...WHO_AM_I, body: `${String(WHO_AM_I.body)}&Padding=${'x'.repeat(1_048_576)}` }));
    assert.equal(form.status, 413);
    assert.equal((await account.lambda.send(new ListFunctionsCommand({}))).Functions?.length, 1);
  });
});
