import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { listenOnLoopback } from '#sandboxes/libc.ts';
import {
  call,
  environmentHarness,
  initStartLine,
  outcomeOf,
  reportOfR1,
  testVersion,
  textLines,
  turn,
} from '../../../test/support/environments.ts';
import type { EnvironmentHarness } from '../../../test/support/environments.ts';
import { ECHO } from '../../../test/support/fake-sandbox.ts';

/** Extensions of an environment, over HTTP as they speak it. Inside the runtime it speaks frames; beside it, HTTP as well. */

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

type Identity = Readonly<Record<string, string>>;

interface Bench extends EnvironmentHarness {
  readonly ask: (method: string, path: string, headers?: Identity, body?: unknown) => Promise<Answer>;
  /** Registers; returns the headers that identify it from then on. */
  readonly register: (name: string, events: readonly string[]) => Promise<Identity>;
  readonly next: (identity: Identity) => Promise<Answer>;
  /** A poll that the end of the environment may break off. */
  readonly poll: (identity: Identity) => void;
  /** Resolves when there is a sandbox. */
  readonly made: () => Promise<void>;
}

const API = '/2020-01-01/extension';
const RUNTIME = '/2018-06-01/runtime/invocation';

const LAYER = { arn: 'arn:aws:lambda:us-east-1:111111111111:layer:l:1', code: { digest: 'd', sizeBytes: 1 } };

/** A runtime that gets ready when the test says so. */
const WAITING = { ...ECHO, start: () => {} };

/** `external`: names of extensions in a layer. */
function bench(context: TestContext, external: readonly string[] = []): Bench {
  const layers = mkdtempSync(join(tmpdir(), 'hearth-extension-host-'));
  mkdirSync(join(layers, 'extensions'));
  for (const name of external) writeFileSync(join(layers, 'extensions', name), '');
  const harness = environmentHarness({ layersPath: layers });
  harness.driver.script = WAITING;
  let port = 0;
  harness.driver.runtimeApi = () => {
    const listening = listenOnLoopback(0);
    port = listening.port;
    return { fd: listening.fd, address: `127.0.0.1:${port}` };
  };
  context.after(() => {
    for (const sandbox of harness.driver.sandboxes) sandbox.end({ code: 0 });
    rmSync(layers, { recursive: true });
  });
  const ask: Bench['ask'] = async (method, path, headers = {}, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...headers, connection: 'close' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : text };
  };
  const register: Bench['register'] = async (name, events) => {
    const { headers } = await ask('POST', `${API}/register`, { 'Lambda-Extension-Name': name }, { events });
    return { 'Lambda-Extension-Identifier': headers.get('lambda-extension-identifier') ?? assert.fail('no identifier') };
  };
  const next: Bench['next'] = (identity) => ask('GET', `${API}/event/next`, identity);
  const poll: Bench['poll'] = (identity) => void next(identity).catch(() => undefined);
  const launch: Bench['launch'] = () => harness.launch({ layers: [LAYER] });
  const made: Bench['made'] = async () => {
    while (harness.driver.sandboxes.length === 0) await turn();
  };
  return { ...harness, launch, ask, register, next, poll, made };
}

async function refusal(answering: Promise<Answer>): Promise<unknown> {
  const { status, body } = await answering;
  return [status, (body as { readonly errorType: string }).errorType];
}

/** Lets requests that are under way arrive, by one that is answered after them. */
async function arrived({ ask }: Bench): Promise<void> {
  await ask('GET', `${API}/nothing`);
  await turn();
}

suite('ExtensionHost: the API', () => {
  test('tells of the function, and refuses what AWS does', async (context) => {
    const at = bench(context);
    const launching = at.launch();
    await at.made();
    const name = { 'Lambda-Extension-Name': 'inside', 'Lambda-Extension-Accept-Feature': 'accountId' };
    const { status, body, headers } = await at.ask('POST', `${API}/register`, name, { events: [] });
    assert.equal(status, 200);
    const { handler } = testVersion();
    assert.deepEqual(body, { functionName: 'f', functionVersion: '$LATEST', handler, accountId: '111111111111' });
    const identity = { 'Lambda-Extension-Identifier': headers.get('lambda-extension-identifier') ?? '' };
    assert.match(identity['Lambda-Extension-Identifier'], /^[0-9a-f-]{36}$/);

    const unknown = { 'Lambda-Extension-Identifier': '00000000-0000-4000-8000-00000000ffff' };
    const register = (named: Identity, request: unknown): Promise<unknown> => refusal(at.ask('POST', `${API}/register`, named, request));
    assert.deepEqual(await register({}, { events: [] }), [403, 'Extension.InvalidExtensionName']);
    assert.deepEqual(await register(name, ['INVOKE']), [400, 'InvalidRequestFormat']);
    assert.deepEqual(await register({ 'Lambda-Extension-Name': 'too' }, { events: ['SHUTDOWN'] }), [403, 'Extension.InvalidEventType']);
    assert.deepEqual(await refusal(at.next({})), [403, 'Extension.MissingExtensionIdentifier']);
    assert.deepEqual(await refusal(at.next({ 'Lambda-Extension-Identifier': 'x' })), [403, 'Extension.InvalidExtensionIdentifier']);
    assert.deepEqual(await refusal(at.next(unknown)), [403, 'Extension.UnknownExtensionIdentifier']);
    assert.deepEqual(await refusal(at.ask('POST', `${API}/init/error`, identity, {})), [403, 'Extension.MissingHeader']);
    assert.deepEqual(await refusal(at.ask('GET', `${API}/nothing`)), [404, 'NotFound']);
    at.driver.last.ready(0);
    at.poll(identity);
    await launching;
    assert.deepEqual(await register({ 'Lambda-Extension-Name': 'late' }, { events: [] }), [403, 'Extension.RegistrationClosed']);
    const late = at.ask('PUT', '/2022-07-01/telemetry', identity, {});
    assert.deepEqual(await refusal(late), [403, 'Telemetry.SubscriptionClosed']);
  });
});

suite('ExtensionHost: an extension inside the runtime', () => {
  test('the init phase and the invocation last until it has asked for the next event', async (context) => {
    const at = bench(context);
    const { clock, driver, logs } = at;
    const launching = at.launch();
    await at.made();
    const identity = await at.register('inside', ['INVOKE']);
    let initialised = false;
    const launched = launching.then((environment) => {
      initialised = true;
      return environment;
    });
    driver.last.ready(0);
    await turn();
    assert.equal(initialised, false);
    const event = at.next(identity);
    const environment = await launched;
    clock.advance(2);
    assert.equal(driver.last.calls.at(-1), 'freeze');

    const called = call(environment);
    const { status, body, headers } = await event;
    assert.equal(status, 200);
    assert.match(headers.get('lambda-extension-event-identifier') ?? '', /^[0-9a-f-]{36}$/);
    assert.deepEqual(body, {
      eventType: 'INVOKE',
      deadlineMs: clock.wallMs() + 3000,
      requestId: 'r1',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
      tracing: { type: 'X-Amzn-Trace-Id', value: 'Root=1-0;Parent=0;Sampled=0' },
    });
    assert.equal(await outcomeOf(called.answer), 'success: {"a":1}');
    clock.advance(70);
    assert.deepEqual([called.settlements(), driver.last.calls.at(-1)], [0, 'thaw']);
    at.poll(identity);
    await called.settled;
    assert.deepEqual(logs.take(), [
      initStartLine(),
      'EXTENSION\tName: inside\tState: Ready\tEvents: [INVOKE]\n',
      ...textLines('START RequestId: r1 Version: $LATEST', 'END RequestId: r1'),
      `${reportOfR1('Duration: 70.00 ms\tBilled Duration: 70 ms', 'Init Duration: 0.00 ms\t')}\n`,
    ]);
    clock.advance(2);
    assert.equal(driver.last.calls.at(-1), 'freeze');

    const retired = environment.retire();
    await turn();
    assert.deepEqual(driver.last.calls.slice(-2), ['thaw', 'SIGTERM']);
    clock.advance(499);
    await turn();
    assert.ok(!driver.last.calls.includes('halt'));
    clock.advance(1);
    await retired;
    assert.ok(driver.last.calls.includes('halt'));
  });

  test('work after the response beyond the deadline is a timeout; the caller has its answer', async (context) => {
    const at = bench(context);
    const launching = at.launch();
    await at.made();
    const identity = await at.register('inside', ['INVOKE']);
    at.driver.last.ready(0);
    at.poll(identity);
    const called = call(await launching);
    assert.equal(await outcomeOf(called.answer), 'success: {"a":1}');
    at.clock.advance(3000);
    await called.settled;
    assert.match(at.logs.take().at(-1) ?? '', /Duration: 3000\.00 ms.*\tStatus: timeout\n$/);
  });

  test('an error that it reports ends environment and invocation', async (context) => {
    const at = bench(context);
    at.driver.script = { ...WAITING, invoke: () => {} };
    const launching = at.launch();
    await at.made();
    const identity = await at.register('inside', ['INVOKE']);
    at.driver.last.ready(0);
    at.poll(identity);
    const called = call(await launching);
    const error = { ...identity, 'Lambda-Extension-Function-Error-Type': 'Demo.GaveUp' };
    const { status, body } = await at.ask('POST', `${API}/exit/error`, error, {});
    assert.deepEqual([status, body], [202, { status: 'OK' }]);
    assert.equal(
      await outcomeOf(called.answer),
      'function-error: {"errorType":"Extension.ExitError","errorMessage":"RequestId: r1 Error: Demo.GaveUp"}',
    );
    await called.settled;
    assert.match(
      at.logs.take().join(''),
      /\nRequestId: r1 Error: Demo\.GaveUp\nExtension\.ExitError\nEND .*\n.*Error Type: Extension\.ExitError\n$/,
    );
  });
});

suite('ExtensionHost: external extensions', () => {
  /** With one extension that has asked for its first event, and a runtime that has, too. */
  async function started(context: TestContext, events: readonly string[] = ['INVOKE', 'SHUTDOWN']) {
    const at = bench(context, ['one']);
    const launching = at.launch();
    await at.made();
    const identity = await at.register('one', events);
    const event = at.next(identity);
    const invocation = at.ask('GET', `${RUNTIME}/next`);
    // Broken off by the end of the environment where no test waits for them.
    for (const polling of [event, invocation]) polling.catch(() => undefined);
    return { at, identity, event, invocation, environment: await launching, sandbox: at.driver.last };
  }

  test('the runtime is started, and speaks HTTP, when all have registered', async (context) => {
    const at = bench(context, ['one', 'two']);
    const launching = at.launch();
    await at.made();
    const sandbox = at.driver.last;
    assert.equal(sandbox.spec.command.at(0), '/bin/sh');
    assert.deepEqual(sandbox.spec.command.slice(-5), [
      '/opt/extensions/one',
      '/opt/extensions/two',
      '--',
      '/var/lang/bin/python3.12',
      '/var/runtime/bootstrap.py',
    ]);
    const one = await at.register('one', ['INVOKE']);
    assert.deepEqual(sandbox.orders, []);
    const two = await at.register('two', []);
    assert.deepEqual(sandbox.orders, ['start']);
    at.poll(one);
    at.poll(two);
    const invocation = at.ask('GET', `${RUNTIME}/next`);
    const called = call(await launching);
    assert.equal((await invocation).headers.get('lambda-runtime-aws-request-id'), 'r1');
    await at.ask('POST', `${RUNTIME}/r1/response`, {}, 'fine');
    assert.equal(await outcomeOf(called.answer), 'success: "fine"');
  });

  test('output goes to the log between that of the runtime', async (context) => {
    const { at, sandbox, environment } = await started(context);
    at.clock.advance(50);
    at.logs.take();
    sandbox.printAside('from the extension\n');
    const retired = environment.retire();
    sandbox.end({ code: 0 });
    await retired;
    assert.deepEqual(at.logs.take(), ['from the extension\n']);
  });

  test('SHUTDOWN comes after the end of the runtime; each may take until the two seconds are over', async (context) => {
    const { at, sandbox, event, environment } = await started(context);
    const retired = environment.retire();
    assert.deepEqual(sandbox.orders, ['start', 'terminate']);
    at.clock.advance(600);
    await turn();
    assert.deepEqual(sandbox.orders, ['start', 'terminate', 'kill']);
    const { body } = await event;
    assert.deepEqual(body, { eventType: 'SHUTDOWN', deadlineMs: at.clock.wallMs() + 1400, shutdownReason: 'spindown' });
    at.clock.advance(1399);
    await turn();
    assert.ok(!sandbox.calls.includes('halt'));
    at.clock.advance(1);
    await retired;
    assert.ok(sandbox.calls.includes('halt'));
  });

  test('the end comes as soon as everyone has ended', async (context) => {
    const { sandbox, event, environment } = await started(context);
    const retired = environment.retire();
    sandbox.channel.push('exited 143 --\n');
    await event;
    sandbox.channel.push('exited 0 /opt/extensions/one\n');
    await retired;
    assert.ok(sandbox.calls.includes('halt'));
  });

  test('a crash within an invocation is its outcome, and the others are told of a failure', async (context) => {
    const at = bench(context, ['one', 'two']);
    const launching = at.launch();
    await at.made();
    const one = await at.register('one', []);
    const two = await at.register('two', ['SHUTDOWN']);
    at.poll(one);
    const event = at.next(two);
    const invocation = at.ask('GET', `${RUNTIME}/next`);
    const called = call(await launching);
    await invocation;
    const sandbox = at.driver.last;
    sandbox.channel.push('exited 3 /opt/extensions/one\n');
    assert.equal(
      await outcomeOf(called.answer),
      'function-error: {"errorType":"Extension.Crash","errorMessage":"RequestId: r1 Error: exit status 3"}',
    );
    sandbox.channel.push('exited 143 --\n');
    assert.equal(((await event).body as { readonly shutdownReason: string }).shutdownReason, 'failure');
  });

  test('a runtime that exits is a crash of the runtime', async (context) => {
    const { at, sandbox, environment, event, invocation } = await started(context, ['SHUTDOWN']);
    const called = call(environment);
    await invocation;
    sandbox.channel.push('exited 5 --\n');
    assert.match(await outcomeOf(called.answer), /"Runtime\.ExitError".*exit status 5/);
    assert.equal(((await event).body as { readonly shutdownReason: string }).shutdownReason, 'failure');
    assert.deepEqual(sandbox.orders, ['start']);
    assert.match(at.logs.take().join(''), /Error Type: Runtime\.ExitError\n$/);
  });

  test('an extension that cannot be run fails the init phase, and the invocation that repeats it', async (context) => {
    const at = bench(context, ['one']);
    at.driver.script = { ...WAITING, start: (sandbox) => void sandbox.channel.push('exited 126 /opt/extensions/one\n') };
    const environment = await at.launch();
    at.clock.advance(50);
    assert.deepEqual(at.logs.take(), [
      initStartLine(),
      ...textLines(
        'Error: PermissionDenied',
        'Extension.LaunchError',
        'EXTENSION\tName: one\tState: LaunchError\tEvents: []\tError Type: PermissionDenied',
        'INIT_REPORT Init Duration: 0.00 ms\tPhase: init\tStatus: error\tError Type: Extension.LaunchError',
      ),
    ]);
    at.clock.advance(2000);
    const called = call(environment);
    await turn();
    assert.match(await outcomeOf(called.answer), /"Extension\.LaunchError".*RequestId: r1 Error: PermissionDenied/);
  });

  test('more than ten fail the init phase', async (context) => {
    const names = Array.from({ length: 11 }, (_, index) => `x${String(index).padStart(2, '0')}`);
    const at = bench(context, names);
    await at.launch();
    at.clock.advance(50);
    assert.match(
      at.logs.take().join(''),
      /Name: x10\tState: LaunchError\tEvents: \[\]\tError Type: TooManyExtensions\nINIT_REPORT .*Extension\.LaunchError\n$/,
    );
  });
});

suite('ExtensionHost: telemetry', () => {
  test('goes to the listener inside, in the order of the Telemetry API', async (context) => {
    const at = bench(context);
    const received: { readonly type: string; readonly record: unknown }[] = [];
    const listener = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
      request.on('end', () => {
        assert.deepEqual([request.method, request.url, request.headers.host], ['POST', '/in', 'sandbox.localdomain:4000']);
        received.push(...(JSON.parse(text) as typeof received));
        response.end();
      });
    });
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    context.after(() => listener.close());
    const { port } = listener.address() as AddressInfo;
    const launching = at.launch();
    await at.made();
    at.driver.last.listenersInside.set(4000, () => Promise.resolve(connect(port, '127.0.0.1')));
    const identity = await at.register('inside', ['INVOKE']);
    const subscribe = (body: unknown, path = '/2022-07-01/telemetry'): Promise<Answer> => at.ask('PUT', path, identity, body);
    const invalid = await subscribe({ destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain' } });
    assert.deepEqual(
      [invalid.status, invalid.body],
      [400, { errorType: 'ValidationError', errorMessage: 'URI port is not provided; types should not be empty' }],
    );
    const good = { types: ['platform', 'function'], destination: { protocol: 'HTTP', URI: 'http://sandbox.localdomain:4000/in' } };
    const answer = await subscribe(good);
    assert.deepEqual([answer.status, answer.body], [200, 'OK']);
    assert.equal((await subscribe(good, '/2020-08-15/logs')).status, 400);

    at.driver.last.ready(0);
    at.poll(identity);
    const environment = await launching;
    at.driver.last.print('said\n');
    const called = call(environment);
    await called.answer;
    await arrived(at);
    assert.deepEqual(received, []);
    at.clock.advance(1000);
    while (received.length < 8) await turn();
    at.poll(identity);
    await called.settled;
    at.clock.advance(100_000);
    assert.equal(received.length, 8, 'a frozen environment gets nothing');
    void environment.retire();
    while (received.length < 9) await turn();
    assert.deepEqual(
      received.map(({ type }) => type),
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
    assert.match(at.logs.take().join(''), /\nTELEMETRY\tName: inside\tState: Subscribed\tTypes: \[Platform, Function\]\n/);
  });
});
