import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { InvokeCommandInput } from '@aws-sdk/client-lambda';
import type { Chance } from '#base/chance.ts';
import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer } from '#functions/invocation.ts';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { invoke } from './invoke.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

type InvokeAnswer = Awaited<ReturnType<ReturnType<typeof invoke>>>;

interface InvokeHarness {
  readonly lifecycle: FunctionLifecycle;
  /** What the invoker was asked to run. */
  readonly invoked: { readonly version: FunctionVersion; readonly invocation: Invocation }[];
  readonly run: (input?: Partial<InvokeCommandInput>, traceHeader?: string) => Promise<InvokeAnswer>;
}

/** The operation over functions of the repository, and an invoker that answers this. */
async function harness(
  answer: InvocationAnswer = { outcome: 'success', body: Buffer.from('"answer"') },
  records: readonly FunctionRecord[] = [functionRecord('f')],
  versions: { readonly numbers?: readonly number[]; readonly chance?: Chance } = {},
): Promise<InvokeHarness> {
  const { functions, lifecycle, clock, ids, chance } = await lambdaControlPlane();
  for (const record of records) await createWithVersions(functions, record, ...(versions.numbers ?? []));
  const invoked: InvokeHarness['invoked'] = [];
  const operation = invoke({
    functions,
    lifecycle,
    clock,
    ids,
    chance: versions.chance ?? chance,
    invoker: {
      invoke(version, invocation) {
        invoked.push({ version, invocation });
        return Promise.resolve(answer);
      },
    },
  });
  return {
    invoked,
    lifecycle,
    run: async (input, traceHeader) => operation({ FunctionName: 'f', ...input }, { ...requestContext(), traceHeader }),
  };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

suite('Invoke', () => {
  test('FunctionName finds by name and ARN', async () => {
    const { invoked, run } = await harness(undefined, [functionRecord('f'), functionRecord('g')]);
    for (const FunctionName of ['f', '111111111111:function:f', ARN]) await run({ FunctionName });
    await run({ FunctionName: 'g' });
    assert.deepEqual(
      invoked.map(({ version, invocation }) => [version.name, invocation.functionArn]),
      [
        ['f', ARN],
        ['f', ARN],
        ['f', ARN],
        ['g', ARN.replace(/f$/, 'g')],
      ],
    );
    // Recorded (test_function_name_and_qualifier_validation): the error is about $LATEST when there is no qualifier.
    await rejectsWith(() => run({ FunctionName: 'h' }), {
      code: 'ResourceNotFoundException',
      status: 404,
      message: `Function not found: ${ARN.replace(/f$/, 'h')}:$LATEST`,
    });
  });

  test('Qualifier selects the version, and unknown ones are not found', async () => {
    const { invoked, run } = await harness();
    const inputs: readonly Partial<InvokeCommandInput>[] = [
      { Qualifier: '$LATEST' },
      { FunctionName: 'f:$LATEST' },
      { FunctionName: `${ARN}:$LATEST` },
    ];
    for (const input of inputs) assert.equal((await run(input)).ExecutedVersion, '$LATEST');
    assert.deepEqual(
      invoked.map(({ invocation }) => invocation.functionArn),
      inputs.map(() => `${ARN}:$LATEST`),
    );
    for (const Qualifier of ['1', 'alias', '$latest']) {
      await rejectsWith(() => run({ Qualifier }), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Function not found: ${ARN}:${Qualifier}`,
      });
    }
  });

  test('an alias runs the version it leads to, under its own ARN, and with weights each in turn', async () => {
    const aliases = { live: { name: 'live', version: '1', description: '', revisionId: 'r', routing: { version: '2', weight: 0.25 } } };
    const draws = [0.9, 0.24, 0.25, 0];
    const { invoked, run } = await harness(undefined, [{ ...functionRecord('f'), aliases }], {
      numbers: [1, 2],
      chance: () => draws.shift() ?? 0.5,
    });
    const executed: (string | undefined)[] = [];
    for (const input of [{ Qualifier: 'live' }, { FunctionName: 'f:live' }, { FunctionName: `${ARN}:live` }, { Qualifier: 'live' }]) {
      executed.push((await run(input)).ExecutedVersion);
    }
    assert.deepEqual(executed, ['1', '2', '1', '2']);
    assert.deepEqual(new Set(invoked.map(({ invocation }) => invocation.functionArn)), new Set([`${ARN}:live`]));
    assert.equal((await run({ Qualifier: '2' })).ExecutedVersion, '2');
    assert.equal(invoked.at(-1)?.invocation.functionArn, `${ARN}:2`);
    await rejectsWith(() => run({ FunctionName: 'f:1', Qualifier: 'live' }), {
      code: 'InvalidParameterValueException',
      message: 'The derived qualifier from the function name does not match the specified qualifier.',
    });
  });

  test('LogType Tail answers the end of the log', async () => {
    const { invoked, run } = await harness({ outcome: 'success', body: Buffer.from('1'), logTail: base64('REPORT') });
    assert.equal((await run({ LogType: 'Tail' })).LogResult, base64('REPORT'));
    const { run: runWithout, invoked: others } = await harness();
    for (const LogType of ['None', undefined] as const)
      assert.equal('LogResult' in (await runWithout(LogType === undefined ? {} : { LogType })), false);
    assert.deepEqual(
      [...invoked, ...others].map(({ invocation }) => invocation.tailLog),
      [true, false, false],
    );
  });

  test('ClientContext reaches the function', async () => {
    const { invoked, run } = await harness();
    await run({ ClientContext: base64('{"custom": {"a": 1}}') });
    await run();
    assert.equal(invoked[0]?.invocation.clientContext, '{"custom":{"a":1}}');
    assert.equal('clientContext' in (invoked[1]?.invocation ?? {}), false);
    await rejectsWith(() => run({ ClientContext: base64('no json') }), {
      code: 'InvalidRequestContentException',
      status: 400,
      message: 'Client context must be a valid Base64-encoded JSON object.',
    });
    assert.equal(invoked.length, 2);
  });

  test('Payload is the event', async () => {
    const { invoked, run } = await harness();
    const answer = await run({ Payload: Buffer.from('{"a": 1}') });
    await run();
    assert.deepEqual(
      invoked.map(({ invocation }) => Buffer.from(invocation.event).toString('utf8')),
      ['{"a": 1}', '{}'],
    );
    assert.deepEqual(answer, { StatusCode: 200, ExecutedVersion: '$LATEST', Payload: Buffer.from('"answer"') });
  });

  test('TenantId is refused by a function without tenants', async () => {
    const { invoked, run } = await harness();
    await rejectsWith(() => run({ TenantId: 'blue' }), {
      code: 'InvalidParameterValueException',
      status: 400,
      message: 'The invoked function is not enabled with tenancy. Remove the tenant ID from your request and try again.',
    });
    await rejectsWith(() => run({ TenantId: 'blue', InvocationType: 'DryRun' }), {
      code: 'InvalidParameterValueException',
      message: /tenant ID/,
    });
    assert.deepEqual(invoked, []);
  });

  test('a Payload that is no JSON, or too large, never becomes an invocation', async () => {
    const { invoked, run } = await harness();
    await rejectsWith(() => run({ Payload: Buffer.from('{"a":') }), {
      code: 'InvalidRequestContentException',
      status: 400,
      message: /^Could not parse request body into json: Could not parse payload into json: /,
    });
    await rejectsWith(() => run({ Payload: Buffer.alloc(6_291_457, '1') }), {
      code: 'RequestTooLargeException',
      status: 413,
      message: 'Request must be smaller than 6291456 bytes for the InvokeFunction operation',
    });
    assert.deepEqual(invoked, []);
  });

  test('a function error is an answer with FunctionError', async () => {
    const { run } = await harness({ outcome: 'function-error', body: Buffer.from('{"errorType":"E"}') });
    assert.deepEqual(await run(), {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from('{"errorType":"E"}'),
      FunctionError: 'Unhandled',
    });
  });

  test('InvocationType DryRun checks and runs nothing', async () => {
    const { invoked, run } = await harness();
    assert.deepEqual(await run({ InvocationType: 'DryRun' }), { StatusCode: 204 });
    await rejectsWith(() => run({ InvocationType: 'DryRun', Payload: Buffer.from('{') }), {
      code: 'InvalidRequestContentException',
      message: /Could not parse/,
    });
    await rejectsWith(() => run({ InvocationType: 'DryRun', FunctionName: 'h' }), {
      code: 'ResourceNotFoundException',
      message: /not found/,
    });
    assert.deepEqual(invoked, []);
    assert.equal((await run({ InvocationType: 'RequestResponse' })).StatusCode, 200);
  });

  test('a function that is not Active is a conflict', async () => {
    const state = { reason: 'The function is being created.', reasonCode: 'Creating' } as const;
    const { invoked, run } = await harness(undefined, [
      functionRecord('pending', { state: { name: 'Pending', ...state } }),
      functionRecord('failed', { state: { name: 'Failed', ...state } }),
    ]);
    for (const [FunctionName, name] of [
      ['pending', 'Pending'],
      ['failed', 'Failed'],
    ] as const) {
      await rejectsWith(() => run({ FunctionName }), {
        code: 'ResourceConflictException',
        status: 409,
        message: `The operation cannot be performed at this time. The function is currently in the following state: ${name}`,
      });
    }
    assert.deepEqual(invoked, []);
  });

  test('an inactive function is a conflict once, and comes back', async () => {
    const inactive = { name: 'Inactive', reason: 'idle', reasonCode: 'Idle' } as const;
    const { run, lifecycle } = await harness(undefined, [functionRecord('f', { state: inactive })], { numbers: [1] });
    for (const Qualifier of ['$LATEST', '1']) {
      await rejectsWith(() => run({ Qualifier }), {
        code: 'ResourceConflictException',
        status: 409,
        message: 'The operation cannot be performed at this time. The function is currently in the following state: Inactive',
      });
    }
    await lifecycle.close();
    for (const Qualifier of ['$LATEST', '1']) assert.equal((await run({ Qualifier })).ExecutedVersion, Qualifier);
  });

  test('while an update is in progress the configuration before it runs', async () => {
    const record = functionRecord('f', { handler: 'new.handler' });
    const { invoked, run } = await harness(undefined, [{ ...record, serving: { ...record.latest, handler: 'old.handler' } }]);
    await run();
    assert.equal(invoked[0]?.version.handler, 'old.handler');
  });

  test('what Hearth does not have is refused, not ignored', async () => {
    const { invoked, run } = await harness();
    for (const [parameter, input] of [
      ['InvocationType', { InvocationType: 'Event' }],
      ['DurableExecutionName', { DurableExecutionName: 'd' }],
    ] as const) {
      await rejectsWith(() => run(input), {
        code: 'NotImplemented',
        status: 501,
        message: `Hearth does not support the parameter ${parameter} of Invoke yet.`,
      });
    }
    assert.deepEqual(invoked, []);
  });

  test('the trace of the caller goes on, and the request has its id', async () => {
    const { invoked, run } = await harness();
    await run({}, 'Root=1-2-3;Sampled=1');
    await run();
    assert.equal(invoked[0]?.invocation.traceId, 'Root=1-2-3;Sampled=1');
    assert.match(invoked[1]?.invocation.traceId ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    assert.equal(invoked[0]?.invocation.requestId, requestContext().requestId);
  });

  test('the answer names the trace in a header', async () => {
    const { functions, lifecycle, clock, ids } = await lambdaControlPlane();
    await functions.create(functionRecord('f'));
    const invoker = { invoke: () => Promise.resolve({ outcome: 'success' as const, body: Buffer.from('1') }) };
    const headers: string[] = [];
    const addHeader = (name: string, value: string): void => void headers.push(`${name}: ${value}`);
    const operation = invoke({ functions, lifecycle, clock, ids, chance: () => 0.5, invoker });
    await operation({ FunctionName: 'f' }, { ...requestContext(), traceHeader: 'Root=1-2-3;Sampled=1', addHeader });
    assert.deepEqual(headers, ['X-Amzn-Trace-Id: Root=1-2-3;Sampled=1']);
  });
});
