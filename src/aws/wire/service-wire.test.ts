import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import type { ServiceName } from '#aws/service.ts';
import type { WireCall, WireRequest, WireResponse } from './message.ts';
import { loadServiceWire, unknownServiceWire } from './service-wire.ts';
import { decodeCbor, encodeCbor } from './cbor.ts';

const wires = {
  lambda: await loadServiceWire('lambda'),
  iam: await loadServiceWire('iam'),
  sts: await loadServiceWire('sts'),
  logs: await loadServiceWire('logs'),
  s3: await loadServiceWire('s3'),
  signer: await loadServiceWire('signer'),
  'application-autoscaling': await loadServiceWire('application-autoscaling'),
} satisfies Record<ServiceName, unknown>;

const request = (parts: Partial<Omit<WireRequest, 'body'>> & { body?: string | Buffer }): WireRequest => ({
  method: 'POST',
  path: '/',
  query: '',
  headers: {},
  ...parts,
  body: Buffer.from(parts.body ?? ''),
});
const form = (body: string): WireRequest =>
  request({ headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }, body });
const json = (target: string, body: string): WireRequest =>
  request({ headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }, body });
const create = (body: string): WireRequest => request({ path: '/2015-03-31/functions', body });

/** What the wire answers to a request whose input it refuses. */
function refusal(call: WireCall): WireResponse {
  try {
    call.readInput();
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    return call.writeError(error, 'id');
  }
  throw new assert.AssertionError({ message: 'the input was accepted' });
}

describe('loadServiceWire', () => {
  test('knows every operation, sorted', () => {
    for (const [name, operation] of [
      ['lambda', 'Invoke'],
      ['iam', 'CreateRole'],
      ['sts', 'AssumeRole'],
      ['logs', 'StartLiveTail'],
    ] as const) {
      const { operationNames } = wires[name];
      assert.ok(operationNames.includes(operation));
      assert.deepEqual(operationNames, operationNames.toSorted());
    }
  });
});

describe('protocol of a request', () => {
  test('logs and iam are read from each protocol that they speak', () => {
    const group = { logGroupName: 'g' };
    for (const content of ['1.0', '1.1']) {
      const call = wires.logs.open({
        ...json('Logs_20140328.CreateLogGroup', JSON.stringify(group)),
        headers: { 'content-type': `application/x-amz-json-${content}`, 'x-amz-target': 'Logs_20140328.CreateLogGroup' },
      });
      assert.deepEqual(call.readInput(), group);
      assert.equal(call.writeOutput(undefined, 'id').headers['content-type'], `application/x-amz-json-${content}`);
    }
    const cbor = request({
      path: '/service/Logs_20140328/operation/CreateLogGroup',
      headers: { 'smithy-protocol': 'rpc-v2-cbor' },
      body: encodeCbor(group),
    });
    assert.deepEqual(wires.logs.open(cbor).readInput(), group);
    assert.deepEqual(wires.iam.open(form('Action=GetRole&Version=2010-05-08&RoleName=r')).readInput(), { RoleName: 'r' });
    assert.deepEqual(wires.iam.open(request({ method: 'GET', query: 'Action=GetRole&RoleName=a%2Bb' })).readInput(), { RoleName: 'a+b' });
    assert.deepEqual(wires.iam.open(json('AWSIdentityManagementV20100508.GetRole', '{"RoleName":"r"}')).readInput(), { RoleName: 'r' });
  });
});

describe('readInput on restJson1', () => {
  test("Invoke's payload is the body itself, neither copied nor parsed", () => {
    const invoke = request({ path: '/2015-03-31/functions/f/invocations', body: 'not json' });
    assert.equal(wires.lambda.open(invoke).readInput()['Payload'], invoke.body);
  });

  test('labels are decoded once', () => {
    const path = '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af%3A%24LATEST';
    assert.deepEqual(wires.lambda.open(request({ method: 'GET', path })).readInput(), {
      FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:f:$LATEST',
    });
  });

  test('a repeated query parameter is a list', () => {
    const path = '/2017-03-31/tags/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af';
    const call = wires.lambda.open(request({ method: 'DELETE', path, query: 'tagKeys=a+b&tagKeys=c%26d' }));
    assert.equal(call.operation, 'UntagResource');
    assert.match(refusal(call).body as string, /Value '\[a b, c&d\]' at 'tagKeys'/);
  });

  const wrong: readonly (readonly [body: string, message: RegExp])[] = [
    ['{"Timeout":"60"}', /^STRING_VALUE can not be converted to an Integer$/],
    ['{"Handler":5}', /^NUMBER_VALUE can not be converted to a String$/],
    ['{"Handler":true}', /^TRUE_VALUE can not be converted to a String$/],
    ['{"Handler":{}}', /^Start of structure or map found where not expected\.$/],
    ['{"Handler":[]}', /^Start of list found where not expected$/],
    ['{"Layers":"arn"}', /^Unexpected field type$/],
    ['{"Layers":{}}', /^Start of structure or map found where not expected\.$/],
    ['{"Environment":[]}', /^Start of list found where not expected$/],
    ['{"Code":{"ZipFile":"%%%%"}}', /base64/],
    ['[]', /^Start of list found where not expected$/],
    ['{"Handler":', /^Could not parse request body into json: /],
  ];
  for (const [body, message] of wrong) {
    test(`${body} is a SerializationException`, () => {
      const answer = refusal(wires.lambda.open(create(body)));
      assert.equal(answer.status, 400);
      assert.equal(answer.headers['x-amzn-ErrorType'], 'SerializationException');
      assert.match((JSON.parse(answer.body as string) as { message: string }).message, message);
    });
  }

  test('unknown members and nulls are skipped', () => {
    const call = wires.lambda.open(
      create('{"FunctionName":"f","Role":"arn:aws:iam::000000000000:role/r","Code":{},"Timeout":null,"Other":1}'),
    );
    assert.deepEqual(call.readInput(), { FunctionName: 'f', Role: 'arn:aws:iam::000000000000:role/r', Code: {} });
  });

  test('a broken escape in path or query is refused, not thrown as a bug', () => {
    for (const parts of [{ path: '/2015-03-31/functions/%ZZ' }, { path: '/2015-03-31/functions', query: 'Marker=%E0%A4%A' }]) {
      const answer = refusal(wires.lambda.open(request({ method: 'GET', ...parts })));
      assert.equal(answer.headers['x-amzn-ErrorType'], 'SerializationException');
    }
  });
});

describe('unknown operations', () => {
  test('restJson1', () => {
    const call = wires.lambda.open(request({ path: '/2015-03-31/nothing' }));
    assert.equal(call.operation, undefined);
    const answer = refusal(call);
    assert.equal(answer.status, 404);
    assert.equal(answer.headers['x-amzn-ErrorType'], 'UnknownOperationException');
  });

  test('awsJson, by name or by prefix', () => {
    for (const target of ['Logs_20140328.Nothing', 'Other_2020.CreateLogGroup', 'CreateLogGroup']) {
      const answer = refusal(wires.logs.open(json(target, '{}')));
      assert.equal(answer.status, 400);
      assert.equal((JSON.parse(answer.body as string) as { __type: string }).__type, 'UnknownOperationException');
    }
  });

  test('awsQuery', () => {
    const answer = refusal(wires.iam.open(form('Action=Nothing<&Version=2010-05-08')));
    assert.equal(answer.status, 400);
    assert.equal(
      answer.body,
      '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>InvalidAction</Code>' +
        '<Message>Could not find operation Nothing&lt; for version 2010-05-08</Message></Error><RequestId>id</RequestId></ErrorResponse>',
    );
    assert.match(refusal(wires.iam.open(form('Version=2010-05-08'))).body as string, /<Code>MissingAction<\/Code>/);
  });

  test('rpcv2Cbor', () => {
    const answer = refusal(wires.logs.open(request({ path: '/service/Logs_20140328/operation/Nothing' })));
    assert.equal(answer.status, 404);
    assert.equal(
      (decodeCbor(answer.body as Buffer) as { __type: string }).__type,
      'com.amazonaws.cloudwatchlogs#UnknownOperationException',
    );
  });

  test('of a service that is not here, in the protocol of the request', () => {
    const wire = unknownServiceWire('dynamodb');
    assert.deepEqual(wire.operationNames, []);
    assert.match(refusal(wire.open(form('Action=X&Version=1'))).body as string, /InvalidAction/);
    assert.match(refusal(wire.open(json('Foo.Bar', '{}'))).body as string, /"__type":"UnknownOperationException"/);
    assert.equal(refusal(wire.open(request({ method: 'GET', path: '/x' }))).headers['x-amzn-ErrorType'], 'UnknownOperationException');
    assert.match(
      refusal(unknownServiceWire('s3').open(request({ method: 'GET', path: '/x' }))).body as string,
      /<Error><Code>MethodNotAllowed/,
    );
  });
});

describe('validation errors have the code of the service', () => {
  test('lambda, iam, logs', () => {
    assert.equal(refusal(wires.lambda.open(create('{}'))).headers['x-amzn-ErrorType'], 'ValidationException');
    assert.match(refusal(wires.iam.open(form('Action=GetRole'))).body as string, /<Code>ValidationError<\/Code>/);
    assert.equal(
      refusal(wires.logs.open(json('Logs_20140328.CreateLogGroup', '{"logGroupName":"a b"}'))).body,
      '{"__type":"InvalidParameterException","message":"1 validation error detected: Value \'a b\' at \'logGroupName\' failed to satisfy constraint: ' +
        'Member must satisfy regular expression pattern: [\\\\.\\\\-_/#A-Za-z0-9]+"}',
    );
  });
});

describe('writeError', () => {
  test('the message stands under the spelling of the shape, in the order of the shape', () => {
    const call = wires.lambda.open(request({ method: 'GET', path: '/2015-03-31/functions/f' }));
    const write = (code: string, status: number): unknown =>
      call.writeError(new AwsError(code, 'text', { status, members: { Type: 'User' } }), 'id').body;
    assert.equal(write('ResourceNotFoundException', 404), '{"Type":"User","Message":"text"}');
    assert.equal(write('InvalidParameterValueException', 400), '{"Type":"User","message":"text"}');
  });

  test('members that the shape binds to headers go there', () => {
    const call = wires.lambda.open(request({ path: '/2015-03-31/functions/f/invocations' }));
    const error = new AwsError('TooManyRequestsException', 'Rate Exceeded.', {
      status: 429,
      members: { retryAfterSeconds: '1', Reason: 'R' },
    });
    const { headers, body } = call.writeError(error, 'id');
    assert.equal(headers['Retry-After'], '1');
    assert.equal(body, '{"message":"Rate Exceeded.","Reason":"R"}');
  });

  test('an error of a request that could not be read still has an envelope', () => {
    const call = wires.lambda.open(request({ method: 'GET', path: '/2015-03-31/functions', query: '%' }));
    const answer = call.writeError(new AwsError('AccessDeniedException', 'no', { status: 403 }), 'id');
    assert.deepEqual([answer.status, answer.body], [403, '{"message":"no"}']);
  });
});
