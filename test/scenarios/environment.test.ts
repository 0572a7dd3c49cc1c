import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { Account } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

/** What an environment does between, during and at the end of invocations, seen by functions inside. */

const COUNTERS = {
  node: `
let ticks = 0;
setInterval(() => ticks++, 10);
export const handler = async () => {
  const before = ticks;
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { before, after: ticks, timeMs: Date.now() };
};`,
  python: `
import threading, time
ticks = 0
def count():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1
threading.Thread(target=count, daemon=True).start()
def handler(event, context):
    before = ticks
    time.sleep(0.2)
    return {"before": before, "after": ticks, "timeMs": int(time.time() * 1000)}`,
};

const STATE = {
  node: `
import { appendFileSync, readFileSync } from 'node:fs';
let calls = 0;
export const handler = async (event, context) => {
  appendFileSync('/tmp/calls', 'x');
  return { calls: ++calls, file: readFileSync('/tmp/calls', 'utf8'), stream: context.logStreamName };
};`,
  python: `
calls = 0
def handler(event, context):
    global calls
    calls += 1
    with open("/tmp/calls", "a") as file:
        file.write("x")
    return {"calls": calls, "file": open("/tmp/calls").read(), "stream": context.log_stream_name}`,
};

const ENDS = {
  node: `
const ends = {
  exit: () => process.exit(3),
  exit0: () => process.exit(0),
  segfault: () => process.kill(process.pid, 'SIGSEGV'),
  forever: () => { for (;;); },
  wait: () => new Promise(() => setInterval(() => {}, 1000)),
};
let calls = 0;
export const handler = async ({ end }) => { calls++; await ends[end]?.(); return { calls }; };`,
  python: `
import ctypes, os, sys, time
calls = 0
ends = {
    "exit": lambda: sys.exit(3),
    "exit0": lambda: os._exit(0),
    "segfault": lambda: ctypes.string_at(0),
    "wait": lambda: time.sleep(60),
}
def handler(event, context):
    global calls
    calls += 1
    if event.get("end"):
        ends[event["end"]]()
    return {"calls": calls}`,
};

const BALLAST = {
  node: `
let kept;
export const handler = async ({ mb }) => { kept = Buffer.alloc(mb * 1024 * 1024, 1); return kept.length; };`,
  python: `
kept = None
def handler(event, context):
    global kept
    kept = bytearray(b"x" * (event["mb"] * 1024 * 1024))
    return len(kept)`,
};

const LANGUAGES = {
  node: { runtime: 'nodejs24.x', handler: 'index.handler', file: 'index.mjs' },
  python: { runtime: 'python3.12', handler: 'index.handler', file: 'index.py' },
} as const;

type Language = keyof typeof LANGUAGES;
const EACH: readonly Language[] = ['node', 'python'];

const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}';

interface Ticks {
  readonly before: number;
  readonly after: number;
  readonly timeMs: number;
}

interface State {
  readonly calls: number;
  readonly file: string;
  readonly stream: string;
}

describe('execution environments', { concurrency: false }, () => {
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

  async function deploy(
    name: string,
    language: Language,
    source: string,
    settings: { timeout?: number; memory?: number } = {},
  ): Promise<void> {
    const { file, ...shape } = LANGUAGES[language];
    await account.deploy(name, { ...shape, files: { [file]: source }, ...settings });
  }

  test('between invocations nothing runs: a timer of Node and a thread of Python stand still for 3 s', async () => {
    await Promise.all(EACH.map(async (language) => deploy(`counter-${language}`, language, COUNTERS[language])));
    const first = await Promise.all(EACH.map(async (language) => account.result<Ticks>(`counter-${language}`)));
    // The passing of time is the subject here.
    await pass(3000);
    const second = await Promise.all(EACH.map(async (language) => account.result<Ticks>(`counter-${language}`)));
    for (const [index, language] of EACH.entries()) {
      const [earlier, later] = [first[index] ?? assert.fail(), second[index] ?? assert.fail()];
      assert.ok(later.timeMs - earlier.timeMs >= 3000);
      assert.ok(earlier.after - earlier.before >= 5, `${language} counts while it is invoked: ${JSON.stringify(earlier)}`);
      // 300 would have passed. The grace before the freeze, and what was due at the thaw, may tick.
      assert.ok(later.before - earlier.after < 30, `${language} stood still: ${earlier.after} → ${later.before}`);
    }
  });

  test('variables and /tmp outlive an invocation, and belong to one environment', async () => {
    for (const language of EACH) {
      const name = `state-${language}`;
      await deploy(name, language, STATE[language]);
      const first = await account.result<State>(name);
      assert.deepEqual([first.calls, first.file], [1, 'x']);
      assert.deepEqual(await account.result<State>(name), { calls: 2, file: 'xx', stream: first.stream });
      const other = `${name}-other`;
      await deploy(other, language, STATE[language]);
      assert.equal((await account.result<State>(other)).file, 'x');
    }
  });

  test('a timeout kills and is reported; the next invocation works, in a new process of the same stream', async () => {
    for (const language of EACH) {
      const name = `timeout-${language}`;
      await deploy(name, language, ENDS[language], { timeout: 1 });
      assert.deepEqual(await account.result(name), { calls: 1 });
      const { status, functionError, body, log } = await account.invoke(name, { end: 'wait' });
      assert.equal(status, 200);
      assert.equal(functionError, 'Unhandled');
      const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
      assert.equal(errorType, 'Sandbox.Timedout');
      assert.match(errorMessage, new RegExp(`^RequestId: ${UUID} Error: Task timed out after 1\\.00 seconds$`));
      assert.match(
        log,
        new RegExp(
          `^START RequestId: (${UUID}) Version: \\$LATEST\\n` +
            `\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z \\1 Task timed out after 1\\.00 seconds\\n` +
            `END RequestId: \\1\\n` +
            `REPORT RequestId: \\1\\tDuration: 1000\\.00 ms\\tBilled Duration: 1000 ms\\tMemory Size: 256 MB\\tMax Memory Used: \\d+ MB\\tStatus: timeout\\n$`,
        ),
      );
      assert.deepEqual(await account.result(name), { calls: 1 });
    }
  });

  test('a handler that never yields is killed, too', async () => {
    await deploy('forever', 'node', ENDS.node, { timeout: 1 });
    const { body } = await account.invoke('forever', { end: 'forever' });
    assert.equal((body as { readonly errorType: string }).errorType, 'Sandbox.Timedout');
    assert.deepEqual(await account.result('forever'), { calls: 1 });
  });

  test('a runtime that exits or crashes is Runtime.ExitError, and the next invocation works', async () => {
    const reasons = {
      node: { exit: 'exit status 3', exit0: undefined, segfault: 'signal: segmentation fault' },
      python: { exit: 'exit status 3', exit0: undefined, segfault: 'signal: segmentation fault' },
    } as const;
    for (const language of EACH) {
      const name = `ends-${language}`;
      await deploy(name, language, ENDS[language]);
      for (const [end, reason] of Object.entries(reasons[language])) {
        const { functionError, body, log } = await account.invoke(name, { end });
        assert.equal(functionError, 'Unhandled', end);
        const { errorType, errorMessage } = body as { readonly errorType: string; readonly errorMessage: string };
        assert.equal(errorType, 'Runtime.ExitError');
        const text = reason === undefined ? 'Runtime exited without providing a reason' : `Runtime exited with error: ${reason}`;
        assert.match(errorMessage, new RegExp(`^RequestId: ${UUID} Error: ${text}$`));
        assert.match(log, new RegExp(`\\nRequestId: ${UUID} Error: ${text}\\nRuntime\\.ExitError\\nEND RequestId: `));
        assert.match(log, /\tStatus: error\tError Type: Runtime\.ExitError\n$/);
        assert.deepEqual(await account.result(name), { calls: 1 }, `${name} after ${end}`);
      }
    }
  });

  test('Max Memory Used is measured: 60 MB more are seen, and never forgotten', { skip: withoutIsolation() }, async () => {
    const used = (log: string): number => Number(/Max Memory Used: (\d+) MB/.exec(log)?.[1] ?? assert.fail(log));
    for (const language of EACH) {
      const name = `ballast-${language}`;
      await deploy(name, language, BALLAST[language], { memory: 512 });
      const small = used((await account.invoke(name, { mb: 1 })).log);
      const large = used((await account.invoke(name, { mb: 60 })).log);
      const later = used((await account.invoke(name, { mb: 1 })).log);
      assert.ok(small < 60, `${language}: ${small} MB before`);
      assert.ok(large >= 60 && large < 60 * 3 + small, `${language}: ${large} MB with 60 MB allocated`);
      assert.ok(later >= large, `${language}: the peak of the environment stays: ${later} MB`);
    }
  });

  test('beyond its memory a function is killed', { skip: withoutIsolation() }, async () => {
    await deploy('too-much', 'python', BALLAST.python, { memory: 128 });
    const { functionError, body, log } = await account.invoke('too-much', { mb: 300 });
    assert.equal(functionError, 'Unhandled');
    assert.equal((body as { readonly errorType: string }).errorType, 'Runtime.OutOfMemory');
    assert.match(log, /Memory Size: 128 MB\tMax Memory Used: 128 MB\t.*Error Type: Runtime\.OutOfMemory/);
    assert.equal(await account.result('too-much', { mb: 1 }), 1024 * 1024);
  });

  test('8 invocations at once run in 8 environments at once; the ninth finds one of them idle', async () => {
    const source = `
export const handler = async (event, context) => {
  const startMs = Date.now();
  await new Promise((resolve) => setTimeout(resolve, event.ms));
  return { startMs, endMs: Date.now(), stream: context.logStreamName };
};`;
    await deploy('overlap', 'node', source);
    const runs = await Promise.all(
      Array.from({ length: 8 }, async () =>
        account.result<{ readonly startMs: number; readonly endMs: number; readonly stream: string }>('overlap', { ms: 2000 }),
      ),
    );
    const streams = new Set(runs.map(({ stream }) => stream));
    assert.equal(streams.size, 8);
    for (const stream of streams) assert.match(stream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    const lastStart = Math.max(...runs.map(({ startMs }) => startMs));
    const firstEnd = Math.min(...runs.map(({ endMs }) => endMs));
    assert.ok(lastStart < firstEnd, `all ran at ${lastStart}, before the first ended at ${firstEnd}`);
    assert.ok(streams.has((await account.result<{ readonly stream: string }>('overlap', { ms: 0 })).stream));
  });

  test('128 MB buy 7 % of a CPU, 1769 MB a whole one', { skip: withoutIsolation() }, async () => {
    const source = `
import time
def handler(event, context):
    start, used = time.monotonic(), time.process_time()
    while time.monotonic() - start < 1.5:
        pass
    return (time.process_time() - used) / (time.monotonic() - start)`;
    await deploy('cpu-small', 'python', source, { memory: 128 });
    await deploy('cpu-large', 'python', source, { memory: 1769 });
    const small = await account.result<number>('cpu-small');
    assert.ok(small > 0.04 && small < 0.13, `128 MB got ${small} of a CPU`);
    const large = await account.result<number>('cpu-large');
    // Others may want the machine's CPUs, too.
    assert.ok(large > 3 * small, `1769 MB got ${large} of a CPU`);
  });
});
