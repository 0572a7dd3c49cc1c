import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { officialPythonClient } from '../runtimes/support/official-clients.ts';
import { absent } from '../support/absent.ts';
import { Account } from '../support/account.ts';
import { CLIENTS, missing } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { filesBelow } from '../support/registry-packages.ts';
import { runTool } from '../support/run-tool.ts';
import type { ZipArchiveEntry } from '../support/zip-archive.ts';

/** Functions that bring their own runtime: anything that speaks the Runtime API over HTTP. */

const EXECUTABLE = 0o100755;
const SYSTEM_PYTHON = '/usr/bin/python3';

/** The bootstrap of "Building a custom runtime" in AWS's guide, but for its temporary file. */
const BASH = `#!/bin/bash
set -euo pipefail
source "$LAMBDA_TASK_ROOT/$(echo "$_HANDLER" | cut -d. -f1).sh"
while true; do
  HEADERS="$(mktemp)"
  EVENT=$(curl -sS -LD "$HEADERS" "http://\${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/next")
  REQUEST_ID=$(grep -Fi Lambda-Runtime-Aws-Request-Id "$HEADERS" | tr -d '[:space:]' | cut -d: -f2)
  RESPONSE=$($(echo "$_HANDLER" | cut -d. -f2) "$EVENT")
  curl -sS "http://\${AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation/$REQUEST_ID/response" -d "$RESPONSE" >&2
done
`;

const BASH_FUNCTION = `function handler () {
  EVENT_DATA=$1
  echo "got $EVENT_DATA" 1>&2
  echo "{\\"echo\\": $EVENT_DATA}"
}
`;

/** Reports an error of each kind over HTTP, with the system's Python and nothing else. */
const PYTHON = `#!/usr/bin/python3
import json, os, sys, urllib.request
api = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime"
def post(path, body, **headers):
    return urllib.request.urlopen(urllib.request.Request(f"{api}/{path}", json.dumps(body).encode(), headers)).status
error = {"errorMessage": "cannot begin", "errorType": "Demo.CannotBegin", "stackTrace": []}
if os.environ.get("FAIL") == "init":
    post("init/error", error, **{"Lambda-Runtime-Function-Error-Type": "Demo.CannotBegin"})
    sys.exit(1)
while True:
    with urllib.request.urlopen(f"{api}/invocation/next") as response:
        event, headers = json.load(response), response.headers
    request_id = headers["Lambda-Runtime-Aws-Request-Id"]
    if event.get("fail"):
        post(f"invocation/{request_id}/error", {**error, "errorMessage": "no luck"}, **{"Lambda-Runtime-Function-Error-Type": "Demo.NoLuck"})
    else:
        post(f"invocation/{request_id}/response", {name: headers[name] for name in event["headers"]})
`;

describe('custom runtimes', { concurrency: false }, () => {
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

  async function deploy(name: string, files: readonly ZipArchiveEntry[], variables: Readonly<Record<string, string>> = {}): Promise<void> {
    const more = { Environment: { Variables: { ...variables } } };
    await account.deploy(name, { runtime: 'provided.al2023', handler: 'function.handler', files, more });
  }

  test('the bash runtime of the guide, with curl', { skip: missing('/bin/bash', '/usr/bin/curl') }, async () => {
    await deploy('bash', [
      { name: 'bootstrap', mode: EXECUTABLE, content: BASH },
      { name: 'function.sh', content: BASH_FUNCTION },
    ]);
    const { body, log } = await account.invoke('bash', { prompt: 'hello' });
    assert.deepEqual(body, { echo: { prompt: 'hello' } });
    assert.match(log, /^START RequestId: [^\n]*\ngot \{"prompt":"hello"\}\n/);
    assert.match(log, /\nREPORT RequestId: [^\n]*\tInit Duration: /);
    const warm = await account.invoke('bash', [1]);
    assert.deepEqual(warm.body, { echo: [1] });
    assert.doesNotMatch(warm.log, /Init Duration/);
  });

  test('a runtime that reports its errors', { skip: missing(SYSTEM_PYTHON) }, async () => {
    const bootstrap = [{ name: 'bootstrap', mode: EXECUTABLE, content: PYTHON }];
    await deploy('python', bootstrap);
    const headers = await account.result<Readonly<Record<string, string>>>('python', {
      headers: [
        'Lambda-Runtime-Aws-Request-Id',
        'Lambda-Runtime-Deadline-Ms',
        'Lambda-Runtime-Invoked-Function-Arn',
        'Lambda-Runtime-Trace-Id',
      ],
    });
    assert.match(headers['Lambda-Runtime-Aws-Request-Id'] ?? '', /^[0-9a-f-]{36}$/);
    const leftMs = Number(headers['Lambda-Runtime-Deadline-Ms']) - Date.now();
    assert.ok(leftMs > 0 && leftMs <= 20_000, `the deadline is ${leftMs} ms from now`);
    assert.equal(headers['Lambda-Runtime-Invoked-Function-Arn'], 'arn:aws:lambda:us-east-1:000000000000:function:python');
    assert.match(headers['Lambda-Runtime-Trace-Id'] ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0/);

    const failed = await account.invoke('python', { fail: true });
    assert.equal(failed.functionError, 'Unhandled');
    assert.deepEqual(failed.body, { errorMessage: 'no luck', errorType: 'Demo.CannotBegin', stackTrace: [] });

    await deploy('python-init', bootstrap, { FAIL: 'init' });
    const init = await account.invoke('python-init', {});
    assert.equal(init.functionError, 'Unhandled');
    assert.deepEqual(init.body, { errorMessage: 'cannot begin', errorType: 'Demo.CannotBegin', stackTrace: [] });
    assert.match(
      (await account.messages('python-init', 1)).join(''),
      /INIT_REPORT Init Duration: [\d.]+ ms\tPhase: init\tStatus: error\tError Type: Demo\.CannotBegin\n/,
    );
  });

  test("AWS's own Python client, unmodified, from a bootstrap", { skip: missing(SYSTEM_PYTHON, CLIENTS.boto3Python) }, async (context) => {
    const { stdout: version } = await runTool(SYSTEM_PYTHON, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2], end="")']);
    const folder = await officialPythonClient(CLIENTS.boto3Python, version);
    if (folder === undefined) {
      absent(context, 'awslambdaric, which could not be installed');
      return;
    }
    await deploy('official', [
      { name: 'bootstrap', mode: EXECUTABLE, content: '#!/bin/sh\nexec /usr/bin/python3 -m awslambdaric "$_HANDLER"\n' },
      {
        name: 'function.py',
        content: 'def handler(event, context):\n    print("seen", event)\n    return {"id": context.aws_request_id, "n": 6 * event["n"]}\n',
      },
      ...filesBelow(folder, ''),
    ]);
    const { body, log } = await account.invoke('official', { n: 7 });
    const { id, n } = body as { readonly id: string; readonly n: number };
    assert.equal(n, 42, JSON.stringify(body) + log);
    assert.match(
      log,
      new RegExp(`^START RequestId: ${id} Version: \\$LATEST\\nseen \\{'n': 7\\}\\nEND RequestId: ${id}\\nREPORT RequestId: ${id}\\t`),
    );
    const failed = await account.invoke('official', {});
    assert.equal(failed.functionError, 'Unhandled');
    const { errorType, errorMessage } = failed.body as { readonly errorType: string; readonly errorMessage: string };
    assert.deepEqual([errorType, errorMessage], ['KeyError', "'n'"]);
  });

  test('a bootstrap that cannot be run: every invocation is Runtime.InvalidEntrypoint, with the words of the kernel', async () => {
    const arm64 = readFileSync(process.execPath).subarray(0, 4096);
    arm64.writeUInt16LE(process.arch === 'x64' ? 183 : 62, 18);
    const [foreign, host] = process.arch === 'x64' ? ['arm64', 'x86_64'] : ['x86_64', 'arm64'];
    const packages: Readonly<Record<string, readonly [ZipArchiveEntry, string]>> = {
      absent: [{ name: 'main', mode: EXECUTABLE, content: BASH }, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"],
      plain: [{ name: 'bootstrap', content: BASH }, 'fork/exec /var/task/bootstrap: permission denied'],
      windows: [
        { name: 'bootstrap', mode: EXECUTABLE, content: '#!/bin/sh\r\nexit 0\r\n' },
        'fork/exec /var/task/bootstrap: no such file or directory',
      ],
      text: [{ name: 'bootstrap', mode: EXECUTABLE, content: 'exit 0\n' }, 'fork/exec /var/task/bootstrap: exec format error'],
      foreign: [
        { name: 'bootstrap', mode: EXECUTABLE, content: arm64 },
        `fork/exec /var/task/bootstrap: exec format error (/var/task/bootstrap is built for ${foreign}; this host is ${host})`,
      ],
    };
    for (const [name, [entry, reason]] of Object.entries(packages)) {
      await deploy(name, [entry]);
      for (let attempt = 0; attempt < 2; attempt++) {
        const { status, functionError, body } = await account.invoke(name);
        assert.equal(status, 200);
        assert.equal(functionError, 'Unhandled');
        const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
        assert.equal(errorType, 'Runtime.InvalidEntrypoint');
        assert.equal(errorMessage.replace(/^RequestId: [0-9a-f-]{36} /, ''), `Error: ${reason}`);
      }
    }
  });

  test(
    'a function for the other architecture: its scripts run natively, and the daemon says so',
    { skip: missing(SYSTEM_PYTHON) },
    async () => {
      const other = process.arch === 'x64' ? 'arm64' : 'x86_64';
      await account.deploy('other', {
        runtime: 'provided.al2023',
        handler: 'function.handler',
        files: [{ name: 'bootstrap', mode: EXECUTABLE, content: PYTHON }],
        more: { Architectures: [other] },
      });
      assert.deepEqual(await account.result('other', { headers: [] }), {});
      assert.match(daemon.output, new RegExp(`another architecture.*${other}`));
    },
  );
});
