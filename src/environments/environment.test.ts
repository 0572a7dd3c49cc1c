import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { call, environmentHarness, initStartLine, textLines, outcomeOf, reportOfR1, turn } from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import type { FakeSandbox, ReceivedInvoke, RuntimeScript } from '../../test/support/fake-sandbox.ts';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import { FRAME } from './runtime-api/frames.ts';

/** A script that initialises at once, and does this with each event. */
function onInvoke(invoke: (sandbox: FakeSandbox, received: ReceivedInvoke) => void): RuntimeScript {
  return { ...ECHO, invoke };
}

/** A script that never initialises, but does this instead. */
function onStart(start: (sandbox: FakeSandbox) => void): RuntimeScript {
  return { ...ECHO, start };
}

const SILENT = onInvoke(() => {});
const START = 'START RequestId: r1 Version: $LATEST';
const END = 'END RequestId: r1';

suite('Environment: cold and warm', () => {
  test('the first report tells of the init phase and bills it, the second does not', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = {
      start(sandbox) {
        sandbox.print('importing\n');
        clock.advance(80);
        sandbox.ready(0);
      },
      invoke(sandbox, { attempt, event }) {
        sandbox.print('handling\n');
        clock.advance(4.5);
        sandbox.respond(attempt, event);
      },
    };
    const environment = await launch();
    const cold = call(environment);
    assert.equal(await outcomeOf(cold.answer), 'success: {"a":1}');
    await cold.settled;
    assert.deepEqual(logs.take(), [
      initStartLine(),
      ...textLines('importing', START, 'handling', END),
      `${reportOfR1('Duration: 4.50 ms\tBilled Duration: 85 ms', 'Init Duration: 80.00 ms\t')}\n`,
    ]);
    await call(environment).settled;
    assert.deepEqual(logs.take(), textLines(START, 'handling', END, reportOfR1('Duration: 4.50 ms\tBilled Duration: 5 ms')));
    assert.equal(driver.sandboxes.length, 1);
  });

  test('the runtime is told of the invocation and its deadline', async () => {
    const { clock, driver, launch } = environmentHarness();
    const received: ReceivedInvoke[] = [];
    driver.script = onInvoke((sandbox, invoke) => {
      received.push(invoke);
      sandbox.respond(invoke.attempt, '1');
    });
    const environment = await launch({ timeoutSeconds: 7 });
    await call(environment, { clientContext: '{"custom":{}}' }).settled;
    await call(environment, { requestId: 'r2' }).settled;
    const meta = {
      deadlineMs: clock.wallMs() + 7000,
      functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
      traceId: 'Root=1-0;Parent=0;Sampled=0',
    };
    assert.deepEqual(received, [
      { attempt: 1, meta: { requestId: 'r1', ...meta, clientContext: '{"custom":{}}' }, event: '{"a":1}' },
      { attempt: 2, meta: { requestId: 'r2', ...meta }, event: '{"a":1}' },
    ]);
  });

  test('the caller is answered by the response, the environment is free when the runtime asks again', async () => {
    const { driver, launch } = environmentHarness();
    driver.script = onInvoke((sandbox, { attempt }) => sandbox.say(FRAME.RESPONSE, attempt, Buffer.from('1')));
    const environment = await launch();
    const { answer, settled, settlements } = call(environment);
    assert.equal(await outcomeOf(answer), 'success: 1');
    assert.equal(settlements(), 0);
    assert.equal(environment.reusable, false);
    driver.last.ready(1);
    await settled;
    assert.equal(settlements(), 1);
    assert.equal(environment.reusable, true);
  });

  test('with a tail the answer waits for the REPORT line and carries the whole log of the invocation', async () => {
    const { driver, logs, launch } = environmentHarness();
    driver.script = onInvoke((sandbox, { attempt }) => {
      sandbox.print('said\n');
      sandbox.say(FRAME.RESPONSE, attempt, Buffer.from('1'));
    });
    const environment = await launch();
    logs.take();
    const { answer } = call(environment, { tailLog: true });
    let answered = false;
    void answer.then(() => (answered = true));
    await turn();
    assert.equal(answered, false);
    driver.last.print('afterwards\n');
    driver.last.ready(1);
    const tail = Buffer.from((await answer).logTail ?? '', 'base64').toString('utf8');
    assert.match(tail, /^START RequestId: r1 [^]*\nsaid\nafterwards\nEND RequestId: r1\nREPORT RequestId: r1\t[^\n]*\t\n$/);
    assert.equal('logTail' in (await call(environment, { requestId: 'r2' }).answer), false);
  });

  test('the most memory ever used is reported, also when it was another runtime process that used it', async () => {
    const { driver, logs, launch } = environmentHarness();
    const environment = await launch();
    driver.last.peakMemoryBytes = 40.2 * 1024 * 1024;
    driver.last.end({ code: 1 });
    await turn();
    logs.take();
    await call(environment).settled;
    assert.match(logs.take().at(-1) ?? '', /\tMax Memory Used: 41 MB\t/);
    driver.last.peakMemoryBytes = 500 * 1024 * 1024;
    await call(environment).settled;
    assert.match(logs.take().at(-1) ?? '', /\tMax Memory Used: 128 MB\t/);
  });

  test('the AWS endpoint lives as long as the runtime', async () => {
    const { driver, endpoints, launch } = environmentHarness();
    const environment = await launch();
    assert.deepEqual(endpoints, [`attach ${environment.id}`]);
    driver.last.end({ code: 0 });
    await turn();
    assert.deepEqual(endpoints, [`attach ${environment.id}`, `close ${environment.id}`]);
  });
});

suite('Environment: errors of the function', () => {
  const cases: readonly (readonly [type: string, rest: string])[] = [
    ['ValueError', ''],
    ['Function.ResponseSizeTooLarge', ''],
    ['Runtime.MarshalError', 'Status: error\tError Type: Runtime.MarshalError'],
  ];
  for (const [type, rest] of cases) {
    test(`${type}: the body goes to the caller unchanged`, async () => {
      const { driver, logs, launch } = environmentHarness();
      const body = `{"errorType":"${type}", "stackTrace":[]}`;
      driver.script = onInvoke((sandbox, { attempt }) => {
        sandbox.fail(attempt, type, body);
        sandbox.ready(attempt);
      });
      const environment = await launch();
      logs.take();
      const { answer, settled } = call(environment);
      assert.equal(await outcomeOf(answer), `function-error: ${body}`);
      await settled;
      assert.equal(logs.take().at(-1), `${reportOfR1('Duration: 0.00 ms\tBilled Duration: 1 ms', `Init Duration: 0.00 ms\t${rest}`)}\n`);
      assert.equal(environment.reusable, true);
    });
  }

  test('a runtime that reports an error and exits has not crashed; the next invocation starts another', async () => {
    const { driver, logs, launch } = environmentHarness();
    driver.script = onInvoke((sandbox, { attempt }) => sandbox.fail(attempt, 'Error', '{}'));
    const environment = await launch();
    const { answer, settled, settlements } = call(environment);
    assert.equal(await outcomeOf(answer), 'function-error: {}');
    driver.last.end({ code: 129 });
    await settled;
    assert.deepEqual(
      logs.take().slice(2),
      textLines(END, reportOfR1('Duration: 0.00 ms\tBilled Duration: 1 ms', 'Init Duration: 0.00 ms\t')),
    );
    driver.script = ECHO;
    assert.equal(await outcomeOf(call(environment).answer), 'success: {"a":1}');
    assert.equal(driver.sandboxes.length, 2);
    assert.equal(settlements(), 1);
  });
});

suite('Environment: timeout', () => {
  test('kills, answers and reports exactly the timeout; the next invocation initialises again', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = SILENT;
    const environment = await launch({ timeoutSeconds: 3 });
    const { answer, settled, settlements } = call(environment);
    await turn();
    driver.last.print('no newline at the end');
    clock.advance(2999);
    await turn();
    assert.equal(settlements(), 0);
    clock.advance(1);
    assert.equal(
      await outcomeOf(answer),
      'function-error: {"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r1 Error: Task timed out after 3.00 seconds"}',
    );
    await settled;
    assert.deepEqual(
      logs.take().slice(1),
      textLines(
        START,
        'no newline at the end',
        '2026-11-20T10:00:03.000Z r1 Task timed out after 3.00 seconds',
        END,
        reportOfR1('Duration: 3000.00 ms\tBilled Duration: 3000 ms', 'Init Duration: 0.00 ms\tStatus: timeout'),
      ),
    );
    assert.ok(driver.last.calls.includes('halt'));
    driver.script = ECHO;
    assert.equal(await outcomeOf(call(environment, { requestId: 'r2' }).answer), 'success: {"a":1}');
    assert.deepEqual([driver.sandboxes.length, settlements()], [2, 1]);
  });

  test('an answered invocation keeps its answer when the runtime never asks again; the report says timeout', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = onInvoke((sandbox, { attempt }) => sandbox.say(FRAME.RESPONSE, attempt, Buffer.from('1')));
    const { answer, settled } = call(await launch());
    assert.equal(await outcomeOf(answer), 'success: 1');
    clock.advance(3000);
    await settled;
    assert.match(logs.take().at(-1) ?? '', /Status: timeout\n$/);
  });
});

suite('Environment: crash', () => {
  const cases = [
    { exit: { code: 1 }, reason: 'Runtime exited with error: exit status 1' },
    { exit: { code: 0 }, reason: 'Runtime exited without providing a reason' },
    { exit: { signal: 'SIGSEGV' }, reason: 'Runtime exited with error: signal: segmentation fault' },
    { exit: { signal: 'SIGKILL' }, reason: 'Runtime exited with error: signal: killed' },
    { exit: { signal: 'SIGKILL', outOfMemory: true }, reason: 'Runtime exited with error: signal: killed', type: 'Runtime.OutOfMemory' },
  ] as const;
  for (const { exit, reason, ...rest } of cases) {
    const type = 'type' in rest ? rest.type : 'Runtime.ExitError';
    test(`${JSON.stringify(exit)}: ${type}, ${reason}`, async () => {
      const { driver, logs, launch } = environmentHarness();
      driver.script = onInvoke((sandbox) => sandbox.end(exit));
      const environment = await launch();
      const { answer, settled, settlements } = call(environment);
      assert.equal(await outcomeOf(answer), `function-error: {"errorType":"${type}","errorMessage":"RequestId: r1 Error: ${reason}"}`);
      await settled;
      assert.deepEqual(
        logs.take().slice(1),
        textLines(
          START,
          `RequestId: r1 Error: ${reason}`,
          type,
          END,
          reportOfR1('Duration: 0.00 ms\tBilled Duration: 1 ms', `Init Duration: 0.00 ms\tStatus: error\tError Type: ${type}`),
        ),
      );
      assert.equal(settlements(), 1);
      assert.equal(environment.reusable, true);
    });
  }
});

suite('Environment: a runtime that breaks the protocol', () => {
  const tooLarge = Buffer.alloc(9);
  tooLarge.writeUInt32LE(MAX_RESPONSE_BYTES + 1, 0);
  tooLarge[4] = FRAME.RESPONSE_READY;
  const violations: readonly (readonly [name: string, bytes: Buffer])[] = [
    ['bytes that are no frame', Buffer.from('HTTP/1.1 200 OK\r\n')],
    ['a response over the limit', tooLarge],
    ['an error frame that lies about its type', Buffer.from([2, 0, 0, 0, FRAME.ERROR, 1, 0, 0, 0, 9, 9])],
    ['a frame that only the platform sends', Buffer.from([0, 0, 0, 0, FRAME.INVOKE, 1, 0, 0, 0])],
  ];
  for (const [name, bytes] of violations) {
    test(`${name}: it is killed, the caller gets Runtime.ExitError`, async () => {
      const { driver, launch } = environmentHarness();
      driver.script = onInvoke((sandbox, { attempt }) => {
        sandbox.channel.push(bytes);
        sandbox.respond(attempt, 'too late');
      });
      const environment = await launch();
      const { answer, settled, settlements } = call(environment);
      assert.equal(
        await outcomeOf(answer),
        'function-error: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: r1 Error: Runtime exited with error: signal: killed"}',
      );
      await settled;
      await turn();
      assert.ok(driver.last.calls.includes('halt'));
      assert.equal(settlements(), 1);
    });

    test(`${name} while it initialises: the init phase has failed`, async () => {
      const { driver, logs, launch } = environmentHarness();
      driver.script = onStart((sandbox) => void sandbox.channel.push(bytes));
      const environment = await launch();
      assert.ok(driver.last.calls.includes('halt'));
      driver.script = ECHO;
      assert.equal(await outcomeOf(call(environment).answer), 'success: {"a":1}');
      assert.match(
        logs.take().find((line) => line.startsWith('INIT_REPORT')) ?? '',
        /^INIT_REPORT Init Duration: 0\.00 ms\tPhase: init\tStatus: error\tError Type: Runtime\.ExitError\n$/,
      );
    });
  }
});

suite('Environment: what outlives a runtime', () => {
  test('the next runtime succeeds the sandbox of the last, which is released only with the environment', async () => {
    const { driver, launch } = environmentHarness();
    const environment = await launch();
    const [first] = driver.sandboxes;
    assert.equal(first?.spec.successorOf, undefined);
    first?.end({ code: 1 });
    await turn();
    await call(environment).settled;
    assert.equal(driver.last.spec.successorOf, first?.id);
    assert.ok(!first?.calls.includes('kill'));
    driver.last.end({ code: 1 });
    await turn();
    assert.ok(!driver.last.calls.includes('kill'));
    await environment.retire();
    assert.ok(driver.last.calls.includes('kill'));
  });

  test('when no sandbox can succeed it, the invocation fails, and the next begins anew', async () => {
    const { driver, errors, launch } = environmentHarness();
    const environment = await launch();
    const [first] = driver.sandboxes;
    first?.end({ code: 1 });
    await turn();
    driver.beforeCreate = () => {
      throw new Error('EMFILE');
    };
    assert.match(await outcomeOf(call(environment).answer), /Runtime\.ExitError/);
    assert.deepEqual(errors, ['a sandbox failed']);
    assert.ok(first?.calls.includes('kill'));
    driver.beforeCreate = () => {};
    assert.equal(await outcomeOf(call(environment).answer), 'success: {"a":1}');
    assert.equal(driver.last.spec.successorOf, undefined);
  });
});
