import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { PublishLayerVersionCommand, type Runtime } from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import { missing } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { zipArchive, type ZipArchiveEntry } from '../support/zip-archive.ts';

/** Managed Java: the host's, with AWS's own client from Maven, unmodified. */

const run = promisify(execFile);
const SOURCES = join(import.meta.dirname, '../runtimes/clients/java/demo');
const JAVAC = '/usr/bin/javac';
const MAVEN = '/usr/bin/mvn';
/** What `scripts/setup-test-tools.sh` installs; its javac makes classes for all from 11 on. */
const RUNTIME: Runtime = 'java17';

describe('Java', { concurrency: false, skip: missing(JAVAC, MAVEN) }, () => {
  let daemon: RealDaemon;
  let account: Account;
  let classes: string;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    classes = mkdtempSync(join(tmpdir(), 'hearth-java-'));
    // A function with the identifier makes the daemon fetch the client, whose interfaces the handlers implement.
    await account.deploy('first', { runtime: RUNTIME, handler: 'demo.Nothing', files: { 'readme.txt': '' } });
    const sources = readdirSync(SOURCES).map((name) => join(SOURCES, name));
    const client = join(
      daemon.dataDir,
      'runtimes',
      readdirSync(join(daemon.dataDir, 'runtimes')).find((name) => name.startsWith('java-client-')) ?? '',
    );
    await run(JAVAC, ['--release', '11', '-cp', join(client, 'lib', '*'), '-d', classes, ...sources]);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
    rmSync(classes, { recursive: true, force: true });
  });

  const compiled = (prefix: string, wanted: (name: string) => boolean): readonly ZipArchiveEntry[] =>
    readdirSync(join(classes, 'demo'))
      .filter(wanted)
      .map((name) => ({ name: `${prefix}demo/${name}`, content: readFileSync(join(classes, 'demo', name)) }));

  async function deploy(name: string, handler: string, variables: Readonly<Record<string, string>> = {}, layers: readonly string[] = []) {
    const more = { Environment: { Variables: { ...variables } }, Layers: [...layers] };
    const files = compiled('', (file) => !file.startsWith('Layered'));
    await account.deploy(name, { runtime: RUNTIME, handler, files, memory: 512, more });
  }

  test('an interface handler: classes of the package, a jar of a layer, JAVA_TOOL_OPTIONS, errors with their stack', async () => {
    const jar = zipArchive(compiled('', (file) => file.startsWith('Layered')));
    const { LayerVersionArn = '' } = await account.lambda.send(
      new PublishLayerVersionCommand({
        LayerName: 'jar',
        Content: { ZipFile: zipArchive([{ name: 'java/lib/layered.jar', content: jar }]) },
      }),
    );
    await deploy('interface', 'demo.Handler', { JAVA_TOOL_OPTIONS: '-Ddemo.property=set' }, [LayerVersionArn]);
    const { body, log } = await account.invoke('interface', { n: 7 });
    const { id, ...rest } = body as { readonly id: string };
    assert.deepEqual(rest, { n: 42, java: 17, property: 'set', layer: 'from the layer' }, JSON.stringify(body) + log);
    assert.match(log, new RegExp(`START RequestId: ${id} Version: \\$LATEST\\nseen 7\\nEND RequestId: ${id}\\n`));

    const failed = await account.invoke('interface', { n: 1, fail: true });
    assert.equal(failed.functionError, 'Unhandled');
    const { stackTrace, ...error } = failed.body as { readonly stackTrace: readonly string[] };
    assert.deepEqual(error, { errorMessage: 'no luck', errorType: 'java.lang.IllegalStateException' });
    assert.match(stackTrace[0] ?? '', /^demo\.Handler\.handleRequest\(/);
  });

  test('the method by name, with objects of its own; a stream handler; the environment of AWS', async () => {
    await deploy('custom', 'demo.Handler::custom');
    assert.deepEqual(await account.result('custom', { name: 'Ada' }), { text: 'Ada in 512 MB' });
    await deploy('stream', 'demo.Stream');
    assert.deepEqual(await account.result('stream', { any: ['thing'] }), { any: ['thing'] });

    await deploy('environment', 'demo.Handler::environment', { TEST_KEY: 'TEST_VAL' });
    const environment = await account.result<Readonly<Record<string, string>>>('environment');
    // Recorded: test_introspection_invoke[java17], less the descriptor for log records; how SDKs find this platform; and PWD.
    assert.deepEqual(Object.keys(environment).toSorted(), RECORDED_NAMES.toSorted());
    assert.equal(environment['AWS_EXECUTION_ENV'], 'AWS_Lambda_java17');
    assert.equal(environment['_HANDLER'], 'demo.Handler::environment');
  });

  test('every other Java of the host, without a word of its own in the log', async (context) => {
    const { stdout } = await run(join(import.meta.dirname, '../../bin/hearth'), ['runtimes', 'list', '--data-dir', daemon.dataDir]);
    const others = [...stdout.matchAll(/^here +(java(?:11|21|25)) /gm)].map(([, identifier = '']) => identifier as Runtime);
    if (others.length === 0) context.skip('there is no other');
    for (const runtime of others) {
      const files = compiled('', () => true);
      await account.deploy(runtime, { runtime, handler: 'demo.Handler', files, memory: 256 });
      const { body, log } = await account.invoke(runtime, { n: 7 });
      assert.equal((body as { readonly java: number }).java, Number(runtime.slice('java'.length)), JSON.stringify(body) + log);
      assert.match(log, /^START [^\n]*\nseen 7\nEND /);
      assert.doesNotMatch((await account.messages(runtime, 1)).join(''), /WARN/);
    }
  });

  test('a class that is not there, and a Java that is not there', async () => {
    const { functionError, body } = await account.invoke('first');
    assert.equal(functionError, 'Unhandled');
    assert.match(JSON.stringify(body), /Class not found: demo\.Nothing.*java\.lang\.ClassNotFoundException/);

    await account.create('old', { runtime: 'java8.al2', handler: 'demo.Handler', files: { 'readme.txt': '' } });
    await assert.rejects(account.active('old'));
    const { State, StateReason } = await account.configuration('old');
    assert.equal(State, 'Failed');
    assert.match(StateReason ?? '', /No Java 8 was found .* apt-get install openjdk-8-jre-headless/);
  });
});

const RECORDED_NAMES = (
  'AWS_ACCESS_KEY_ID AWS_DEFAULT_REGION AWS_ENDPOINT_URL AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_NAME ' +
  'AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_LAMBDA_RUNTIME_API AWS_REGION ' +
  'AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_XRAY_CONTEXT_MISSING AWS_XRAY_DAEMON_ADDRESS LAMBDA_RUNTIME_DIR LAMBDA_TASK_ROOT ' +
  'LANG LD_LIBRARY_PATH PATH PWD TEST_KEY TZ ' +
  '_AWS_XRAY_DAEMON_ADDRESS _AWS_XRAY_DAEMON_PORT _HANDLER'
).split(' ');
