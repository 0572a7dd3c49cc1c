import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { StreamedAnswer } from '#functions/invocation.ts';
import { call, environmentHarness, outcomeOf, testInvocation, turn } from '../../test/support/environments.ts';
import type { EnvironmentHarness } from '../../test/support/environments.ts';
import { ECHO } from '../../test/support/fake-sandbox.ts';
import type { Environment } from './environment.ts';
import { MAX_RESPONSE_BYTES } from './limits.ts';
import { FRAME } from './runtime-api/frames.ts';

interface StreamHarness extends EnvironmentHarness {
  readonly environment: Environment;
  readonly begin: () => void;
  readonly chunk: (content: string | Buffer) => void;
  /** `error`: payload of an ERROR frame. */
  readonly end: (error?: Buffer) => void;
}

/** An environment whose runtime does nothing by itself. */
async function harness(): Promise<StreamHarness> {
  const environments = environmentHarness();
  const { driver } = environments;
  driver.script = { ...ECHO, invoke: () => {} };
  const environment = await environments.launch({ timeoutSeconds: 3 });
  environments.logs.take();
  return {
    ...environments,
    environment,
    begin: () => driver.last.say(FRAME.STREAM_BEGIN, 1, Buffer.from('text/plain')),
    chunk: (content) => driver.last.say(FRAME.STREAM_CHUNK, 1, Buffer.from(content)),
    end: (error) => driver.last.say(FRAME.STREAM_END, 1, error),
  };
}

const BROKEN = Buffer.from('\u0006\u0000Broken{"errorType":"Broken"}', 'latin1');

async function textOf({ body }: StreamedAnswer): Promise<string> {
  return Buffer.concat(await Array.fromAsync(body)).toString('utf8');
}

async function errorOf({ completion }: StreamedAnswer): Promise<unknown> {
  const { error } = await completion;
  return error === undefined ? undefined : JSON.parse(Buffer.from(error).toString('utf8'));
}

suite('Environment: a streaming runtime, a caller that waits for the whole', () => {
  test('gets all chunks in one answer', async () => {
    const { environment, begin, chunk, end } = await harness();
    const { answer } = call(environment);
    begin();
    for (const text of ['{"a"', ':', '1}']) chunk(text);
    end();
    assert.equal(await outcomeOf(answer), 'success: {"a":1}');
  });

  test('gets the error when it failed halfway, and nothing of the half', async () => {
    const { environment, begin, chunk, end } = await harness();
    const { answer } = call(environment);
    begin();
    chunk('half');
    end(BROKEN);
    assert.equal(await outcomeOf(answer), 'function-error: {"errorType":"Broken"}');
  });

  test('gets an error when the whole is larger than a response may be', async () => {
    const { environment, driver, begin, chunk, end } = await harness();
    const { answer, settled } = call(environment);
    begin();
    for (let sent = 0; sent <= MAX_RESPONSE_BYTES; sent += 65_536) chunk(Buffer.alloc(65_536));
    end();
    driver.last.ready(1);
    assert.match(await outcomeOf(answer), /^function-error: \{"errorType":"Function\.ResponseSizeTooLarge".*\(6291556 bytes\)\."\}$/);
    await settled;
    assert.equal(environment.reusable, true);
  });
});

suite('Environment: a caller that wants the response as it comes', () => {
  test('has the first chunk before the runtime has written the second', async () => {
    const { clock, environment, driver, logs, begin, chunk, end } = await harness();
    let settled = false;
    const answering = environment.invokeStreaming(testInvocation(), () => (settled = true));
    await turn();
    begin();
    chunk('one');
    const answer = await answering;
    assert.equal(answer.contentType, 'text/plain');
    const reader = answer.body[Symbol.asyncIterator]();
    assert.equal(String((await reader.next()).value), 'one');
    clock.advance(700);
    chunk('two');
    assert.equal(String((await reader.next()).value), 'two');
    end();
    assert.equal((await reader.next()).done, true);
    assert.deepEqual(await answer.completion, {});
    // The handler goes on: that counts.
    assert.equal(settled, false);
    clock.advance(300);
    driver.last.ready(1);
    await turn();
    assert.equal(settled, true);
    assert.match(logs.take().at(-1) ?? '', /\tDuration: 1000\.00 ms\tBilled Duration: 1000 ms\t/);
  });

  test('gets what a runtime that does not stream answers', async () => {
    const { environment, driver } = await harness();
    const answering = environment.invokeStreaming(testInvocation(), () => {});
    driver.last.respond(1, '{"whole":true}');
    const answer = await answering;
    assert.deepEqual([answer.contentType, await textOf(answer)], [undefined, '{"whole":true}']);
    assert.equal(await errorOf(answer), undefined);
  });

  test('with a tail learns of the end after the REPORT line', async () => {
    const { environment, driver, begin, chunk, end } = await harness();
    const answering = environment.invokeStreaming(testInvocation({ tailLog: true }), () => {});
    begin();
    chunk('one');
    end();
    const answer = await answering;
    let complete = false;
    void answer.completion.then(() => (complete = true));
    await turn();
    assert.equal(complete, false);
    driver.last.ready(1);
    const { logTail = '' } = await answer.completion;
    assert.match(Buffer.from(logTail, 'base64').toString('utf8'), /^START [^]*\nREPORT [^\n]*\n$/);
    assert.equal(await textOf(answer), 'one');
  });

  const failures: readonly {
    readonly name: string;
    readonly happens: (it: StreamHarness) => void;
    readonly error: unknown;
    readonly report: RegExp;
  }[] = [
    {
      name: 'an error of the handler',
      happens: ({ end, driver }) => {
        end(BROKEN);
        driver.last.ready(1);
      },
      error: { errorType: 'Broken' },
      report: /\tInit Duration: 0\.00 ms\t\n$/,
    },
    {
      name: 'a timeout',
      happens: ({ clock }) => clock.advance(3000),
      error: { errorType: 'Sandbox.Timedout', errorMessage: 'RequestId: r1 Error: Task timed out after 3.00 seconds' },
      report: /\tDuration: 3000\.00 ms\t.*\tStatus: timeout\n$/,
    },
    {
      name: 'a crash',
      happens: ({ driver }) => driver.last.end({ code: 3 }),
      error: { errorType: 'Runtime.ExitError', errorMessage: 'RequestId: r1 Error: Runtime exited with error: exit status 3' },
      report: /\tStatus: error\tError Type: Runtime\.ExitError\n$/,
    },
  ];
  for (const { name, happens, error, report } of failures) {
    test(`${name} after some chunks: they are kept, the end tells`, async () => {
      const it = await harness();
      const { promise: settled, resolve } = Promise.withResolvers<void>();
      const answering = it.environment.invokeStreaming(testInvocation(), resolve);
      await turn();
      it.begin();
      it.chunk('half');
      await turn();
      happens(it);
      const answer = await answering;
      assert.equal(await textOf(answer), 'half');
      assert.deepEqual(await errorOf(answer), error);
      await settled;
      assert.match(it.logs.take().at(-1) ?? '', report);
    });

    test(`${name} before the first chunk: an empty response, the end tells`, async () => {
      const it = await harness();
      const answering = it.environment.invokeStreaming(testInvocation(), () => {});
      await turn();
      if (name.startsWith('an error')) it.begin();
      happens(it);
      const answer = await answering;
      assert.equal(await textOf(answer), '');
      assert.deepEqual(await errorOf(answer), error);
    });
  }

  test('is told when the response grows beyond 200 MB; the function goes on to its end', async () => {
    const { environment, driver, begin, chunk, end } = await harness();
    let settled = false;
    const answering = environment.invokeStreaming(testInvocation(), () => (settled = true));
    begin();
    const answer = await answering;
    const reading = (async () => {
      let bytes = 0;
      for await (const piece of answer.body) bytes += piece.byteLength;
      return bytes;
    })();
    const chunkBytes = Buffer.alloc(65_536);
    for (let count = 0; count < 3200; count++) {
      chunk(chunkBytes);
      await turn();
    }
    assert.equal(settled, false);
    chunk('1');
    assert.equal(await reading, 209_715_200);
    assert.deepEqual(await errorOf(answer), {
      errorType: 'Function.ResponseSizeTooLarge',
      errorMessage: 'Response payload size exceeded maximum allowed payload size (209715200 bytes).',
    });
    chunk('more');
    end();
    driver.last.ready(1);
    await turn();
    assert.equal(settled, true);
  });

  test('that does not read holds the runtime back; when it leaves, the function runs to its end', async () => {
    const { environment, driver, begin, chunk, end } = await harness();
    let settled = false;
    const answering = environment.invokeStreaming(testInvocation(), () => (settled = true));
    begin();
    const { body, completion } = await answering;
    for (let count = 0; count < 8; count++) chunk(Buffer.alloc(65_536));
    end();
    driver.last.ready(1);
    await turn();
    await turn();
    assert.equal(settled, false);
    assert.ok(driver.last.channel.readableLength > 4 * 65_536, 'the rest was not read from the runtime');
    body.discard();
    assert.deepEqual(await completion, {});
    await turn();
    assert.equal(settled, true);
  });

  test('gets the error of an init phase that fails again', async () => {
    const { environment, driver } = await harness();
    driver.last.end({ code: 0 });
    await turn();
    driver.script = { ...ECHO, start: (sandbox) => sandbox.fail(0, 'ImportError', '{"errorType":"ImportError"}') };
    const answer = await environment.invokeStreaming(testInvocation(), () => {});
    assert.equal(await textOf(answer), '');
    assert.deepEqual(await errorOf(answer), { errorType: 'ImportError' });
  });
});
