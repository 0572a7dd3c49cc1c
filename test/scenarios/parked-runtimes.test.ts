import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { UpdateFunctionConfigurationCommand, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import type { UpdateFunctionConfigurationCommandInput } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/** A function cannot tell whether its runtime was started for it, or waited for it. */

const LOOK = {
  node: {
    runtime: 'nodejs24.x',
    handler: 'dir/index.handler',
    files: {
      'dir/index.mjs': `
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { helper } from './helper.mjs';
const text = (path) => fs.readFileSync(path, 'utf8');
const cwd = process.cwd();
export const handler = async (event, context) => ({
  helper, cwd, argv: process.argv, execArgv: process.execArgv, execPath: process.execPath, title: process.title, umask: process.umask(),
  env: Object.entries(process.env), childEnv: execFileSync('/usr/bin/env', { encoding: 'utf8' }).split('\\n'),
  ids: [process.getuid(), process.getgid(), process.getgroups()], time: new Date(0).toString(), heap: getHeapStatistics().heap_size_limit,
  limits: text('/proc/self/limits'), status: text('/proc/self/status').match(/^(?:Cap\\w+|Seccomp|NoNewPrivs|Threads|NSpid):.*/gm),
  cmdline: text('/proc/self/cmdline'), fds: fs.readdirSync('/proc/self/fd').length, exists: [fs.existsSync('/opt/x'), fs.readdirSync('/opt')],
  processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)), task: [fs.readdirSync('/var/task'), fs.statSync('/var/task').mode],
  mounts: text('/proc/self/mountinfo').split('\\n').map((line) => line.split(' ').slice(3).join(' ')).sort(),
  tmp: fs.statfsSync('/tmp').blocks, tmpFiles: fs.readdirSync('/tmp'), globals: Object.getOwnPropertyNames(globalThis).sort(),
  loop: process.getActiveResourcesInfo(), memory: process.constrainedMemory(), context: { ...context, awsRequestId: 0 },
});`,
      'dir/helper.mjs': `export const helper = 'found';`,
    },
  },
  python: {
    runtime: 'python3.12',
    handler: 'index.handler',
    files: {
      'index.py': `
import os, sys, subprocess, time, threading, signal, resource, helper
cwd = os.getcwd()
def text(path):
    with open(path) as file:
        return file.read()
def handler(event, context):
    tmp = os.statvfs("/tmp")
    return {
        "helper": helper.helper, "cwd": cwd, "argv": sys.argv, "orig_argv": sys.orig_argv, "path": sys.path, "flags": str(sys.flags),
        "executable": sys.executable, "prefix": sys.prefix, "encoding": [sys.getfilesystemencoding(), sys.stdout.encoding],
        "env": list(os.environ.items()), "childEnv": subprocess.check_output("/usr/bin/env", text=True).split("\\n"),
        "ids": [os.getuid(), os.getgid(), os.getgroups()], "zone": time.tzname, "modules": sorted(sys.modules), "umask": os.umask(0o22),
        "limits": text("/proc/self/limits"), "cmdline": text("/proc/self/cmdline"), "fds": sorted(os.listdir("/proc/self/fd"))[:-1],
        "status": [l for l in text("/proc/self/status").split("\\n") if l.startswith(("Cap", "Seccomp", "NoNew", "Threads", "NSpid"))],
        "processes": [n for n in os.listdir("/proc") if n.isdigit()], "task": sorted(os.listdir("/var/task")), "opt": os.listdir("/opt"),
        "mounts": sorted(" ".join(l.split(" ")[3:]) for l in text("/proc/self/mountinfo").split("\\n")), "tmp": tmp.f_blocks,
        "finders": sorted(sys.path_importer_cache), "threads": threading.active_count(), "signals": [str(signal.getsignal(s)) for s in (2, 15)],
        "main": sorted(vars(sys.modules["__main__"])), "stack": resource.getrlimit(resource.RLIMIT_STACK), "version": context.function_version,
    }`,
      'helper.py': `helper = "found"`,
    },
  },
} as const;

interface Counts {
  readonly ready: number;
  readonly hits: number;
  readonly misses: number;
  readonly ineligible: number;
}

describe('parked runtimes', { concurrency: false, skip: withoutIsolation() }, () => {
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

  async function counts(): Promise<Counts> {
    const response = await fetch(`${daemon.endpoint}/_hearth/health`);
    return ((await response.json()) as { readonly parkedRuntimes: Counts }).parkedRuntimes;
  }

  /** Until as many wait as were started, of all kinds together, and so one of each kind. */
  async function untilReady(): Promise<void> {
    await eventually('parked runtimes', async () => {
      const { ready, hits, misses } = await counts();
      return ready >= hits + misses ? true : undefined;
    });
  }

  async function change(name: string, more: Partial<UpdateFunctionConfigurationCommandInput>): Promise<void> {
    await account.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: name, ...more }));
    // The environment of before serves until then.
    await waitUntilFunctionUpdatedV2({ client: account.lambda, maxWaitTime: 20, minDelay: 1, maxDelay: 1 }, { FunctionName: name });
  }

  for (const language of ['node', 'python'] as const) {
    test(`${language}: all that can be seen is the same in one that waited`, async () => {
      const name = `look-${language}`;
      await account.deploy(name, { ...LOOK[language], memory: 256 });
      const earlier = await counts();
      const usual = await account.result<Record<string, unknown>>(name);
      assert.equal(usual['helper'], 'found');
      await untilReady();
      // The environment that is there belongs to the configuration of before.
      await change(name, { Description: 'changed' });
      const parked = await account.result<Record<string, unknown>>(name);
      assert.deepEqual((await counts()).hits, earlier.hits + 1);
      assert.deepEqual(comparable(parked), comparable(usual));
    });

    test(`${language}: it has the function's memory and /tmp`, async () => {
      const name = `look-${language}`;
      await change(name, { MemorySize: 300, EphemeralStorage: { Size: 700 } });
      await account.result(name);
      await untilReady();
      const { hits } = await counts();
      await change(name, { Description: 'changed again' });
      const parked = await account.result<{ readonly tmp: number }>(name);
      assert.equal((await counts()).hits, hits + 1, JSON.stringify(await counts()));
      assert.ok(parked.tmp * 4096 > 690 * 2 ** 20, String(parked.tmp));
    });

    test(`${language}: with a variable that is read when a process starts, none is taken`, async () => {
      const name = `look-${language}`;
      await untilReady();
      const earlier = await counts();
      await change(name, { Environment: { Variables: { MALLOC_ARENA_MAX: '1' } } });
      await account.result(name);
      const { hits, misses, ineligible } = await counts();
      assert.deepEqual([hits, misses, ineligible], [earlier.hits, earlier.misses, earlier.ineligible + 1]);
    });
  }

  test('an init that fails is reported as that of a runtime that was started for it', async () => {
    await account.deploy('broken', {
      runtime: 'python3.12',
      handler: 'index.handler',
      files: { 'index.py': 'raise ValueError("broken")' },
    });
    const { hits } = await counts();
    const { body, functionError, log } = await account.invoke('broken');
    assert.equal(functionError, 'Unhandled');
    assert.deepEqual(
      [(body as { errorMessage: string }).errorMessage, (body as { errorType: string }).errorType],
      ['broken', 'ValueError'],
    );
    assert.match(log, /INIT_REPORT|\[ERROR\] ValueError: broken/);
    assert.ok((await counts()).hits > hits);
  });
});

/** Without what differs between any two environments of one configuration. */
function comparable(seen: Record<string, unknown>): unknown {
  const text = JSON.stringify(seen)
    .replaceAll(/\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}/g, 'STREAM')
    .replaceAll(/\/dev\/loop\d+|uid=\d+,gid=\d+|Root=[^"]*|object at 0x[0-9a-f]+/g, '…')
    .replaceAll(/(AWS_(?:ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN)(?:=|",\s*"))[^"]*/g, '$1…');
  return JSON.parse(text);
}
