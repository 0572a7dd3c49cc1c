import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { InvokeCommand, InvokeWithResponseStreamCommand } from '@aws-sdk/client-lambda';
import type { InvokeWithResponseStreamCommandInput, InvokeWithResponseStreamCompleteEvent } from '@aws-sdk/client-lambda';
import { Account, eventually } from '../support/account.ts';
import type { DeployedFunction } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';

/** Responses that are read while the function still writes them, by users' own clients and from runtimes of every kind. */

const MIB = 1024 * 1024;

/** What a caller of InvokeWithResponseStream saw. */
interface Streamed {
  readonly chunks: readonly { readonly text: string; readonly atMs: number }[];
  readonly complete: InvokeWithResponseStreamCompleteEvent | undefined;
}

const NODE = { runtime: 'nodejs24.x', handler: 'index.handler' } as const;

const node = (body: string): DeployedFunction => ({
  ...NODE,
  files: {
    'index.mjs': `import { setTimeout as pause } from 'node:timers/promises';
import { once } from 'node:events';
export const handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} });`,
  },
});

/** Sends raw chunks and trailers over bash's own sockets, for no tool of the shell can send trailers. */
const BASH = `#!/bin/bash
api=$AWS_LAMBDA_RUNTIME_API
while true; do
  event=$(curl -sS -D /tmp/headers "http://$api/2018-06-01/runtime/invocation/next")
  id=$(grep -Fi Lambda-Runtime-Aws-Request-Id /tmp/headers | tr -d '[:space:]' | cut -d: -f2)
  if [[ $event == *curl* ]]; then
    (echo -n one; sleep 0.4; echo -n two) | curl -sS -X POST -T - -H 'Lambda-Runtime-Function-Response-Mode: streaming' -H 'Content-Type: text/plain' "http://$api/2018-06-01/runtime/invocation/$id/response" >&2
    continue
  fi
  exec 5<>"/dev/tcp/\${api%:*}/\${api#*:}"
  printf 'POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\nHost: %s\\r\\nLambda-Runtime-Function-Response-Mode: streaming\\r\\nTrailer: Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body\\r\\nTransfer-Encoding: chunked\\r\\nConnection: close\\r\\n\\r\\n' "$id" "$api" >&5
  printf '4\\r\\nhalf\\r\\n' >&5
  sleep 0.2
  printf '0\\r\\nLambda-Runtime-Function-Error-Type: Demo.Broken\\r\\nLambda-Runtime-Function-Error-Body: %s\\r\\n\\r\\n' "$(echo -n '{"errorType":"Demo.Broken","errorMessage":"halfway"}' | base64 -w0)" >&5
  cat <&5 >&2
  exec 5>&-
done
`;

describe('response streaming', { concurrency: false }, () => {
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

  /** Invokes and reads the response as it comes. */
  async function stream(
    name: string,
    more: Partial<InvokeWithResponseStreamCommandInput> = {},
  ): Promise<Streamed & { readonly log: string }> {
    const startedMs = performance.now();
    const answer = await account.lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: name, ...more }));
    assert.deepEqual([answer.StatusCode, answer.ExecutedVersion], [200, '$LATEST']);
    const chunks: { text: string; atMs: number }[] = [];
    let complete: InvokeWithResponseStreamCompleteEvent | undefined;
    for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? assert.fail('no stream')) {
      if (PayloadChunk !== undefined)
        chunks.push({ text: Buffer.from(PayloadChunk.Payload ?? []).toString('utf8'), atMs: performance.now() - startedMs });
      complete = InvokeComplete ?? complete;
    }
    return { chunks, complete, log: Buffer.from(complete?.LogResult ?? '', 'base64').toString('utf8') };
  }

  function textOf({ chunks }: Streamed): string {
    return chunks.map(({ text }) => text).join('');
  }

  test('each part comes when it is written, and the REPORT tells the time of all', async () => {
    await account.deploy(
      'parts',
      node(`for (const part of ['one', 'two', 'three']) { stream.write(part); await pause(300); } stream.end();`),
    );
    await stream('parts');
    const warm = await stream('parts', { LogType: 'Tail' });
    assert.deepEqual(
      warm.chunks.map(({ text }) => text),
      ['one', 'two', 'three'],
    );
    const [first, second, third] = warm.chunks.map(({ atMs }) => atMs) as [number, number, number];
    assert.ok(second - first > 200 && third - second > 200, `parts at ${first}, ${second}, ${third} ms`);
    const duration = Number(/\tDuration: ([\d.]+) ms\t/.exec(warm.log)?.[1]);
    assert.ok(duration >= 890 && duration < 3000, warm.log);
    assert.deepEqual(warm.complete, { LogResult: warm.complete?.LogResult });
  });

  test('boto3 reads the same', { skip: missing(CLIENTS.boto3Python) }, async () => {
    const script = join(import.meta.dirname, 'response_streaming_boto3.py');
    const { code, stdout, stderr } = await runTool(CLIENTS.boto3Python, [script, 'parts'], {
      environment: userEnvironment(daemon.endpoint),
    });
    assert.equal(code, 0, stderr);
    const seen = JSON.parse(stdout) as {
      readonly chunks: readonly (readonly [number, string])[];
      readonly complete: { readonly LogResult: string };
      readonly contentType: string;
      readonly version: string;
    };
    assert.deepEqual(
      seen.chunks.map(([, text]) => text),
      ['one', 'two', 'three'],
    );
    assert.ok((seen.chunks[2]?.[0] ?? 0) - (seen.chunks[0]?.[0] ?? 0) > 400, stdout);
    assert.match(Buffer.from(seen.complete.LogResult, 'base64').toString('utf8'), /^START [^]*\nREPORT /);
    assert.deepEqual([seen.contentType, seen.version], ['application/vnd.amazon.eventstream', '$LATEST']);
  });

  test('status and headers for a URL arrive unchanged, as JSON and eight NUL bytes', async () => {
    await account.deploy(
      'prelude',
      node(
        `const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { 'x-a': 'b' } }); http.write('body'); http.end();`,
      ),
    );
    assert.equal(textOf(await stream('prelude')), `{"statusCode":201,"headers":{"x-a":"b"}}${'\0'.repeat(8)}body`);
  });

  test('Invoke of a streaming function gets it whole, or the error alone', async () => {
    const whole = await account.lambda.send(new InvokeCommand({ FunctionName: 'parts' }));
    assert.deepEqual([whole.FunctionError, Buffer.from(whole.Payload ?? []).toString('utf8')], [undefined, 'onetwothree']);
    await account.deploy('broken', node(`stream.write('half'); await pause(50); throw new RangeError('torn');`));
    const { functionError, body } = await account.invoke('broken');
    assert.equal(functionError, 'Unhandled');
    assert.deepEqual({ ...(body as object), trace: [] }, { errorType: 'RangeError', errorMessage: 'torn', trace: [] });
  });

  test('an error after the first byte, and before it, is told at the end', async () => {
    const late = await stream('broken');
    assert.equal(textOf(late), 'half');
    assert.equal(late.complete?.ErrorCode, 'Unhandled');
    assert.match(late.complete?.ErrorDetails ?? '', /^\{"errorType":"RangeError","errorMessage":"torn","trace":\[/);
    await account.deploy('early', node(`throw new Error('too early');`));
    const early = await stream('early');
    assert.deepEqual([early.chunks.length, early.complete?.ErrorCode], [0, 'Unhandled']);
    assert.match(early.complete?.ErrorDetails ?? '', /"errorMessage":"too early"/);
  });

  test('a timeout and a crash end a response that is under way; the next invocation finds a new runtime', async () => {
    await account.deploy('ends', {
      ...node(
        `stream.write('half'); await pause(100); if (event.crash) process.exit(7); if (event.wait) await pause(60_000); stream.end('!');`,
      ),
      timeout: 1,
    });
    const timeout = await stream('ends', { Payload: Buffer.from('{"wait":true}'), LogType: 'Tail' });
    assert.equal(textOf(timeout), 'half');
    assert.match(timeout.complete?.ErrorDetails ?? '', /"errorType":"Sandbox\.Timedout".*Task timed out after 1\.00 seconds/);
    assert.match(timeout.log, /\tDuration: 1000\.00 ms\t[^\n]*Status: timeout/);
    const crash = await stream('ends', { Payload: Buffer.from('{"crash":true}'), LogType: 'Tail' });
    assert.equal(textOf(crash), 'half');
    assert.match(crash.complete?.ErrorDetails ?? '', /"errorType":"Runtime\.ExitError".*exit status 7/);
    assert.match(crash.log, /Error Type: Runtime\.ExitError/);
    assert.equal(textOf(await stream('ends')), 'half!');
  });

  test('a handler that does not end its response runs into its timeout', async () => {
    await account.deploy('endless', { ...node(`stream.write('x');`), timeout: 1 });
    const { complete, chunks } = await stream('endless');
    assert.deepEqual(
      chunks.map(({ text }) => text),
      ['x'],
    );
    assert.match(complete?.ErrorDetails ?? '', /Sandbox\.Timedout/);
  });

  test('behind a wrapper script, where the runtime speaks HTTP, all is the same', async () => {
    const { files, ...rest } = node(
      `stream.setContentType('text/plain'); stream.write('one'); await pause(400); if (event.crash) process.exit(7); if (event.fail) throw new Error('torn'); stream.end('two');`,
    );
    await account.deploy('wrapped', {
      ...rest,
      files: [
        { name: 'wrapper', mode: 0o100755, content: '#!/bin/bash\nexec "$@"\n' },
        { name: 'index.mjs', content: (files as Readonly<Record<string, string>>)['index.mjs'] ?? '' },
      ],
      more: { Environment: { Variables: { AWS_LAMBDA_EXEC_WRAPPER: '/var/task/wrapper' } } },
    });
    const { chunks, complete } = await stream('wrapped');
    assert.deepEqual(
      chunks.map(({ text }) => text),
      ['one', 'two'],
    );
    assert.ok((chunks[1]?.atMs ?? 0) - (chunks[0]?.atMs ?? 0) > 250, JSON.stringify(chunks));
    assert.deepEqual(complete, {});
    const failed = await stream('wrapped', { Payload: Buffer.from('{"fail":true}') });
    assert.equal(textOf(failed), 'one');
    assert.match(failed.complete?.ErrorDetails ?? '', /^\{"errorType":"Error","errorMessage":"torn","trace":\[/);
    const crash = await stream('wrapped', { Payload: Buffer.from('{"crash":true}') });
    assert.equal(textOf(crash), 'one');
    assert.match(crash.complete?.ErrorDetails ?? '', /"errorType":"Runtime\.ExitError".*exit status 7/);
    assert.equal(textOf(await stream('wrapped')), 'onetwo');
  });

  test('a Python function, which cannot stream, answers in chunks', async () => {
    await account.deploy('python', {
      runtime: 'python3.12',
      handler: 'index.handler',
      files: {
        'index.py': 'def handler(event, context):\n    if event.get("fail"):\n        raise ValueError("no")\n    return "x" * 100_000\n',
      },
    });
    const whole = await stream('python', { LogType: 'Tail' });
    assert.equal(textOf(whole), `"${'x'.repeat(100_000)}"`);
    assert.match(whole.log, /\nREPORT /);
    const failed = await stream('python', { Payload: Buffer.from('{"fail":true}') });
    assert.deepEqual([failed.chunks.length, failed.complete?.ErrorCode], [0, 'Unhandled']);
    assert.match(failed.complete?.ErrorDetails ?? '', /"errorType": ?"ValueError"/);
  });

  test(
    'a custom runtime streams with chunks, and names its error in trailers',
    { skip: missing('/bin/bash', '/usr/bin/curl') },
    async () => {
      await account.deploy('bash', {
        runtime: 'provided.al2023',
        handler: 'function.handler',
        files: [{ name: 'bootstrap', mode: 0o100755, content: BASH }],
      });
      await stream('bash', { Payload: Buffer.from('"curl"') });
      const { chunks, complete } = await stream('bash', { Payload: Buffer.from('"curl"') });
      assert.deepEqual(
        chunks.map(({ text }) => text),
        ['one', 'two'],
      );
      assert.ok((chunks[1]?.atMs ?? 0) - (chunks[0]?.atMs ?? 0) > 250, JSON.stringify(chunks));
      assert.deepEqual(complete, {});
      const failed = await stream('bash', { Payload: Buffer.from('"trailers"') });
      assert.equal(textOf(failed), 'half');
      assert.deepEqual(failed.complete, { ErrorCode: 'Unhandled', ErrorDetails: '{"errorType":"Demo.Broken","errorMessage":"halfway"}' });
    },
  );

  const LARGE = node(`const mebibyte = Buffer.alloc(${MIB}, 'x');
    for (let count = 0; count < event.mebibytes; count++) {
      if (!stream.write(mebibyte)) await once(stream, 'drain');
      if (count % 10 === 9) console.log('written', count + 1);
    }
    stream.end(); await once(stream, 'finish'); console.log('finished');`);

  test('200 MB pass through a daemon whose memory does not grow with them, and not a byte more', async () => {
    await account.deploy('large', { ...LARGE, timeout: 120 });
    await count('large', 1);
    const beforeMiB = peakMemoryMiB(daemon.pid);
    assert.deepEqual(await count('large', 200), { bytes: 200 * MIB, complete: {} });
    const { bytes, complete } = await count('large', 201);
    assert.equal(bytes, 200 * MIB);
    assert.match(complete?.ErrorDetails ?? '', /"errorType":"Function\.ResponseSizeTooLarge".*\(209715200 bytes\)/);
    const peakMiB = peakMemoryMiB(daemon.pid);
    // What the garbage collector lets lie, however much passes through.
    assert.ok(peakMiB - beforeMiB < 120, `from ${beforeMiB} to ${peakMiB} MiB`);
  });

  /** Only counts: what is kept would be this process's memory, and time. */
  async function count(
    name: string,
    mebibytes: number,
  ): Promise<{ bytes: number; complete: InvokeWithResponseStreamCompleteEvent | undefined }> {
    const answer = await account.lambda.send(
      new InvokeWithResponseStreamCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify({ mebibytes })) }),
    );
    let bytes = 0;
    let complete: InvokeWithResponseStreamCompleteEvent | undefined;
    for await (const { PayloadChunk, InvokeComplete } of answer.EventStream ?? assert.fail('no stream')) {
      bytes += PayloadChunk?.Payload?.byteLength ?? 0;
      complete = InvokeComplete ?? complete;
    }
    return { bytes, complete };
  }

  test('a client that does not read holds the function back; one that leaves does not end it', async () => {
    await account.deploy('slow', { ...LARGE, timeout: 60 });
    const leaving = new AbortController();
    const answer = await account.lambda.send(
      new InvokeWithResponseStreamCommand({ FunctionName: 'slow', Payload: Buffer.from('{"mebibytes":100}') }),
      { abortSignal: leaving.signal },
    );
    const events = answer.EventStream?.[Symbol.asyncIterator]();
    await events?.next();
    await pause(1500);
    const written = async (): Promise<readonly string[]> =>
      (await account.messages('slow', 0)).filter((line) => /written|finished/.test(line));
    // Sockets on the way hold some megabytes.
    const held = await written();
    assert.ok(held.length <= 3, held.join(''));
    leaving.abort();
    await eventually('the end of the function', async () =>
      (await written()).some((line) => line.includes('finished')) ? true : undefined,
    );
    assert.match((await account.messages('slow', 1)).join(''), /\nREPORT (?![^\n]*Status: )/);
  });
});

function peakMemoryMiB(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
