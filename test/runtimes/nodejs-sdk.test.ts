import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { nodeSdkBundle } from '#functions/node-sdk-bundle.ts';
import { checkCase } from './support/runtime-case.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const folder = await mkdtemp(join(tmpdir(), 'hearth-sdk-'));
after(() => rm(folder, { recursive: true }));
const bundle = await nodeSdkBundle({ packageRoot: REPOSITORY, directory: folder, ids: systemIds });
// As at /var/runtime/node_modules: the name of the folder counts.
const runtime = join(folder, 'runtime');
await symlink(join(bundle, '..'), runtime);

const client = {
  name: 'hearth',
  link: 'framed',
  command: () => [process.execPath, join(REPOSITORY, 'runtimes/nodejs/bootstrap.cjs')],
  environment: { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', NODE_PATH: `/opt/nodejs/node_modules:${runtime}/node_modules:/var/task` },
} as const;

const CLIENTS = ['lambda', 'iam', 'sts', 'cloudwatch-logs'].map((name) => `@aws-sdk/client-${name}`);

test('the AWS SDK can be required', () =>
  checkCase(
    {
      name: 'require',
      files: {
        'index.js': `const loaded = ${JSON.stringify(CLIENTS)}.map((name) => require(name)); exports.handler = async () => loaded.map((sdk) => Object.keys(sdk).some((key) => key.endsWith('Client')));`,
      },
      handler: 'index.handler',
      expected: { answers: ['[true,true,true,true]'] },
    },
    [client],
  ));

test('the AWS SDK can be imported by an ES module and makes a client', () =>
  checkCase(
    {
      name: 'import',
      files: {
        'index.mjs': `${CLIENTS.map((name) => `import '${name}';`).join('\n')}\nimport { LambdaClient } from '@aws-sdk/client-lambda';\nexport const handler = async () => new LambdaClient({ region: 'eu-west-1' }).config.region();`,
      },
      handler: 'index.handler',
      expected: { answers: ['"eu-west-1"'] },
    },
    [client],
  ));

test('the AWS SDK can be imported by CommonJS late, and a package of the function comes first', () =>
  checkCase(
    {
      name: 'import()',
      files: {
        'index.js': `exports.handler = async () => [typeof (await import('@aws-sdk/client-sts')).STSClient, (await import('@aws-sdk/client-iam')).own];`,
        'node_modules/@aws-sdk/client-iam/package.json': '{"name":"@aws-sdk/client-iam","main":"index.js"}',
        'node_modules/@aws-sdk/client-iam/index.js': 'exports.own = 1;',
      },
      handler: 'index.handler',
      expected: { answers: ['["function",1]'] },
    },
    [client],
  ));

test('a package that is nowhere is missed in the words of Node.js', () =>
  checkCase(
    {
      name: 'absent',
      files: { 'index.mjs': `export const handler = async () => (await import('absent')).x;` },
      handler: 'index.handler',
      expected: { answers: [{ error: "Error: Cannot find package 'absent' imported from <task>/index.mjs" }] },
    },
    [client],
  ));
