import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import { CLIENTS, missing } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

/** Variables of a function that its runtime obeys, and those that nobody may set. */

const RESERVED = [
  'AWS_ACCESS_KEY_ID',
  'AWS_DEFAULT_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_LAMBDA_RUNTIME_API',
  'AWS_REGION',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
];

describe('variables of runtimes', { concurrency: false }, () => {
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

  test('NODE_OPTIONS and NODE_PATH', async () => {
    await account.deploy('node', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: {
        'index.js': "exports.handler = async () => [globalThis.preloaded, require('elsewhere')];",
        'preload.cjs': 'globalThis.preloaded = true;',
        'modules/elsewhere.js': "module.exports = 'found';",
      },
      more: { Environment: { Variables: { NODE_OPTIONS: '--require /var/task/preload.cjs', NODE_PATH: '/var/task/modules' } } },
    });
    assert.deepEqual(await account.result('node'), [true, 'found']);
  });

  test('PYTHONPATH and LD_LIBRARY_PATH', { skip: missing(CLIENTS.boto3Python) }, async () => {
    const { stdout } = await runTool(CLIENTS.boto3Python, ['-c', 'import _ctypes, sys; print("%d.%d" % sys.version_info[:2])']);
    const library = readFileSync(`/lib/${process.arch === 'x64' ? 'x86_64' : 'aarch64'}-linux-gnu/libz.so.1`);
    await account.deploy('python', {
      runtime: `python${stdout.trim()}` as 'python3.12',
      handler: 'index.handler',
      files: [
        {
          name: 'index.py',
          content:
            'import ctypes, elsewhere\n\ndef handler(event, context):\n    return [elsewhere.text, ctypes.CDLL("libof-this-function.so").zlibCompileFlags() > 0]\n',
        },
        { name: 'modules/elsewhere.py', content: 'text = "found"\n' },
        { name: 'native/libof-this-function.so', content: library },
      ],
      more: { Environment: { Variables: { PYTHONPATH: '/var/runtime:/var/task/modules', LD_LIBRARY_PATH: '/var/task/native' } } },
    });
    assert.deepEqual(await account.result('python'), ['found', true]);
  });

  test('a native module for another architecture is named in the log', { skip: missing(CLIENTS.boto3Python) }, async () => {
    const { stdout } = await runTool(CLIENTS.boto3Python, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])']);
    const [machine, foreign, host] = process.arch === 'x64' ? [183, 'arm64', 'x86_64'] : [62, 'x86_64', 'arm64'];
    const library = readFileSync(process.execPath).subarray(0, 4096);
    library.writeUInt16LE(machine, 18);
    await account.deploy('foreign', {
      runtime: `python${stdout.trim()}` as 'python3.12',
      handler: 'index.handler',
      files: [
        { name: 'index.py', content: 'import wheel\n' },
        { name: 'wheel.so', content: library },
      ],
    });
    const { functionError } = await account.invoke('foreign');
    assert.equal(functionError, 'Unhandled');
    assert.match(
      (await account.messages('foreign', 1)).join(''),
      new RegExp(`^/var/task/wheel\\.so is built for ${foreign}; this host is ${host}$`, 'm'),
    );
  });

  test('modules, programs and libraries of a layer, without any variable', async () => {
    const { LayerVersionArn = '' } = await account.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: 'all',
        Content: {
          ZipFile: zipArchive([
            { name: 'nodejs/node_modules/layered/index.js', content: "module.exports = 'a module';" },
            { name: 'bin/layered', mode: 0o100755, content: '#!/bin/sh\necho a program\n' },
          ]),
        },
      }),
    );
    await account.deploy('layered', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: {
        'index.js':
          "exports.handler = async () => [require('layered'), require('node:child_process').execFileSync('layered').toString().trim()];",
      },
      more: { Layers: [LayerVersionArn] },
    });
    assert.deepEqual(await account.result('layered'), ['a module', 'a program']);
  });

  const created = (name: string) =>
    account.create('refused', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: { 'index.js': '' },
      more: { Environment: { Variables: { [name]: 'mine', FREE: 'yes' } } },
    });

  test('reserved variables are refused by name; those that begin with _ break a rule of names before', async () => {
    for (const name of ['_HANDLER', '_X_AMZN_TRACE_ID']) await assert.rejects(created(name), { name: 'ValidationException' });
    for (const name of RESERVED) {
      await assert.rejects(created(name), {
        name: 'InvalidParameterValueException',
        message: `Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${name}`,
      });
    }
  });
});
