import assert from 'node:assert/strict';
import { request } from 'node:http';
import type { ClientRequest } from 'node:http';
import { suite, test } from 'node:test';
import { systemIds } from '#base/ids.ts';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import type { SandboxSpec } from '#sandboxes/sandbox.ts';
import { turn } from '../../test/support/environments.ts';
import { ECHO, FakeSandboxDriver, isClosed } from '../../test/support/fake-sandbox.ts';
import { ManualClock } from '../../test/support/manual-clock.ts';
import { FRAME } from './runtime-api/frames.ts';
import { SandboxedRuntime } from './sandboxed-runtime.ts';
import type { RuntimeObserver, RuntimeOptions } from './runtime-contract.ts';

const SPEC: SandboxSpec = {
  id: 's',
  mounts: [],
  command: ['/bin/true'],
  workingDirectory: '/',
  environment: () => ({}),
  limits: { memoryMb: 128, cpus: 1, processes: 1, openFiles: 1, scratchMb: 1 },
  network: 'none',
};
const META = { requestId: 'r', deadlineMs: 1, functionArn: 'arn', traceId: 't' };

const NO_EXTENSIONS: RuntimeOptions['extensions'] = {
  ids: systemIds,
  external: [],
  about: { functionName: 'f', functionVersion: '$LATEST', handler: 'h', accountId: '1' },
  openTelemetry: () => assert.fail('there are no extensions'),
};

interface RuntimeHarness {
  readonly clock: ManualClock;
  readonly driver: FakeSandboxDriver;
  /** What the observer was told, in order. */
  readonly told: string[];
  readonly launch: (options?: Partial<RuntimeOptions>) => Promise<SandboxedRuntime>;
}

function harness(): RuntimeHarness {
  const clock = new ManualClock();
  const driver = new FakeSandboxDriver();
  const told: string[] = [];
  const launch: RuntimeHarness['launch'] = (options = {}) =>
    SandboxedRuntime.launch(
      driver,
      SPEC,
      {
        clock,
        framed: true,
        initTimeoutMs: 10_000,
        freezeGraceMs: 2,
        cpus: 0.5,
        defer: (work) => work(),
        onFault: (error) => told.push(`fault ${String(error)}`),
        extensions: NO_EXTENSIONS,
        ...options,
      },
      {
        output: (chunk) => told.push(`output ${chunk.toString('utf8')}`),
        extensionOutput: () => assert.fail('there are no extensions'),
        subscribed: () => assert.fail('there are no extensions'),
        runtimeDone: () => assert.fail('there are no extensions'),
        initialised: () => told.push('initialised'),
        initFailed: ({ status }) => told.push(`init failed: ${status}`),
        streamBegan: (contentType) => told.push(`stream ${contentType}`),
        streamed: (chunk) => {
          told.push(`chunk ${chunk.toString('utf8')}`);
          return chunk.length > 5 ? { type: 'Large', body: Buffer.from('too large') } : undefined;
        },
        answered: ({ body }) => told.push(`answered ${body.toString('utf8')}`),
        settled: ({ status }, durationMs) => told.push(`settled ${status} ${durationMs}`),
        died: () => told.push('died'),
      },
      () => told.push('created'),
    );
  return { clock, driver, told, launch };
}

suite('SandboxedRuntime: freeze and thaw', () => {
  test('freezes after the grace, and thaws before the next event is sent', async () => {
    const { clock, driver, told, launch } = harness();
    const runtime = await launch();
    await turn();
    const { calls } = driver.last;
    assert.deepEqual(calls, ['cpu 0.5']);
    clock.advance(1);
    assert.deepEqual(calls, ['cpu 0.5']);
    clock.advance(1);
    assert.deepEqual(calls, ['cpu 0.5', 'freeze']);
    assert.equal(runtime.available, true);
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    assert.deepEqual(calls, ['cpu 0.5', 'freeze', 'thaw']);
    await turn();
    assert.deepEqual(told, ['created', 'initialised', 'answered 1', 'settled success 0']);
    clock.advance(2);
    assert.deepEqual(calls, ['cpu 0.5', 'freeze', 'thaw', 'freeze']);
    assert.deepEqual(runtime.freezeCounts, { freezes: 2, thaws: 1 });
  });

  test('an invocation within the grace puts the freeze off until the grace has passed after it', async () => {
    const { clock, driver, launch } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const runtime = await launch({ freezeGraceMs: 10 });
    await turn();
    clock.advance(8);
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    clock.advance(20);
    assert.deepEqual(driver.last.calls, ['cpu 0.5']);
    driver.last.respond(1, '1');
    await turn();
    clock.advance(9);
    assert.deepEqual(driver.last.calls, ['cpu 0.5']);
    clock.advance(1);
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'freeze']);
  });

  test('without a grace it is frozen whenever it waits', async () => {
    const { driver, launch } = harness();
    const runtime = await launch({ freezeGraceMs: 0 });
    await turn();
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'freeze']);
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    await turn();
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'freeze', 'thaw', 'freeze']);
  });

  test('a runtime that was answered but has not asked again is not frozen', async () => {
    const { clock, driver, launch } = harness();
    driver.script = { ...ECHO, invoke: (sandbox, { attempt }) => sandbox.say(FRAME.RESPONSE, attempt) };
    const runtime = await launch({ freezeGraceMs: 0 });
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    await turn();
    clock.advance(100);
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'freeze', 'thaw']);
    driver.last.ready(1);
    await turn();
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'freeze', 'thaw', 'freeze']);
  });

  test('a dead one is not frozen', async () => {
    const { clock, driver, told, launch } = harness();
    const runtime = await launch();
    await turn();
    driver.last.end({ code: 0 });
    await turn();
    clock.advance(100);
    assert.deepEqual(driver.last.calls, ['cpu 0.5', 'halt']);
    assert.deepEqual(told, ['created', 'initialised', 'died']);
    assert.equal(runtime.available, false);
  });
});

suite('SandboxedRuntime: order', () => {
  test('what was printed is there before the phase or the invocation is over', async () => {
    const { driver, told, launch } = harness();
    driver.script = {
      start(sandbox) {
        sandbox.print('init');
        sandbox.ready(0);
      },
      invoke(sandbox, { attempt, event }) {
        sandbox.print('handler');
        sandbox.respond(attempt, event);
      },
    };
    const runtime = await launch();
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    await turn();
    assert.deepEqual(
      told.filter((text) => !text.startsWith('answered')),
      ['created', 'output init', 'initialised', 'output handler', 'settled success 0'],
    );
  });

  test('a settled invocation leaves no deadline behind', async () => {
    const { clock, told, launch } = harness();
    const runtime = await launch();
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    await turn();
    clock.advance(20_000);
    assert.deepEqual(told, ['created', 'initialised', 'answered 1', 'settled success 0']);
    assert.equal(runtime.available, true);
  });

  test('answers of another attempt are not taken for those of the running one', async () => {
    const { driver, told, launch } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const runtime = await launch();
    await turn();
    runtime.invoke(2, META, Buffer.from('1'), 3000);
    driver.last.respond(1, '"old"');
    driver.last.fail(3, 'Error', '"of the future"');
    driver.last.say(FRAME.RESPONSE, 2, Buffer.from('"mine"'));
    driver.last.fail(1, 'Error', '"too late"');
    driver.last.ready(2);
    await turn();
    assert.deepEqual(told, ['created', 'initialised', 'answered "mine"', 'settled success 0']);
  });

  test('stop ends an init phase, an invocation and an idle runtime, once', async () => {
    for (const [prepare, expected] of [
      ['init', ['created', 'init failed: exit', 'died']],
      ['invoke', ['created', 'initialised', 'settled crash 0', 'died']],
      ['idle', ['created', 'initialised', 'died']],
    ] as const) {
      const { driver, told, launch } = harness();
      driver.script = { start: (sandbox) => void (prepare !== 'init' && sandbox.ready(0)), invoke: () => {} };
      const runtime = await launch();
      await turn();
      if (prepare === 'invoke') runtime.invoke(1, META, Buffer.from('1'), 3000);
      await runtime.stop();
      await runtime.stop();
      assert.deepEqual(told, expected);
      assert.deepEqual(driver.last.calls.slice(-1), ['halt']);
    }
  });
});

suite('SandboxedRuntime: the way to the runtime', () => {
  test('with frames the Runtime API is not served, and its descriptor is closed at the end', async () => {
    const { driver, launch } = harness();
    const { fd, port } = listenOnLoopback(0);
    driver.runtimeApi = () => ({ fd, address: `127.0.0.1:${port}` });
    const runtime = await launch();
    const answer = await fetch(`http://127.0.0.1:${port}/2018-06-01/runtime/invocation/next`);
    assert.equal(answer.status, 404);
    await runtime.stop();
    await turn();
    assert.ok(isClosed(fd));
  });

  test('without frames the runtime is served over HTTP', async () => {
    const { driver, told, launch } = harness();
    const { fd, port } = listenOnLoopback(0);
    driver.runtimeApi = () => ({ fd, address: `127.0.0.1:${port}` });
    driver.script = { ...ECHO, start: () => {} };
    const runtime = await launch({ framed: false });
    const options = { host: '127.0.0.1', port, path: '/2018-06-01/runtime/invocation/next', agent: false };
    const next = (): Promise<string | undefined> => {
      const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
      const sent = request(options, (response) => {
        response.resume();
        resolve(response.headers['lambda-runtime-aws-request-id'] as string | undefined);
      });
      sent.on('error', reject).end();
      return promise;
    };
    const asked = next();
    while (!runtime.available) await turn();
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    assert.equal(await asked, 'r');
    await runtime.stop();
    assert.deepEqual(told, ['created', 'initialised', 'settled crash 0', 'died']);
    await assert.rejects(next(), { code: 'ECONNREFUSED' });
  });

  const ends = {
    'its exit tells why': (it) => it.driver.last.end({ code: 1 }),
    'asking for the next event, it has sent a part only': (it) => it.ask(),
    'doing nothing, it is told so after a second': (it) => it.clock.advance(1000),
  } satisfies Readonly<Record<string, (it: RuntimeHarness & { readonly ask: () => void }) => void>>;
  for (const [name, end] of Object.entries(ends)) {
    test(`a runtime whose streamed response broke off: ${name}`, async () => {
      const it = harness();
      const { fd, port } = listenOnLoopback(0);
      it.driver.runtimeApi = () => ({ fd, address: `127.0.0.1:${port}` });
      it.driver.script = { ...ECHO, start: () => {} };
      const runtime = await it.launch({ framed: false });
      const open = (method: string, path: string, headers = {}): ClientRequest =>
        request({ host: '127.0.0.1', port, agent: false, method, headers, path: `/2018-06-01/runtime/invocation/${path}` }).on(
          'error',
          () => {},
        );
      const ask = (): void => void open('GET', 'next').end();
      ask();
      while (!runtime.available) await turn();
      runtime.invoke(1, META, Buffer.from('1'), 3_600_000);
      const sent = open('POST', 'r/response', { 'Lambda-Runtime-Function-Response-Mode': 'streaming' });
      sent.write('half');
      while (!it.told.includes('chunk half')) await turn();
      sent.destroy();
      // The server learns of it in the event loop; until then the runtime is refused its next event.
      const answer = /^answered \{"errorType":"Runtime\.TruncatedResponse"/;
      const crashed = name.startsWith('its exit');
      while (!it.told.some((text) => (crashed ? text.startsWith('settled crash') : answer.test(text)))) {
        end({ ...it, ask });
        await turn();
      }
      assert.equal(
        it.told.some((text) => text.startsWith('answered')),
        !crashed,
      );
      while (!it.told.some((text) => text.startsWith('settled'))) {
        ask();
        await turn();
      }
      await runtime.stop();
    });
  }
});

suite('SandboxedRuntime: faults', () => {
  test('the report waits until the answer is out, and an exit meanwhile does not lose it', async () => {
    const { driver, told, launch } = harness();
    const deferred: (() => void)[] = [];
    const runtime = await launch({ defer: (work) => void deferred.push(work) });
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 3000);
    await turn();
    assert.deepEqual(told, ['created', 'initialised', 'answered 1']);
    driver.last.end({ code: 0 });
    await turn();
    for (const work of deferred) work();
    assert.deepEqual(told.slice(3), ['died', 'settled success 0']);
  });

  test('a sandbox whose use cannot begin is killed', async () => {
    const driver = new FakeSandboxDriver();
    const options: RuntimeOptions = {
      clock: new ManualClock(),
      framed: true,
      initTimeoutMs: 1,
      freezeGraceMs: 2,
      cpus: 1,
      defer: (work) => work(),
      onFault: () => assert.fail('nothing else is wrong'),
      extensions: NO_EXTENSIONS,
    };
    const observer: RuntimeObserver = {
      output() {},
      extensionOutput() {},
      subscribed() {},
      runtimeDone() {},
      initialised() {},
      initFailed() {},
      streamBegan() {},
      streamed: () => undefined,
      answered() {},
      settled() {},
      died() {},
    };
    const refuse = (): never => {
      throw new Error('no endpoint');
    };
    await assert.rejects(SandboxedRuntime.launch(driver, SPEC, options, observer, refuse), /no endpoint/);
    assert.ok(driver.last.calls.includes('kill'));
  });

  test('a streamed response is told as it comes; its end is the answer, and the runtime may go on', async () => {
    const { driver, told, launch } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const runtime = await launch();
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 60_000);
    driver.last.say(FRAME.STREAM_BEGIN, 1, Buffer.from('text/plain'));
    driver.last.say(FRAME.STREAM_CHUNK, 1, Buffer.from('one'));
    await turn();
    assert.deepEqual(told.slice(2), ['stream text/plain', 'chunk one']);
    driver.last.say(FRAME.STREAM_END, 1);
    await turn();
    assert.deepEqual(told.slice(4), ['answered ']);
    driver.last.ready(1);
    await turn();
    assert.deepEqual(told.slice(5), ['settled success 0']);
  });

  test('a streamed response that is refused is answered with the error at once, and its rest is not told', async () => {
    const { driver, told, launch } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const runtime = await launch();
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 60_000);
    driver.last.say(FRAME.STREAM_BEGIN, 1, Buffer.from('t'));
    for (const chunk of ['long chunk', 'more']) driver.last.say(FRAME.STREAM_CHUNK, 1, Buffer.from(chunk));
    driver.last.say(FRAME.STREAM_END, 1);
    await turn();
    assert.deepEqual(told.slice(2), ['stream t', 'chunk long chunk', 'answered too large']);
    driver.last.ready(1);
    await turn();
    assert.deepEqual(told.slice(5), ['settled error 0']);
  });

  test('a runtime that closes its channel and lives on is ended after a second', async () => {
    const { clock, driver, told, launch } = harness();
    driver.script = { ...ECHO, invoke: () => {} };
    const runtime = await launch();
    await turn();
    runtime.invoke(1, META, Buffer.from('1'), 60_000);
    driver.last.closeChannel();
    await turn();
    assert.deepEqual(told, ['created', 'initialised']);
    clock.advance(1000);
    assert.deepEqual(told.slice(2), ['settled crash 1000', 'died']);
  });
});
