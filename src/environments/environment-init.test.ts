import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import {
  call,
  environmentHarness,
  initStartLine,
  textLines,
  outcomeOf,
  reportOfR1,
  testVersion,
  turn,
} from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import type { FakeSandbox, RuntimeScript } from '../../test/support/fake-sandbox.ts';

/** A script that never initialises, but does this instead. */
function onStart(start: (sandbox: FakeSandbox) => void): RuntimeScript {
  return { ...ECHO, start };
}

const SILENT: RuntimeScript = { ...ECHO, invoke: () => {} };
const STUCK_IN_INIT = onStart(() => {});
const FAILING_INIT = onStart((sandbox) => {
  sandbox.print('Traceback\n');
  sandbox.fail(0, 'Runtime.ImportModuleError', '{"errorType":"Runtime.ImportModuleError"}');
});

const START = 'START RequestId: r1 Version: $LATEST';
const END = 'END RequestId: r1';

suite('Environment: an init phase that fails', () => {
  test('is reported, repeated in the first invocation, and its second error is the answer', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = onStart((sandbox) => {
      clock.advance(50);
      FAILING_INIT.start(sandbox);
    });
    const environment = await launch();
    const { answer, settled } = call(environment);
    assert.equal(await outcomeOf(answer), 'function-error: {"errorType":"Runtime.ImportModuleError"}');
    await settled;
    const failed = 'Status: error\tError Type: Runtime.ImportModuleError';
    assert.deepEqual(logs.take(), [
      initStartLine(),
      ...textLines(
        'Traceback',
        `INIT_REPORT Init Duration: 50.00 ms\tPhase: init\t${failed}`,
        START,
        'Traceback',
        `INIT_REPORT Init Duration: 50.00 ms\tPhase: invoke\t${failed}`,
        END,
        reportOfR1('Duration: 50.00 ms\tBilled Duration: 50 ms', failed),
      ),
    ]);
    assert.deepEqual(
      driver.sandboxes.map(({ id }) => id),
      [`${environment.id}-1`, `${environment.id}-2`],
    );
  });

  test('may succeed the second time; its time then is part of the duration', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = FAILING_INIT;
    const environment = await launch();
    driver.script = {
      start(sandbox) {
        clock.advance(40);
        sandbox.ready(0);
      },
      invoke(sandbox, { attempt, event, meta }) {
        assert.equal(meta.deadlineMs, clock.wallMs() + 2960);
        clock.advance(2);
        sandbox.respond(attempt, event);
      },
    };
    const { answer, settled } = call(environment);
    assert.equal(await outcomeOf(answer), 'success: {"a":1}');
    await settled;
    assert.deepEqual(logs.take().slice(3), textLines(START, END, reportOfR1('Duration: 42.00 ms\tBilled Duration: 42 ms')));
  });

  test('an exit names its reason, and crashes the invocation that repeats it', async () => {
    const { driver, logs, launch } = environmentHarness();
    driver.script = onStart((sandbox) => sandbox.end({ code: 127 }));
    const environment = await launch();
    const { answer, settled } = call(environment);
    assert.equal(
      await outcomeOf(answer),
      'function-error: {"errorType":"Runtime.ExitError","errorMessage":"RequestId: r1 Error: Runtime exited with error: exit status 127"}',
    );
    await settled;
    const failed = 'Status: error\tError Type: Runtime.ExitError';
    assert.deepEqual(
      logs.take().slice(1),
      textLines(
        'Runtime exited with error: exit status 127',
        `INIT_REPORT Init Duration: 0.00 ms\tPhase: init\t${failed}`,
        START,
        'RequestId: r1 Error: Runtime exited with error: exit status 127',
        'Runtime.ExitError',
        `INIT_REPORT Init Duration: 0.00 ms\tPhase: invoke\t${failed}`,
        END,
        reportOfR1('Duration: 0.00 ms\tBilled Duration: 1 ms', failed),
      ),
    );
  });

  test('a kill for lack of memory is called so in the init phase, too', async () => {
    const { driver, logs, launch } = environmentHarness();
    driver.script = onStart((sandbox) => sandbox.end({ signal: 'SIGKILL', outOfMemory: true }));
    const { answer, settled } = call(await launch());
    assert.match(await outcomeOf(answer), /"Runtime\.OutOfMemory".*Runtime exited with error: signal: killed"/);
    await settled;
    const reports = logs.take().filter((line) => line.startsWith('INIT_REPORT'));
    assert.equal(reports.length, 2);
    for (const line of reports) assert.match(line, /Status: error\tError Type: Runtime\.OutOfMemory/);
  });

  test('ends after ten seconds; the repetition ends at the timeout of the function', async () => {
    const { clock, driver, logs, launch } = environmentHarness();
    driver.script = STUCK_IN_INIT;
    const launched = launch({ timeoutSeconds: 3 });
    await turn();
    clock.advance(9999);
    await turn();
    assert.equal(driver.last.calls.includes('halt'), false);
    clock.advance(1);
    const environment = await launched;
    assert.ok(driver.last.calls.includes('halt'));
    const { answer, settled } = call(environment);
    await turn();
    clock.advance(3000);
    assert.match(await outcomeOf(answer), /Sandbox\.Timedout.*Task timed out after 3\.00 seconds/);
    await settled;
    assert.deepEqual(
      logs.take().slice(1),
      textLines(
        'INIT_REPORT Init Duration: 10000.00 ms\tPhase: init\tStatus: timeout',
        START,
        'INIT_REPORT Init Duration: 3000.00 ms\tPhase: invoke\tStatus: timeout',
        '2026-11-20T10:00:13.000Z r1 Task timed out after 3.00 seconds',
        END,
        reportOfR1('Duration: 3000.00 ms\tBilled Duration: 3000 ms', 'Status: timeout'),
      ),
    );
  });

  test('a sandbox that cannot be made: no environment; in a repetition the invocation is answered as a crash', async () => {
    const { driver, errors, launch } = environmentHarness();
    driver.beforeCreate = () => {
      throw new Error('no space');
    };
    await assert.rejects(launch(), /no space/);
    driver.beforeCreate = () => {};
    driver.script = FAILING_INIT;
    const environment = await launch();
    driver.beforeCreate = () => {
      throw new Error('no space');
    };
    const { answer, settled } = call(environment);
    assert.match(await outcomeOf(answer), /"Runtime\.ExitError".*signal: killed/);
    await settled;
    assert.deepEqual(errors, ['a sandbox failed']);
  });

  test('a custom runtime without bootstrap: Runtime.InvalidEntrypoint, without any sandbox', async () => {
    const { driver, logs, launcher } = environmentHarness();
    const version = testVersion();
    const environment = await launcher.launch(version, {
      ...(await launcher.prepare(version)),
      entrypointFailure: "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
    });
    const { answer, settled } = call(environment);
    assert.equal(
      await outcomeOf(answer),
      'function-error: {"errorType":"Runtime.InvalidEntrypoint","errorMessage":"RequestId: r1 Error: ' +
        'Couldn\'t find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"}',
    );
    await settled;
    assert.match(logs.take().at(-1) ?? '', /Status: error\tError Type: Runtime\.InvalidEntrypoint\n$/);
    assert.equal(driver.sandboxes.length, 0);
  });
});

suite('Environment.retire', () => {
  test('kills what is idle and hands over the log', async () => {
    const { driver, logs, launch } = environmentHarness();
    const environment = await launch();
    await environment.retire();
    assert.ok(driver.last.calls.includes('halt'));
    assert.equal(environment.reusable, false);
    assert.deepEqual(logs.take(), [initStartLine()]);
  });

  test('answers what runs as a crash, once', async () => {
    const { driver, launch } = environmentHarness();
    driver.script = SILENT;
    const environment = await launch();
    const { answer, settlements } = call(environment);
    await environment.retire();
    assert.match(await outcomeOf(answer), /Runtime\.ExitError.*signal: killed/);
    assert.equal(settlements(), 1);
  });

  test('ends a repeated init phase, wherever it is', async () => {
    for (const point of ['while the sandbox is made', 'while the runtime starts']) {
      const { driver, launch } = environmentHarness();
      driver.script = FAILING_INIT;
      const environment = await launch();
      driver.script = STUCK_IN_INIT;
      const made = Promise.withResolvers<void>();
      driver.beforeCreate = () => made.promise;
      const { answer, settlements } = call(environment);
      if (point === 'while the runtime starts') made.resolve();
      await turn();
      const retired = environment.retire();
      made.resolve();
      await retired;
      assert.equal(driver.sandboxes.length, 2, point);
      assert.deepEqual(
        driver.sandboxes.filter(({ calls }) => !calls.includes('halt')),
        [],
        point,
      );
      assert.match(await outcomeOf(answer), /Runtime\.ExitError.*signal: killed/, point);
      assert.equal(settlements(), 1, point);
    }
  });
});
