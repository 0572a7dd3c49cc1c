import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { LambdaClient, ResourceConflictException, type InvokeCommandInput, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import type { InvokeArguments } from './command-line.ts';
import { invoke } from './invoke.ts';

/** Runs the command against a client that gives these answers in turn, throwing those that are errors. */
async function run(request: Partial<InvokeArguments>, ...answers: readonly (object | Error)[]) {
  const inputs: InvokeCommandInput[] = [];
  const client = new LambdaClient({ region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
  client.middlewareStack.add(
    () => async (args) => {
      const answer = answers[inputs.length];
      inputs.push(args.input as InvokeCommandInput);
      if (answer instanceof Error) throw answer;
      return { response: {}, output: { $metadata: {}, ...answer } };
    },
    { step: 'initialize', priority: 'high' },
  );
  const written = { out: '', err: '' };
  const status = await invoke(
    { functionName: 'hello', payload: '{}', qualifier: undefined, showLog: false, ...request },
    {
      client,
      endpoint: 'http://127.0.0.1:4566',
      terminal: {
        out: (text) => void (written.out += text),
        err: (text) => void (written.err += text),
      },
    },
  );
  return { status, written, input: inputs[0], inputs };
}

suite('invoke', () => {
  test('prints the answer, and sends neither qualifier nor log type unless asked', async () => {
    const { status, written, input } = await run({ payload: '{"a":1}' }, { Payload: bytes('"hi"') });
    assert.equal(status, 0);
    assert.deepEqual(written, { out: '"hi"\n', err: '' });
    assert.deepEqual(input, { FunctionName: 'hello', Payload: Buffer.from('{"a":1}') });
  });

  test('--log prints the tail to standard error; a function error makes the status 1', async () => {
    const answer = { Payload: bytes('{"errorMessage":"no"}'), FunctionError: 'Unhandled', LogResult: btoa('END RequestId: 1\n') };
    const { status, written, input } = await run({ showLog: true, qualifier: '3' }, answer);
    assert.equal(status, 1);
    assert.deepEqual(written, {
      out: '{"errorMessage":"no"}\n',
      err: 'END RequestId: 1\nhearth: the function failed (Unhandled)\n',
    });
    assert.equal(input?.LogType, 'Tail');
    assert.equal(input.Qualifier, '3');
  });

  test('@file sends the bytes of the file', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'hearth-invoke-'));
    t.after(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, 'event.json'), '{"from":"file"}');
    const { input } = await run({ payload: `@${join(folder, 'event.json')}` }, {});
    assert.deepEqual(input?.Payload, Buffer.from('{"from":"file"}'));
  });

  test('a function that is still Pending is waited for', async () => {
    const pending = new ResourceConflictException({
      message: 'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      $metadata: {},
    });
    const { status, written, inputs } = await run({}, pending, { Configuration: { State: 'Active' } }, { Payload: bytes('1') });
    assert.equal(status, 0);
    assert.deepEqual(written, { out: '1\n', err: '' });
    assert.deepEqual(inputs[1], { FunctionName: 'hello' });
    assert.deepEqual(inputs[2], inputs[0]);
  });

  test('errors are one line: the service, nobody listening, a file that is not there', async () => {
    const missing = Object.assign(new Error('Function not found: x'), { name: 'ResourceNotFoundException', $fault: 'client' });
    assert.equal((await run({}, missing)).written.err, 'hearth: ResourceNotFoundException: Function not found: x\n');
    const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
    assert.match((await run({}, refused)).written.err, /^hearth: nothing listens at http:\/\/127\.0\.0\.1:4566: start the daemon/);
    const { status, written } = await run({ payload: '@/nonexistent' }, {});
    assert.equal(status, 1);
    assert.match(written.err, /^hearth: ENOENT/);
  });
});

function bytes(text: string): NonNullable<InvokeCommandOutput['Payload']> {
  return Buffer.from(text) as Uint8Array as NonNullable<InvokeCommandOutput['Payload']>;
}
