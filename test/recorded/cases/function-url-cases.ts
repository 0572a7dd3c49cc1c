import {
  AddPermissionCommand,
  CreateAliasCommand,
  CreateFunctionUrlConfigCommand,
  DeleteAliasCommand,
  DeleteFunctionUrlConfigCommand,
  GetFunctionCommand,
  GetFunctionUrlConfigCommand,
  PublishVersionCommand,
  UpdateFunctionUrlConfigCommand,
  type CreateFunctionCommandInput,
  type InvokeMode,
} from '@aws-sdk/client-lambda';
import { rawRequest, type RawAnswer, type RawRequest } from '../../support/raw-request.ts';
import { zipArchive } from '../../support/zip-archive.ts';
import { newHelperFunction } from '../new-function.ts';
import { parsed, type Replay, type ReplaySteps, type ReplayTable } from '../replay.ts';

interface Target {
  readonly FunctionName: string;
  readonly Qualifier?: string;
}

/** Calls with a target that is not there, by how their keys end. */
type Targets = Readonly<Record<string, Target>>;

interface UrlOptions extends Target {
  readonly InvokeMode?: InvokeMode;
}

/** Creates a URL that anybody may call; nothing is compared whose key the record does not have. */
async function newUrl(replay: Replay, options: UrlOptions): Promise<string> {
  const { lambda } = replay.account;
  const created = lambda.send(new CreateFunctionUrlConfigCommand({ ...options, AuthType: 'NONE' }));
  if (replay.expects('create_lambda_url_config')) await replay.call('create_lambda_url_config', created);
  const { FunctionUrl = '' } = await created;
  const { FunctionName, Qualifier } = options;
  const target = { FunctionName, Qualifier, Principal: '*' };
  const permission = lambda.send(
    new AddPermissionCommand({
      ...target,
      StatementId: 'urlPermission',
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
    }),
  );
  const read = permission.then(({ Statement, ...rest }) => ({ ...rest, Statement: parsed(Statement ?? '') }));
  if (replay.expects('add_permission')) await replay.call('add_permission', read);
  await read;
  // AWS has asked for it since after the records were made.
  const second = { StatementId: 'invokePermission', Action: 'lambda:InvokeFunction', InvokedViaFunctionUrl: true };
  await lambda.send(new AddPermissionCommand({ ...target, ...second }));
  return FunctionUrl;
}

/** Asks by the virtual host, which only a browser resolves. */
function ask(replay: Replay, functionUrl: string, { path = '/', headers, ...request }: RawRequest = {}): Promise<RawAnswer> {
  return rawRequest(replay.endpoint, { ...request, path, headers: { host: new URL(functionUrl).host, ...headers } });
}

function python(content: string): Partial<CreateFunctionCommandInput> {
  return { Code: { ZipFile: zipArchive([{ name: 'handler.py', content }]) } };
}

const HELLO = python('def handler(event, context):\n    return {"statusCode": 200, "body": "hi"}\n');

const HTTP_ECHO = python(`def handler(event, context):
    http = event["requestContext"]["http"]
    return {
        "args": event.get("queryStringParameters", {}),
        "data": event.get("body"),
        "domain": event["requestContext"]["domainName"],
        "headers": event["headers"],
        "method": http["method"],
        "origin": http["sourceIp"],
        "path": http["path"],
    }
`);

const STREAM: Partial<CreateFunctionCommandInput> = {
  Runtime: 'nodejs24.x',
  Code: {
    ZipFile: zipArchive([
      {
        name: 'handler.js',
        content: `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.write('Hello, ');
  stream.write('world!');
  stream.end();
});
`,
      },
    ]),
  },
};

/** What the client of the recorded tests sent of itself. */
const CLIENT = { accept: '*/*', 'accept-encoding': 'gzip, deflate' } as const;

const JSON_POST: RawRequest = {
  method: 'POST',
  headers: {
    ...CLIENT,
    'user-agent': 'test/echo',
    'content-type': 'application/json',
    'content-length': '14',
    'Extra-Headers': 'With WeiRd CapS',
  },
  body: '{"foo": "bar"}',
};

/** What the function was told of a request; without the headers that AWS adds, where the recorded test left them out. */
function echoed(request: RawRequest, { trimmed }: { readonly trimmed: boolean }): ReplaySteps {
  return async (replay) => {
    const { FunctionName } = await newHelperFunction(replay, undefined, HTTP_ECHO);
    const { body } = await ask(replay, await newUrl(replay, { FunctionName }), request);
    const { data, headers, ...echo } = JSON.parse(body) as { readonly data: string; readonly headers: Readonly<Record<string, string>> };
    const kept = Object.entries(headers).filter(([name]) => !trimmed || !name.startsWith('x-'));
    replay.match('url_response', { ...echo, data: parsed(data), headers: Object.fromEntries(kept) });
  };
}

const BOUNDARY = '4efd159eae0c4f4e125a5a509e073d85';
const FORM = `\r
--${BOUNDARY}\r
Content-Disposition: form-data; name="formfield"\r
\r
not a file, just a field\r
--${BOUNDARY}\r
Content-Disposition: form-data; name="foo"; filename="foo"\r
Content-Type: text/plain;\r
\r
bar\r
\r
--${BOUNDARY}--\r
`;

function echoInvoke(more: { readonly InvokeMode?: InvokeMode }): ReplaySteps {
  return async (replay) => {
    const { FunctionName } = await newHelperFunction(replay, undefined, HELLO);
    await newUrl(replay, { FunctionName, ...more });
  };
}

/** TestLambdaUrl of `test_lambda_api`, TestLambdaURL and TestRequestIdHandling of `test_lambda`. */
export const functionUrlReplays: ReplayTable = {
  async 'TestLambdaUrl::test_url_config_exceptions'(replay) {
    const { lambda } = replay.account;
    const { FunctionName, FunctionArn } = await newHelperFunction(replay, undefined, {
      Runtime: 'nodejs20.x',
      Handler: 'lambda_handler.handler',
    });
    const Name = 'urlalias';
    await replay.call('fn_version_result', lambda.send(new PublishVersionCommand({ FunctionName })));
    await replay.call('create_alias_result', lambda.send(new CreateAliasCommand({ FunctionName, FunctionVersion: '1', Name })));
    const targets: Targets = {
      name_doesnotexist: { FunctionName: 'doesnotexist' },
      arn_doesnotexist: { FunctionName: FunctionArn.replace(FunctionName, 'doesnotexist') },
      name_doesnotexist_qualifier: { FunctionName: 'doesnotexist', Qualifier: '1' },
      qualifier_version: { FunctionName, Qualifier: '1' },
      qualifier_version_doesnotexist: { FunctionName, Qualifier: '2' },
      qualifier_alias_doesnotexist: { FunctionName, Qualifier: 'v1' },
      qualifier_alias_doesnotmatch_arn: { FunctionName: `${FunctionArn}:${Name}-doesnotmatch`, Qualifier: Name },
      qualifier_latest: { FunctionName, Qualifier: '$LATEST' },
    };
    const withConfig: Targets = { ...targets, config_doesnotexist: { FunctionName } };
    const each = async (operation: string, named: Targets, call: (target: Target) => Promise<unknown>): Promise<void> => {
      for (const [name, target] of Object.entries(named)) await replay.call(`${operation}_function_url_config_${name}`, call(target));
    };
    await each('create', targets, (target) => lambda.send(new CreateFunctionUrlConfigCommand({ ...target, AuthType: 'NONE' })));
    await each('get', withConfig, (target) => lambda.send(new GetFunctionUrlConfigCommand(target)));
    await each('delete', withConfig, (target) => lambda.send(new DeleteFunctionUrlConfigCommand(target)));
    await each('update', withConfig, (target) => lambda.send(new UpdateFunctionUrlConfigCommand({ ...target, AuthType: 'NONE' })));
  },

  async 'TestLambdaURL::test_lambda_url_invocation_exception'(replay) {
    const { FunctionName } = await newHelperFunction(replay, undefined, HELLO);
    await replay.call('get_fn_result', replay.account.lambda.send(new GetFunctionCommand({ FunctionName })));
    await newUrl(replay, { FunctionName });
  },

  'TestLambdaURL::test_lambda_url_echo_invoke[RESPONSE_STREAM]': echoInvoke({ InvokeMode: 'RESPONSE_STREAM' }),
  'TestLambdaURL::test_lambda_url_echo_invoke[BUFFERED]': echoInvoke({ InvokeMode: 'BUFFERED' }),
  'TestLambdaURL::test_lambda_url_echo_invoke[None]': echoInvoke({}),
  'TestLambdaURL::test_lambda_url_echo_http_fixture_default': echoed(
    { ...JSON_POST, path: '/pa2%Fth/1?q=query&multiQuery=foo&multiQuery=%2Fbar' },
    { trimmed: false },
  ),
  'TestLambdaURL::test_lambda_url_echo_http_fixture_trim_x_headers': echoed({ ...JSON_POST, path: '/path/1?q=query' }, { trimmed: true }),
  'TestLambdaURL::test_lambda_url_form_payload': echoed(
    {
      method: 'POST',
      path: '/test/value',
      headers: {
        ...CLIENT,
        'user-agent': 'python/test-request',
        'content-type': `multipart/form-data; boundary=${BOUNDARY}`,
        'content-length': String(Buffer.byteLength(FORM)),
      },
      body: FORM,
    },
    { trimmed: true },
  ),

  async 'TestLambdaURL::test_lambda_url_persists_after_alias_delete'(replay) {
    const { lambda } = replay.account;
    const { FunctionName } = await newHelperFunction(replay, undefined, HELLO);
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    const Name = 'url-alias';
    await lambda.send(new CreateAliasCommand({ FunctionName, FunctionVersion: '1', Name }));
    const url = await newUrl(replay, { FunctionName, Qualifier: Name, InvokeMode: 'BUFFERED' });
    const { status } = await ask(replay, url);
    replay.match('invoke_aliased_url_response', { status_code: status });
    await replay.call('delete_alias_resp', lambda.send(new DeleteAliasCommand({ FunctionName, Name })));
    const denied = await ask(replay, url);
    replay.match('invoke_deleted_alias_url_response_delayed', {
      status_code: denied.status,
      content: parsed(denied.body),
      headers: { 'x-amzn-ErrorType': denied.headers['x-amzn-errortype'] },
    });
  },

  async 'TestLambdaURL::test_function_url_with_response_streaming'(replay) {
    const { FunctionName } = await newHelperFunction(replay, undefined, STREAM);
    const { status, body } = await ask(replay, await newUrl(replay, { FunctionName, InvokeMode: 'RESPONSE_STREAM' }));
    replay.match('response_status', status);
    replay.match('response_data', body);
  },

  async 'TestRequestIdHandling::test_request_id_invoke_url'(replay) {
    const { FunctionName } = await newHelperFunction(replay, undefined, HELLO);
    const { status, headers, body } = await ask(replay, await newUrl(replay, { FunctionName }));
    replay.match('lambda_url_invocation', {
      statuscode: status,
      headers: { 'x-amzn-RequestId': headers['x-amzn-requestid'] },
      content: body,
    });
    const ends = (await replay.account.messages(FunctionName, 1)).filter((message) => message.startsWith('END '));
    replay.match(
      'end_log_entries',
      ends.map((message) => message.trimEnd()),
    );
  },
};
