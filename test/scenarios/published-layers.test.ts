import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { DeleteFunctionCommand, PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { CLIENTS, missing, withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { filesBelow, npmPackage, npmTarball, pythonPackage } from '../support/registry-packages.ts';
import { zipArchive } from '../support/zip-archive.ts';
import type { ZipArchiveEntry } from '../support/zip-archive.ts';

/** Extensions and layers that others have published, unmodified, from their registries. */

/** Sends an error report to the extension, and waits for it where the extension forwards it to. */
const REPORTING = `
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
export const handler = async (event) => {
  const { promise, resolve } = Promise.withResolvers();
  const server = createServer(async (request, response) => {
    resolve({ path: request.url.split('?')[0], envelope: await text(request) });
    response.end('{}');
  });
  await new Promise((listening) => server.listen(8088, '127.0.0.1', listening));
  const envelope = JSON.stringify({ dsn: process.env.SENTRY_DSN }) + '\\n' + JSON.stringify({ type: 'event' }) + '\\n' + JSON.stringify(event);
  const answer = await fetch('http://localhost:9000/envelope', { method: 'POST', body: envelope });
  const forwarded = await promise;
  server.close();
  server.closeAllConnections();
  return { status: answer.status, path: forwarded.path, intact: forwarded.envelope === envelope };
};
`;

const POWERTOOLS_PYTHON = `
from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
logger = Logger(service="shop")
metrics = Metrics(namespace="shop", service="orders")

@logger.inject_lambda_context
@metrics.log_metrics
def handler(event, context):
    logger.info("order", extra={"n": event["n"]})
    metrics.add_metric(name="Orders", unit=MetricUnit.Count, value=event["n"])
    return context.aws_request_id
`;

const POWERTOOLS_NODE = `
import { Logger } from '@aws-lambda-powertools/logger';
const logger = new Logger({ serviceName: 'shop' });
export const handler = async (event, context) => {
  logger.addContext(context);
  logger.info('order', { n: event.n });
  return context.awsRequestId;
};
`;

describe('published extensions and layers', { concurrency: false, skip: withoutIsolation() || missing(CLIENTS.boto3Python) }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function publish(LayerName: string, files: readonly ZipArchiveEntry[]): Promise<string> {
    const published = await account.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipArchive(files) } }));
    return published.LayerVersionArn ?? assert.fail('no ARN');
  }

  /** What a log line of Powertools says. */
  function records(log: string): readonly Readonly<Record<string, unknown>>[] {
    const lines = log.split('\n').filter((line) => line.startsWith('{'));
    return lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  }

  test("Sentry's extension for Node, which functions send their reports to", async (context) => {
    const sentry = present(context, await npmTarball('@sentry/aws-serverless', '10.75.2'));
    if (sentry === undefined) return;
    const extension = join(sentry, 'build/lambda-extension');
    const file = (name: string): Buffer => readFileSync(join(extension, name));
    const layer = await publish('sentry', [
      { name: 'extensions/sentry-extension', mode: 0o100755, content: file('sentry-extension') },
      { name: 'sentry-extension/index.mjs', mode: 0o100755, content: file('index.mjs') },
    ]);
    await account.deploy('sentry', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': REPORTING },
      more: { Layers: [layer], Environment: { Variables: { SENTRY_DSN: 'http://key@127.0.0.1:8088/1' } } },
    });
    for (const n of [1, 2]) {
      assert.deepEqual(await account.result('sentry', { n }), { status: 200, path: '/api/1/envelope/', intact: true });
    }
    await account.lambda.send(new DeleteFunctionCommand({ FunctionName: 'sentry' }));
    const log = await eventually('the log of its life', async () => {
      const text = (await account.messages('sentry', 2)).join('');
      return text.includes('REPORT') ? text : undefined;
    });
    assert.match(log, /^EXTENSION\tName: sentry-extension\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]$/m);
  });

  test('Powertools for Python from a layer', async (context) => {
    const folder = present(context, await pythonPackage(CLIENTS.boto3Python, 'aws-lambda-powertools', '3.37.0', '3.12'));
    if (folder === undefined) return;
    const layer = await publish('powertools-python', filesBelow(folder, 'python/'));
    const files = { 'function.py': POWERTOOLS_PYTHON };
    await account.deploy('powertools', { runtime: 'python3.12', handler: 'function.handler', files, more: { Layers: [layer] } });
    for (const n of [1, 2]) {
      const { body, log } = await account.invoke('powertools', { n });
      const [order, metric] = records(log);
      assert.deepEqual(
        [order?.['message'], order?.['n'], order?.['cold_start'], order?.['service'], order?.['function_request_id']],
        ['order', n, n === 1, 'shop', body],
        log,
      );
      assert.equal(order?.['function_arn'], 'arn:aws:lambda:us-east-1:000000000000:function:powertools');
      assert.deepEqual(metric?.['Orders'], [n]);
    }
  });

  test('Powertools for TypeScript from a layer, in JSON format', async (context) => {
    const modules = present(context, await npmPackage('@aws-lambda-powertools/logger', '2.36.0'));
    if (modules === undefined) return;
    const layer = await publish('powertools-node', filesBelow(modules, 'nodejs/node_modules/'));
    await account.deploy('powertools-node', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': POWERTOOLS_NODE },
      more: { Layers: [layer], LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'WARN', SystemLogLevel: 'WARN' } },
    });
    // Its own level follows AWS_LAMBDA_LOG_LEVEL.
    assert.deepEqual(records((await account.invoke('powertools-node', { n: 1 })).log), []);
    await account.deploy('powertools-info', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.mjs': POWERTOOLS_NODE },
      more: { Layers: [layer], LoggingConfig: { LogFormat: 'JSON', SystemLogLevel: 'WARN' } },
    });
    const { body, log } = await account.invoke('powertools-info', { n: 1 });
    const [order] = records(log);
    assert.deepEqual(
      [order?.['message'], order?.['n'], order?.['cold_start'], order?.['function_request_id']],
      ['order', 1, true, body],
      log,
    );
  });
});

/** On CI everything can be fetched. */
function present(context: TestContext, fetched: string | undefined): string | undefined {
  if (fetched !== undefined) return fetched;
  assert.notEqual(process.env['CI'], 'true', 'a package could not be fetched');
  context.skip('the package could not be fetched');
  return undefined;
}
