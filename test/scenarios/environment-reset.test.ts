import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import { Account } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/**
 * What outlives the runtime process of an environment: /tmp and the log stream stay, all variables and processes go. As recorded for
 * a timeout (test_lambda: test_lambda_invoke_timed_out_environment_reuse).
 */

const SOURCE = `
import ctypes, os, resource, subprocess, time
calls = 0
kept = []
ends = {
    "timeout": lambda: time.sleep(60),
    "exit": lambda: os._exit(1),
    "segfault": lambda: ctypes.string_at(0),
    "memory": lambda: kept.append(bytearray(b"x" * (512 << 20))),
}
def processes():
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())
def handler(event, context):
    global calls
    calls += 1
    with open("/tmp/calls", "a") as file:
        file.write("x")
    if "end" in event:
        subprocess.Popen(["sleep", "1000"])
        ends[event["end"]]()
    return {"calls": calls, "file": open("/tmp/calls").read(), "stream": context.log_stream_name, "processes": len(processes())}`;

interface State {
  readonly calls: number;
  readonly file: string;
  readonly stream: string;
  readonly processes: number;
}

describe('an environment whose runtime ended', { skip: withoutIsolation(), concurrency: false }, () => {
  let daemon: RealDaemon;
  let account: Account;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    const files = { 'index.py': SOURCE };
    await account.deploy('reset', { runtime: 'python3.12', handler: 'index.handler', files, timeout: 2, memory: 128 });
  });

  after(async () => {
    await daemon.stop();
    daemon.removeData();
  });

  test('keeps /tmp and its log stream after a timeout, a crash and a lack of memory, and no process', async () => {
    const first = await account.result<State>('reset');
    assert.equal(first.file, 'x');
    let file = first.file;
    for (const [end, type] of [
      ['timeout', 'Sandbox.Timedout'],
      ['exit', 'Runtime.ExitError'],
      ['segfault', 'Runtime.ExitError'],
      ['memory', 'Runtime.OutOfMemory'],
    ]) {
      const { body, log } = await account.invoke('reset', { end });
      assert.equal((body as { readonly errorType: string }).errorType, type, log);
      file += 'xx';
      // The process is new, with its own first call, and nothing that the old one started is there.
      assert.deepEqual(await account.result<State>('reset'), { ...first, file }, end);
    }
  });

  test('what replaces it after a change of configuration begins with an empty /tmp', async () => {
    const earlier = await account.result<State>('reset');
    const changed = { FunctionName: 'reset', Environment: { Variables: { CHANGED: '1' } } };
    await account.lambda.send(new UpdateFunctionConfigurationCommand(changed));
    await waitUntilFunctionUpdatedV2({ client: account.lambda, maxWaitTime: 20, minDelay: 0.05, maxDelay: 0.5 }, changed);
    const later = await account.result<State>('reset');
    assert.equal(later.file, 'x');
    assert.notEqual(later.stream, earlier.stream);
  });
});
