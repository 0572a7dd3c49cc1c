import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import type { DeployedFunction } from '../support/account.ts';
import { missing, withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { zipArchive } from '../support/zip-archive.ts';
import type { ZipArchiveEntry } from '../support/zip-archive.ts';

/** Functions that import from layers, run through them and start by them. */

const EXECUTABLE = 0o100755;

const NODE_HANDLER = `
import { readFileSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { who } from 'in-one-layer';
import other from 'in-both-layers';
const attempt = (work) => { try { work(); return 'done'; } catch (error) { return error.code; } };
export const handler = async () => ({
  who, other,
  required: (await import('node:module')).createRequire(import.meta.url)('for-this-major'),
  tool: execFileSync('layer-tool', { encoding: 'utf8' }).trim(),
  text: readFileSync('/opt/shared/text', 'utf8'),
  write: attempt(() => writeFileSync('/opt/shared/text', 'x')),
  create: attempt(() => writeFileSync('/opt/new', 'x')),
});
`;

const PYTHON_HANDLER = `
import sys
import in_layer, in_site_packages
def handler(event, context):
    return {"layer": in_layer.NAME, "site": in_site_packages.NAME, "path": [p for p in sys.path if p.startswith("/opt")]}
`;

const WRAPPER = `#!/bin/sh
export FROM_WRAPPER="$1"
exec "$@"
`;

const BOOTSTRAP = `#!/usr/bin/python3
import json, os, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation"
while True:
    with urllib.request.urlopen(f"{api}/next") as response:
        request_id = response.headers["Lambda-Runtime-Aws-Request-Id"]
    urllib.request.urlopen(urllib.request.Request(f"{api}/{request_id}/response", json.dumps(__file__).encode()))
`;

describe('layers', { concurrency: false, skip: withoutIsolation() }, () => {
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

  async function publish(LayerName: string, files: readonly ZipArchiveEntry[], publisher = account): Promise<string> {
    const published = await publisher.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipArchive(files) } }));
    return published.LayerVersionArn ?? assert.fail('no ARN');
  }

  async function useLayers(name: string, Layers: string[]): Promise<void> {
    await account.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, Layers }));
    await waitUntilFunctionUpdatedV2({ client: account.lambda, maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.5 }, { FunctionName: name });
  }

  const folders = (): readonly string[] => readdirSync(`${daemon.dataDir}/code`).filter((name) => name !== 'boot-id');

  test('a Node function imports, runs and reads what its layers have; the later layer goes first', async () => {
    const one = await publish('one', [
      { name: 'nodejs/node_modules/in-one-layer/package.json', content: '{"type":"module","exports":"./index.js"}' },
      { name: 'nodejs/node_modules/in-one-layer/index.js', content: 'export const who = "one";' },
      { name: 'nodejs/node_modules/in-both-layers/index.js', content: 'module.exports = "from one";' },
      { name: 'nodejs/node24/node_modules/for-this-major/index.js', content: 'module.exports = 24;' },
      { name: 'bin/layer-tool', mode: EXECUTABLE, content: '#!/bin/sh\necho tool of one\n' },
      { name: 'shared/text', content: 'text of one' },
    ]);
    const two = await publish('two', [
      { name: 'nodejs/node_modules/in-both-layers/index.js', content: 'module.exports = "from two";' },
      { name: 'shared/text', content: 'text of two' },
    ]);
    const more = { Layers: [one, two] };
    await account.deploy('node', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': NODE_HANDLER }, more });
    const expected = { who: 'one', required: 24, tool: 'tool of one', write: 'EROFS', create: 'EROFS' };
    assert.deepEqual(await account.result('node'), { ...expected, other: 'from two', text: 'text of two' });
    const configuration = await account.configuration('node');
    assert.deepEqual(
      configuration.Layers?.map(({ Arn }) => Arn),
      [one, two],
    );
    await useLayers('node', [two, one]);
    assert.deepEqual(await account.result('node'), { ...expected, other: 'from one', text: 'text of one' });

    const unpacked = folders();
    await account.deploy('node-too', { runtime: 'nodejs24.x', handler: 'index.handler', files: { 'index.mjs': NODE_HANDLER }, more });
    await account.result('node-too');
    assert.deepEqual(folders(), unpacked, 'code and layers are unpacked once for all functions');
  });

  test('a Python function imports from both folders of a layer', async () => {
    const layer = await publish('python', [
      { name: 'python/in_layer.py', content: 'NAME = "layer"' },
      { name: 'python/lib/python3.12/site-packages/in_site_packages.py', content: 'NAME = "site"' },
    ]);
    const more = { Layers: [layer] };
    await account.deploy('python', { runtime: 'python3.12', handler: 'main.handler', files: { 'main.py': PYTHON_HANDLER }, more });
    assert.deepEqual(await account.result('python'), {
      layer: 'layer',
      site: 'site',
      path: ['/opt/python/lib/python3.12/site-packages', '/opt/python'],
    });
  });

  test('a wrapper script in a layer starts the runtime', async () => {
    const layer = await publish('wrapper', [{ name: 'wrapper', mode: EXECUTABLE, content: WRAPPER }]);
    const files = { 'index.js': 'exports.handler = async () => process.env.FROM_WRAPPER' };
    const more = { Layers: [layer], Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/opt/wrapper' } } };
    await account.deploy('wrapped', { runtime: 'nodejs24.x', handler: 'index.handler', files, more });
    assert.equal(await account.result('wrapped'), '/var/lang/bin/node');
  });

  test('the bootstrap of a custom runtime may be in a layer', { skip: missing('/usr/bin/python3') }, async () => {
    const layer = await publish('bootstrap', [{ name: 'bootstrap', mode: EXECUTABLE, content: BOOTSTRAP }]);
    const more = { Layers: [layer] };
    await account.deploy('provided', { runtime: 'provided.al2023', handler: 'x', files: { 'data.txt': 'no program' }, more });
    assert.equal(await account.result('provided'), '/opt/bootstrap');
    await useLayers('provided', []);
    assert.equal((await account.invoke('provided')).functionError, 'Unhandled');
  });

  test('a layer of another account, by its policy; what is deleted stays with the functions that have it, also after a restart', async () => {
    const vendor = new Account(daemon.endpoint, { accessKeyId: '222222222222', secretAccessKey: 'test' });
    const layer = await publish('shared', [{ name: 'shared.txt', content: 'of the vendor' }], vendor);
    const files = { 'index.js': 'exports.handler = async () => require("node:fs").readFileSync("/opt/shared.txt", "utf8")' };
    const deployed: DeployedFunction = { runtime: 'nodejs24.x', handler: 'index.handler', files, more: { Layers: [layer] } };
    await assert.rejects(account.create('customer', deployed), { name: 'AccessDeniedException' });
    const version = { LayerName: 'shared', VersionNumber: 1 };
    const statement = { StatementId: 'customer', Action: 'lambda:GetLayerVersion', Principal: '000000000000' };
    await vendor.lambda.send(new AddLayerVersionPermissionCommand({ ...version, ...statement }));
    await account.deploy('customer', deployed);
    await vendor.lambda.send(new DeleteLayerVersionCommand(version));
    await assert.rejects(account.create('late', deployed), { name: 'AccessDeniedException' });
    assert.equal(await account.result('customer'), 'of the vendor');

    await daemon.stop();
    // Unpacked anew from what was uploaded.
    rmSync(`${daemon.dataDir}/code`, { recursive: true });
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
    assert.equal(await account.result('customer'), 'of the vendor');
    assert.deepEqual((await account.configuration('customer')).Layers?.length, 1);
  });
});
