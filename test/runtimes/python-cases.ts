import type { Expected, RuntimeCase } from './support/runtime-case.ts';

const module = (text: string): { readonly files: Readonly<Record<string, string>>; readonly handler: string } => ({
  files: { 'handler.py': text },
  handler: 'handler.handler',
});
const answers = (...texts: Expected['answers']): { readonly expected: Expected } => ({ expected: { answers: texts } });
const initError = (text: string, output?: RegExp): { readonly expected: Expected } => ({
  expected: { answers: [{ initError: text }], exitCode: 1, ...(output !== undefined && { output }) },
});

const REQUEST = '8476a536-e9f4-11e8-9739-000000000001';

const RESULTS: readonly RuntimeCase[] = [
  {
    name: 'the result',
    ...module('def handler(event, context):\n    return event'),
    events: ['{"a": ["ü", 1.5, null, true]}', '"x"'],
    ...answers('{"a": ["ü", 1.5, null, true]}', '"x"'),
  },
  { name: 'None', ...module('def handler(event, context):\n    pass'), ...answers('null') },
  { name: 'bytes are passed on', ...module('def handler(event, context):\n    return b"raw"'), ...answers('raw') },
  {
    name: 'characters beyond ASCII before 3.12',
    ...module('def handler(event, context):\n    return "ü€\\U0001f600"'),
    environment: { AWS_EXECUTION_ENV: 'AWS_Lambda_python3.11' },
    ...answers('"\\u00fc\\u20ac\\ud83d\\ude00"'),
  },
  {
    name: 'large events and results',
    ...module('def handler(event, context):\n    return str(len(event)) + event'),
    events: [JSON.stringify('x'.repeat(300_000))],
    ...answers(JSON.stringify(`300000${'x'.repeat(300_000)}`)),
  },
  {
    name: 'numbers, tuples, keys',
    ...module('def handler(event, context):\n    return {1: (1, 2), None: -0.0, 7: 10**20, 2.5: 1e300, "t": {True: False}}'),
    ...answers('{"1": [1, 2], "null": -0.0, "7": 100000000000000000000, "2.5": 1e+300, "t": {"true": false}}'),
  },
  {
    name: 'Decimal and bytes inside',
    ...module(
      'from decimal import Decimal\ndef handler(event, context):\n    return {"d": Decimal("1.50"), "n": [Decimal("NaN"), float("inf")], "b": b"text"}',
    ),
    ...answers('{"d": 1.50, "n": [NaN, Infinity], "b": "text"}'),
  },
  {
    name: 'a result without JSON',
    ...module('def handler(event, context):\n    return {"a": set()}'),
    events: ['{}', '{}'],
    ...answers(
      { error: 'Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable' },
      { error: 'Runtime.MarshalError: Unable to marshal response: Object of type set is not JSON serializable' },
    ),
  },
  {
    name: 'a circle',
    ...module('def handler(event, context):\n    a = []\n    a.append(a)\n    return a'),
    ...answers({ error: 'Runtime.MarshalError: Unable to marshal response: Circular reference detected' }),
  },
  {
    name: 'an event that is no JSON',
    ...module('def handler(event, context):\n    return event'),
    events: ['x'],
    ...answers({ error: 'Runtime.UnmarshalError: Unable to unmarshal input: Expecting value: line 1 column 1 (char 0)' }),
  },
];

const ERRORS: readonly RuntimeCase[] = [
  {
    name: 'an exception',
    ...module('def inner():\n    raise ValueError("broken")\n\ndef handler(event, context):\n    inner()'),
    expected: {
      answers: [{ error: 'ValueError: broken' }],
      output:
        '[ERROR] ValueError: broken\rTraceback (most recent call last):\r\u00a0\u00a0File "<task>/handler.py", line 5, in handler\r\u00a0\u00a0\u00a0\u00a0inner()\r\u00a0\u00a0File "<task>/handler.py", line 2, in inner\r\u00a0\u00a0\u00a0\u00a0raise ValueError("broken")\n',
    },
  },
  {
    name: 'an exception without text',
    ...module('class Odd(Exception):\n    pass\n\ndef handler(event, context):\n    raise Odd()'),
    ...answers({ error: 'Odd: ' }),
  },
  {
    name: 'after an error the next invocation works',
    ...module('def handler(event, context):\n    if event == 1:\n        raise KeyError("one")\n    return event'),
    events: ['1', '2'],
    ...answers({ error: "KeyError: 'one'" }, '2'),
  },
  { name: 'sys.exit', ...module('import sys\ndef handler(event, context):\n    sys.exit(7)'), expected: { answers: [], exitCode: 7 } },
  {
    name: 'an exception in a thread',
    ...module(
      'import threading\ndef handler(event, context):\n    t = threading.Thread(target=lambda: 1 / 0)\n    t.start()\n    t.join()\n    return "fine"',
    ),
    ...answers('"fine"'),
  },
];

const LOADING: readonly RuntimeCase[] = [
  {
    name: 'a path with slashes',
    files: { 'pkg/__init__.py': '', 'pkg/mod.py': 'def handler(event, context):\n    return __name__' },
    handler: 'pkg/mod.handler',
    ...answers('"pkg.mod"'),
  },
  {
    name: 'a path with dots',
    files: { 'pkg/mod.py': 'def handler(event, context):\n    return __name__' },
    handler: 'pkg.mod.handler',
    ...answers('"pkg.mod"'),
  },
  {
    name: 'no such module',
    files: {},
    handler: 'handler.handler',
    ...initError(
      "Runtime.ImportModuleError: Unable to import module 'handler': No module named 'handler'",
      /^\[WARNING\]\t<time>\t\tLAMBDA_WARNING: Unhandled exception\. .*\r\n\[ERROR\] Runtime\.ImportModuleError: Unable to import module 'handler': No module named 'handler'\rTraceback \(most recent call last\):\n$/,
    ),
  },
  {
    name: 'a missing dependency',
    ...module('import absent'),
    ...initError("Runtime.ImportModuleError: Unable to import module 'handler': No module named 'absent'"),
  },
  {
    name: 'a syntax error',
    ...module('def handler(event, context)\n    return 1'),
    ...initError("Runtime.UserCodeSyntaxError: Syntax error in module 'handler': expected ':' (handler.py, line 1)"),
  },
  { name: 'an exception at load', ...module('raise Exception("at load")'), ...initError('Exception: at load') },
  { name: 'no such function', ...module('x = 1'), ...initError("Runtime.HandlerNotFound: Handler 'handler' missing on module 'handler'") },
  {
    name: 'a name without a dot',
    files: {},
    handler: 'handler',
    ...initError("Runtime.MalformedHandlerName: Bad handler 'handler': not enough values to unpack (expected 2, got 1)"),
  },
  {
    name: 'a built-in module',
    files: {},
    handler: 'sys.exit',
    ...initError('Runtime.BuiltInModuleConflict: Cannot use built-in module sys as a handler module'),
  },
  { name: 'sys.exit at load', ...module('import sys\nsys.exit(4)'), expected: { answers: [], exitCode: 4 } },
];

const CONTEXT = [
  'import os',
  'def handler(event, context):',
  '    names = [n for n in dir(context) if not n.startswith("_")]',
  '    left = context.get_remaining_time_in_millis()',
  '    return [names, repr(context), 50000 < left <= 60000, os.environ["_X_AMZN_TRACE_ID"], context.w3c()]',
].join('\n');

const SEEN_INSIDE: readonly RuntimeCase[] = [
  {
    name: 'the context',
    ...module(CONTEXT),
    meta: {
      clientContext: '{"custom":{"foo":"bar"},"client":{"installation_id":"i1"},"env":{"e":1},"w3c":{"traceparent":"00-1","other":"x"}}',
      cognitoIdentity: '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
      tenantId: 'blue',
    },
    ...answers(
      `[["aws_request_id", "client_context", "function_name", "function_version", "get_remaining_time_in_millis", "identity", "invoked_function_arn", "log", "log_group_name", "log_stream_name", "memory_limit_in_mb", "tenant_id", "w3c"], "LambdaContext([aws_request_id=${REQUEST},log_group_name=/aws/lambda/f,log_stream_name=2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef,function_name=f,memory_limit_in_mb=128,function_version=$LATEST,invoked_function_arn=arn:aws:lambda:us-east-1:000000000000:function:f,client_context=ClientContext([custom={'foo': 'bar'},env={'e': 1},client=Client([installation_id=i1,app_title=None,app_version_name=None,app_version_code=None,app_package_name=None])]),identity=CognitoIdentity([cognito_identity_id=i,cognito_identity_pool_id=p]),tenant_id=blue])", true, "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700", {"traceparent": "00-1"}]`,
    ),
  },
  {
    name: 'the context without identity',
    ...module('def handler(event, context):\n    return [context.client_context, context.identity.cognito_identity_id, context.tenant_id]'),
    ...answers('[null, null, null]'),
  },
  {
    name: 'a client context that is no JSON',
    ...module('def handler(event, context):\n    return 1'),
    meta: { clientContext: 'x' },
    ...answers({
      error: 'Runtime.LambdaContextUnmarshalError: Unable to parse Client Context JSON: Expecting value: line 1 column 1 (char 0)',
    }),
  },
  {
    // Recorded: test_multi_line_prints.
    name: 'print and logging in text',
    ...module(
      'import logging, sys\nlogging.getLogger().setLevel("INFO")\ndef handler(event, context):\n    print("multi\\nline")\n    print("another\\rline", "and", 1)\n    logging.info("hello %s", "you")\n    logging.debug("no")\n    logging.getLogger("mine").warning("w\\nw")\n    context.log("by context\\n")\n    sys.stdout.writelines(["a", "b\\n"])',
    ),
    expected: {
      answers: ['null'],
      output: `multi\nline\nanother\rline and 1\n[INFO]\t<time>\t${REQUEST}\thello you\n[WARNING]\t<time>\t${REQUEST}\tw\nw\nby context\nab\n`,
    },
  },
  {
    name: 'logging in JSON, from a level on',
    ...module(
      'import logging\nlog = logging.getLogger("mine")\ndef handler(event, context):\n    log.debug("no")\n    log.info("text %d", 1, extra={"more": {"a": 1}})\n    log.warning({"a": "dict"})\n    try:\n        1 / 0\n    except ZeroDivisionError:\n        log.exception("failed")',
    ),
    environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
    expected: {
      answers: ['null'],
      output: new RegExp(
        `^{"timestamp": "<time>", "level": "INFO", "message": "text 1", "logger": "mine", "requestId": "${REQUEST}", "more": {"a": 1}(, "taskName": .*)?}\n{"timestamp": "<time>", "level": "WARNING", "message": {"a": "dict"}, "logger": "mine", "requestId": "${REQUEST}"}\n{"timestamp": "<time>", "level": "ERROR", "message": "failed", "logger": "mine", "stackTrace": \\["  File .*"\\], "errorType": "ZeroDivisionError", "errorMessage": "division by zero", "requestId": "${REQUEST}", "location": "<task>/handler.py:handler:10"}\n$`,
      ),
    },
  },
  {
    name: 'errors logged in JSON',
    ...module('def handler(event, context):\n    raise ValueError("broken ü")'),
    environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    expected: {
      answers: [{ error: 'ValueError: broken ü' }],
      output: new RegExp(
        `^{"timestamp": "<time>", "level": "ERROR", "errorMessage": "broken ü", "errorType": "ValueError", "requestId": "${REQUEST}", "stackTrace": \\["  File \\\\"<task>/handler.py\\\\", line 2, in handler\\\\n    raise ValueError\\(\\\\"broken ü\\\\"\\)\\\\n"\\]}\n$`,
      ),
    },
  },
  {
    name: 'logging is set up when a module imports it late',
    ...module(
      'def handler(event, context):\n    import logging\n    logging.warning("late")\n    return [len(logging.getLogger().handlers), logging.__name__, logging.__spec__.name]',
    ),
    expected: { answers: ['[1, "logging", "logging"]'], output: `[WARNING]\t<time>\t${REQUEST}\tlate\n` },
  },
  {
    name: 'no variable of the platform is left',
    ...module('import os\ndef handler(event, context):\n    return [n for n in os.environ if "HEARTH" in n]'),
    ...answers('[]'),
  },
  {
    name: 'signals reach the function while it waits',
    ...module(
      'import os, signal, threading\ncaught = []\nsignal.signal(signal.SIGUSR1, lambda *a: caught.append(1))\ndef handler(event, context):\n    if event == 1:\n        threading.Timer(0.02, os.kill, (os.getpid(), signal.SIGUSR1)).start()\n        return 0\n    import time\n    while not caught:\n        time.sleep(0.005)\n    return caught',
    ),
    events: ['1', '2'],
    ...answers('0', '[1]'),
  },
];

export const PYTHON_CASES: readonly RuntimeCase[] = [...RESULTS, ...ERRORS, ...LOADING, ...SEEN_INSIDE];
