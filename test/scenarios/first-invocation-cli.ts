import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../support/run-tool.ts';
import type { ToolResult } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});
const BEDROCK = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'], Resource: '*' }],
});
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
const ROLE = 'strands-lambda-role';

const HANDLER = `
import os
def handler(event, context):
    print("prompt:", event["prompt"])
    return {"answer": event["prompt"].upper(), "stage": os.environ.get("STAGE", ""), "left": context.get_remaining_time_in_millis() > 0}
`;

const FAILING: Readonly<
  Record<string, { readonly source: string; readonly check: (error: Record<string, unknown>) => void; readonly timeout?: string }>
> = {
  raises: {
    source: 'def handler(event, context):\n    raise ValueError("no such prompt")\n',
    check(error) {
      assert.equal(error['errorType'], 'ValueError');
      assert.equal(error['errorMessage'], 'no such prompt');
      assert.match(
        String((error['stackTrace'] as string[]).at(-1)),
        /handler\.py", line 2, in handler\n {4}raise ValueError\("no such prompt"\)/,
      );
    },
  },
  times_out: {
    source: 'import time\ndef handler(event, context):\n    time.sleep(30)\n',
    timeout: '1',
    check(error) {
      assert.equal(error['errorType'], 'Sandbox.Timedout');
      assert.match(String(error['errorMessage']), /^RequestId: [0-9a-f-]{36} Error: Task timed out after 1\.00 seconds$/);
    },
  },
  no_import: {
    source: 'import nowhere\ndef handler(event, context):\n    return 1\n',
    check(error) {
      assert.equal(error['errorType'], 'Runtime.ImportModuleError');
      assert.equal(error['errorMessage'], "Unable to import module 'handler': No module named 'nowhere'");
    },
  },
  no_json: {
    source: 'def handler(event, context):\n    return {1, 2}\n',
    check(error) {
      assert.equal(error['errorType'], 'Runtime.MarshalError');
      assert.equal(error['errorMessage'], 'Unable to marshal response: Object of type set is not JSON serializable');
    },
  },
};

/** How one aws CLI is called. */
export interface AwsCli {
  readonly program: string;
  /** What every call needs besides the environment, such as `--endpoint-url` where AWS_ENDPOINT_URL is not read. */
  readonly options: readonly string[];
  /** Version 2 has `logs tail` and `--cli-binary-format`. */
  readonly version: 1 | 2;
  readonly environment: Readonly<Record<string, string>>;
}

/** The user's first hour, command by command. `restart` ends the daemon and starts it again on the same data. */
export async function firstInvocation(cli: AwsCli, restart: () => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-cli-'));
  const aws = async (...args: readonly string[]): Promise<ToolResult> =>
    runTool(cli.program, [...cli.options, ...args], { cwd: folder, environment: cli.environment });
  const ok = async (...args: readonly string[]): Promise<string> => {
    const result = await aws(...args);
    assert.equal(result.code, 0, `aws ${args.join(' ')}\n${result.stdout}${result.stderr}`);
    return result.stdout;
  };
  const json = async (...args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse(await ok(...args)) as Record<string, unknown>;
  const payloadFormat = cli.version === 2 ? ['--cli-binary-format', 'raw-in-base64-out'] : [];
  const invoke = async (
    name: string,
    payload: string,
    ...more: readonly string[]
  ): Promise<{ readonly answer: Record<string, unknown>; readonly body: unknown }> => {
    const answer = await json('lambda', 'invoke', '--function-name', name, ...payloadFormat, '--payload', payload, ...more, 'out.json');
    return { answer, body: JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) };
  };
  const create = async (name: string, source: string, timeout: string): Promise<void> => {
    writeFileSync(join(folder, 'handler.zip'), zipArchive([{ name: 'handler.py', content: source }]));
    const created = await json(
      'lambda',
      'create-function',
      '--function-name',
      name,
      '--runtime',
      'python3.12',
      '--handler',
      'handler.handler',
      '--role',
      roleArn,
      '--timeout',
      timeout,
      '--memory-size',
      '256',
      '--zip-file',
      'fileb://handler.zip',
    );
    assert.equal(created['State'], 'Pending');
    await ok('lambda', 'wait', 'function-active-v2', '--function-name', name);
  };

  const identity = await json('sts', 'get-caller-identity');
  assert.equal(identity['Account'], '000000000000');
  const role = (await json('iam', 'create-role', '--role-name', ROLE, '--assume-role-policy-document', TRUST))['Role'] as Record<
    string,
    unknown
  >;
  const roleArn = String(role['Arn']);
  assert.equal(roleArn, `arn:aws:iam::000000000000:role/${ROLE}`);
  await ok('iam', 'attach-role-policy', '--role-name', ROLE, '--policy-arn', BASIC);
  await ok('iam', 'put-role-policy', '--role-name', ROLE, '--policy-name', 'bedrock-invoke', '--policy-document', BEDROCK);

  await create('strands', HANDLER, '60');
  const cold = await invoke('strands', '{"prompt": "hello"}', '--log-type', 'Tail');
  assert.deepEqual(cold.body, { answer: 'HELLO', stage: '', left: true });
  assert.equal(cold.answer['StatusCode'], 200);
  assert.equal(cold.answer['ExecutedVersion'], '$LATEST');
  const coldLog = Buffer.from(String(cold.answer['LogResult']), 'base64').toString('utf8');
  assert.match(
    coldLog,
    /^START RequestId: [0-9a-f-]{36} Version: \$LATEST\nprompt: hello\nEND RequestId: [0-9a-f-]{36}\nREPORT RequestId: /,
  );
  assert.match(coldLog, /Memory Size: 256 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms/);
  const warm = await invoke('strands', '{"prompt": "again"}', '--log-type', 'Tail');
  assert.doesNotMatch(Buffer.from(String(warm.answer['LogResult']), 'base64').toString('utf8'), /Init Duration/);

  writeFileSync(join(folder, 'handler.zip'), zipArchive([{ name: 'handler.py', content: HANDLER.replace('.upper()', '.title()') }]));
  await ok('lambda', 'update-function-code', '--function-name', 'strands', '--zip-file', 'fileb://handler.zip');
  await ok('lambda', 'wait', 'function-updated-v2', '--function-name', 'strands');
  await ok(
    'lambda',
    'update-function-configuration',
    '--function-name',
    'strands',
    '--timeout',
    '30',
    '--memory-size',
    '512',
    '--environment',
    'Variables={STAGE=test}',
  );
  await ok('lambda', 'wait', 'function-updated-v2', '--function-name', 'strands');
  assert.deepEqual((await invoke('strands', '{"prompt": "more"}')).body, { answer: 'More', stage: 'test', left: true });
  const configuration = await json('lambda', 'get-function-configuration', '--function-name', 'strands');
  assert.equal(configuration['Timeout'], 30);
  assert.equal(configuration['MemorySize'], 512);

  for (const [name, { source, check, timeout }] of Object.entries(FAILING)) {
    await create(name, source, timeout ?? '10');
    const { answer, body } = await invoke(name, '{}');
    assert.equal(answer['StatusCode'], 200);
    assert.equal(answer['FunctionError'], 'Unhandled', name);
    check(body as Record<string, unknown>);
  }

  const page = await json('lambda', 'list-functions', '--max-items', '2');
  assert.equal((page['Functions'] as unknown[]).length, 2);
  assert.ok(page['NextToken'] !== undefined);

  if (cli.version === 2) {
    const tail = await ok('logs', 'tail', '/aws/lambda/strands', '--format', 'short');
    assert.match(tail, /prompt: hello\n/);
    assert.match(tail, /REPORT RequestId: /);
  }
  const streams = await json('logs', 'describe-log-streams', '--log-group-name', '/aws/lambda/strands');
  assert.match(
    String((streams['logStreams'] as Record<string, unknown>[])[0]?.['logStreamName']),
    /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
  );

  await restart();
  assert.deepEqual((await invoke('strands', '{"prompt": "still here"}')).body, { answer: 'Still Here', stage: 'test', left: true });
  const kept = await json('logs', 'filter-log-events', '--log-group-name', '/aws/lambda/strands', '--filter-pattern', '"prompt: hello"');
  assert.equal((kept['events'] as unknown[]).length, 1);

  for (const name of ['strands', ...Object.keys(FAILING)]) {
    await ok('lambda', 'delete-function', '--function-name', name);
    await ok('logs', 'delete-log-group', '--log-group-name', `/aws/lambda/${name}`);
  }
  const gone = await aws('lambda', 'get-function', '--function-name', 'strands');
  assert.match(gone.stderr, /\(ResourceNotFoundException\).*Function not found: arn:aws:lambda:us-east-1:000000000000:function:strands/s);
  await ok('iam', 'delete-role-policy', '--role-name', ROLE, '--policy-name', 'bedrock-invoke');
  await ok('iam', 'detach-role-policy', '--role-name', ROLE, '--policy-arn', BASIC);
  await ok('iam', 'delete-role', '--role-name', ROLE);
  rmSync(folder, { recursive: true, force: true });
}
