import { join } from 'node:path';
import { describe, it } from 'node:test';
import { NODE_CASES } from './nodejs-cases.ts';
import { officialNodeClient } from './support/official-clients.ts';
import { checkCase, type Client } from './support/runtime-case.ts';

const SUPPORT = join(import.meta.dirname, 'support');
const BOOTSTRAP = join(import.meta.dirname, '../../runtimes/nodejs/bootstrap.cjs');

const ours = (link: 'framed' | 'http', identifier: string): Client => ({
  name: `hearth over ${link}`,
  link,
  command: () => [process.execPath, BOOTSTRAP],
  environment: { AWS_EXECUTION_ENV: `AWS_Lambda_${identifier}` },
});

const stubbed = [process.execPath, '--require', join(SUPPORT, 'native-client-stub.cjs')];

async function officialCallbacks(): Promise<readonly Client[]> {
  const folder = await officialNodeClient('3.3.0');
  if (folder === undefined) return [];
  const index = join(folder, 'node_modules/aws-lambda-ric/dist/index.mjs');
  return [
    {
      name: 'aws-lambda-ric 3.3.0',
      link: 'http',
      command: (handler, taskRoot) => [...stubbed, join(SUPPORT, 'official-callbacks.mjs'), index, taskRoot, handler],
      runtimeFiles: [index],
      environment: { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' },
    },
  ];
}

async function officialPromises(): Promise<readonly Client[]> {
  const folder = await officialNodeClient('4.0.2');
  if (folder === undefined) return [];
  const index = join(folder, 'node_modules/aws-lambda-ric/index.mjs');
  return [
    {
      name: 'aws-lambda-ric 4.0.2',
      link: 'http',
      command: () => [...stubbed, index],
      runtimeFiles: [index],
      environment: { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' },
    },
  ];
}

const GENERATIONS = [
  { member: 'callbacks', clients: [ours('framed', 'nodejs22.x'), ours('http', 'nodejs22.x'), ...(await officialCallbacks())] },
  { member: 'promises', clients: [ours('framed', 'nodejs24.x'), ours('http', 'nodejs24.x'), ...(await officialPromises())] },
] as const;

for (const { member, clients } of GENERATIONS) {
  describe(`Node.js with ${member}, as ${clients.map(({ name }) => name).join(', ')}`, { concurrency: 2 }, () => {
    for (const { callbacks, promises, ...shared } of NODE_CASES) {
      const expected = member === 'callbacks' ? callbacks : promises;
      if (expected !== undefined) it(shared.name, () => checkCase({ ...shared, expected }, clients));
    }
  });
}
