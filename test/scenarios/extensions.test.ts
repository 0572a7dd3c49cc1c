import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { DeleteFunctionCommand, InvokeCommand, PublishLayerVersionCommand } from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { missing, withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { zipArchive } from '../support/zip-archive.ts';
import type { ZipArchiveEntry } from '../support/zip-archive.ts';

/** Extensions beside and inside functions, and what they are told. Which scripts run is up to their variables: test/fixtures/extension.py. */

const EXECUTABLE = 0o100755;
const PYTHON = '/usr/bin/python3';
const WATCHER = readFileSync(new URL('../fixtures/extension.py', import.meta.url), 'utf8');

const HANDLER = `
import os, time
def handler(event, context):
    print("handler got", event)
    time.sleep(event.get("sleep", 0))
    if "hog" in event:
        print(len(bytearray(1 << 30)))
    if "exit" in event:
        os._exit(event["exit"])
    return "done"
`;

/** Registers with curl, and never asks for anything but events. */
const BASH_EXTENSION = `#!/bin/bash
set -euo pipefail
API="http://\${AWS_LAMBDA_RUNTIME_API}/2020-01-01/extension"
HEADERS="$(mktemp)"
curl -sS -D "$HEADERS" "$API/register" -H "Lambda-Extension-Name: $(basename "$0")" -d '{"events": ["INVOKE", "SHUTDOWN"]}' > /dev/null
ID="$(grep -Fi Lambda-Extension-Identifier "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)"
while true; do
  EVENT="$(curl -sS "$API/event/next" -H "Lambda-Extension-Identifier: $ID")"
  echo "bash $(echo "$EVENT" | grep -oE 'INVOKE|SHUTDOWN')"
  if [[ $EVENT == *SHUTDOWN* ]]; then exit 0; fi
done
`;

const NODE_HANDLER = `
const api = 'http://' + process.env.AWS_LAMBDA_RUNTIME_API + '/2020-01-01/extension';
const registered = await fetch(api + '/register', {
  method: 'POST', headers: { 'Lambda-Extension-Name': 'inside' }, body: JSON.stringify({ events: ['INVOKE'] }),
});
const own = { 'Lambda-Extension-Identifier': registered.headers.get('lambda-extension-identifier') };
const refused = await fetch(api + '/register', {
  method: 'POST', headers: { 'Lambda-Extension-Name': 'other' }, body: JSON.stringify({ events: ['SHUTDOWN'] }),
});
const events = [];
(async () => {
  for (;;) events.push(await (await fetch(api + '/event/next', { headers: own })).json());
})();
process.on('SIGTERM', () => { console.log('told to end'); process.exit(0); });
export const handler = async () => {
  while (events.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  return [refused.status, events.splice(0).map(({ eventType }) => eventType)];
};
`;

describe('extensions', { concurrency: false, skip: withoutIsolation() || missing(PYTHON, '/bin/bash', '/usr/bin/curl') }, () => {
  let daemon: RealDaemon;
  let account: Account;
  let watcher: string;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    watcher = await publish('watcher', [{ name: 'extensions/watcher', mode: EXECUTABLE, content: WATCHER }]);
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  async function publish(LayerName: string, files: readonly ZipArchiveEntry[]): Promise<string> {
    const published = await account.lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zipArchive(files) } }));
    return published.LayerVersionArn ?? assert.fail('no ARN');
  }

  async function deploy(
    name: string,
    variables: Readonly<Record<string, string>>,
    more: Partial<CreateFunctionCommandInput> = {},
  ): Promise<void> {
    await account.deploy(name, {
      runtime: 'python3.12',
      handler: 'function.handler',
      files: { 'function.py': HANDLER },
      more: { Layers: [watcher], Environment: { Variables: { ...variables } }, Timeout: 3, ...more },
    });
  }

  /** Deletes the function, and waits until its extension has said its last word. */
  async function remove(name: string): Promise<string> {
    await account.lambda.send(new DeleteFunctionCommand({ FunctionName: name }));
    return logged(name, /watcher ends\n/);
  }

  function logged(name: string, last: RegExp): Promise<string> {
    return eventually(`${String(last)} in the log of ${name}`, async () => {
      const text = (await account.messages(name, 0)).join('');
      return last.test(text) ? text : undefined;
    });
  }

  /** The records that the watcher got, in order. */
  function telemetry(log: string): readonly { readonly type: string; readonly record: unknown }[] {
    return [...log.matchAll(/^watcher telemetry (.*)$/gm)].map(([, json = '']) => JSON.parse(json) as { type: string; record: unknown });
  }

  test('an external extension begins before the runtime, hears of each invocation and of the end', async () => {
    await deploy('order', {});
    assert.equal(await account.result('order', { n: 1 }), 'done');
    assert.equal(await account.result('order', { n: 2 }), 'done');
    const log = await remove('order');
    assert.match(
      log,
      /^INIT_START .*\nwatcher sees \[\] order \/\nwatcher registered .*\nEXTENSION\tName: watcher\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]\nSTART /,
    );
    assert.match(
      log,
      /watcher registered \{"functionName":"order","functionVersion":"\$LATEST","handler":"function\.handler","accountId":"000000000000"\}/,
    );
    const events = [...log.matchAll(/^watcher event (.*)$/gm)].map(
      ([, json = '']) => JSON.parse(json) as Readonly<Record<string, unknown>>,
    );
    assert.deepEqual(
      events.map(({ eventType, shutdownReason }) => [eventType, shutdownReason]),
      [
        ['INVOKE', undefined],
        ['INVOKE', undefined],
        ['SHUTDOWN', 'spindown'],
      ],
    );
    const ids = [...log.matchAll(/^START RequestId: (\S+)/gm)].map(([, id]) => id);
    assert.deepEqual(
      events.slice(0, 2).map(({ requestId }) => requestId),
      ids,
    );
    assert.equal(events[0]?.['invokedFunctionArn'], 'arn:aws:lambda:us-east-1:000000000000:function:order');
  });

  test('one in bash, beside the first', async () => {
    const bash = await publish('bash', [{ name: 'extensions/in-bash', mode: EXECUTABLE, content: BASH_EXTENSION }]);
    await deploy('bash', {}, { Layers: [watcher, bash] });
    await account.result('bash');
    await remove('bash');
    const log = await logged('bash', /^bash SHUTDOWN$/m);
    assert.match(log, /EXTENSION\tName: in-bash\tState: Ready\tEvents: \[INVOKE, SHUTDOWN\]\nEXTENSION\tName: watcher\t/);
    assert.match(log, /^bash INVOKE$/m);
  });

  test('the caller gets the answer of the runtime; the work of the extension after it counts', async () => {
    await deploy('work', { WORK_SECONDS: '0.5' });
    await account.result('work');
    const began = performance.now();
    await account.lambda.send(new InvokeCommand({ FunctionName: 'work' }));
    const answeredMs = performance.now() - began;
    assert.ok(answeredMs < 500, `the answer took ${answeredMs} ms`);
    const log = (await account.messages('work', 2)).join('');
    for (const [, durationMs] of log.matchAll(/\tDuration: ([\d.]+) ms/g)) assert.ok(Number(durationMs) >= 500, `lasted ${durationMs} ms`);
  });

  test('a subscriber of the Telemetry API gets every event in order', async () => {
    await deploy('telemetry', { SUBSCRIBE: '{"types":["platform","function"]}' });
    await account.result('telemetry');
    const log = await remove('telemetry');
    assert.match(log, /^TELEMETRY\tName: watcher\tState: Subscribed\tTypes: \[Platform, Function\]$/m);
    assert.match(log, /^watcher subscribed 200 OK$/m);
    const records = telemetry(log);
    assert.deepEqual(
      records.map(({ type }) => type),
      [
        'platform.telemetrySubscription',
        'platform.extension',
        'platform.initStart',
        'platform.initRuntimeDone',
        'platform.initReport',
        'platform.start',
        'function',
        'platform.runtimeDone',
        'platform.report',
      ],
    );
    assert.equal(records[6]?.record, 'handler got {}\n');
    const report = records[8]?.record as { readonly status: string; readonly metrics: Readonly<Record<string, number>> };
    assert.deepEqual(
      [report.status, Object.keys(report.metrics)],
      ['success', ['durationMs', 'billedDurationMs', 'memorySizeMB', 'maxMemoryUsedMB', 'initDurationMs']],
    );
  });

  test('the older Logs API, over TCP; a timeout is told, and ends the environment', async () => {
    const SUBSCRIBE = '{"types":["platform"],"protocol":"TCP","path":"/2020-08-15/logs","schemaVersion":"2021-03-18"}';
    await deploy('logs-api', { SUBSCRIBE }, { Timeout: 1 });
    const { functionError, body } = await account.invoke('logs-api', { sleep: 5 });
    assert.equal(functionError, 'Unhandled');
    assert.match((body as { readonly errorMessage: string }).errorMessage, /Task timed out after 1\.00 seconds$/);
    const log = await logged('logs-api', /watcher ends\n/);
    assert.match(log, /"shutdownReason": "timeout"/);
    assert.deepEqual(
      telemetry(log).map(({ type }) => type),
      ['platform.logsSubscription', 'platform.extension', 'platform.start', 'platform.runtimeDone', 'platform.end', 'platform.report'],
    );
    assert.match(JSON.stringify(telemetry(log)[3]), /"status":"timeout"/);
  });

  test('an extension that fails is the error of the invocation, or of the init phase', async () => {
    const expected: Readonly<Record<string, readonly [type: string, reason: RegExp]>> = {
      init: ['Extension.Crash', /Error: exit status 4$/],
      'init/error': ['Extension.InitError', /Error: Extension\.NoLuck$/],
    };
    for (const [CRASH, [type, reason]] of Object.entries(expected)) {
      const name = `fails-${CRASH.replace('/', '-')}`;
      await deploy(name, { CRASH });
      const { functionError, body, log } = await account.invoke(name);
      const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
      assert.deepEqual([functionError, errorType], ['Unhandled', type]);
      assert.match(errorMessage, reason);
      assert.match(log, new RegExp(`\\tStatus: error\\tError Type: ${type.replace('.', '\\.')}\\n$`));
    }
    await deploy('crashes', { CRASH: 'invoke' });
    const { log } = await account.invoke('crashes', { sleep: 1 });
    assert.match(log, /\nRequestId: \S+ Error: exit status 3\nExtension\.Crash\nEND /);
    // The next one begins with a new environment.
    assert.match((await account.invoke('crashes', { sleep: 1 })).log, /^START .*\nwatcher sees/);
  });

  test('the extensions of a runtime that crashed are told of a failure', async () => {
    await deploy('exits', {});
    const { body } = await account.invoke('exits', { exit: 5 });
    assert.match(JSON.stringify(body), /Runtime\.ExitError.*exit status 5/);
    assert.match(await logged('exits', /watcher ends\n/), /"shutdownReason": "failure"/);
    assert.match(JSON.stringify((await account.invoke('exits', { hog: 1 })).body), /Runtime\.OutOfMemory.*signal: killed/);
  });

  test('an extension inside a runtime that speaks frames', async () => {
    const files = { 'index.mjs': NODE_HANDLER };
    await account.deploy('inside', { runtime: 'nodejs24.x', handler: 'index.handler', files });
    assert.deepEqual(await account.result('inside'), [403, ['INVOKE']]);
    assert.deepEqual(await account.result('inside'), [403, ['INVOKE']]);
    await account.lambda.send(new DeleteFunctionCommand({ FunctionName: 'inside' }));
    const log = await logged('inside', /told to end\n/);
    assert.match(log, /^EXTENSION\tName: inside\tState: Ready\tEvents: \[INVOKE\]$/m);
  });

  test('the end of the daemon is the end of extensions, which they are told', async () => {
    await deploy('stop', {});
    await account.result('stop');
    await daemon.stop();
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir });
    account = new Account(daemon.endpoint);
    assert.match(await logged('stop', /watcher ends\n/), /"shutdownReason": "spindown"/);
  });
});
