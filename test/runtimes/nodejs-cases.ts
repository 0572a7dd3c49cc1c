import type { Expected, RuntimeCase } from './support/runtime-case.ts';

/** A Node.js case; `callbacks` is what nodejs22.x and earlier do, `promises` what nodejs24.x does. One may stand for both. */
export type NodeCase = Omit<RuntimeCase, 'expected'> & { readonly callbacks?: Expected; readonly promises?: Expected };

const both = (expected: Expected): { readonly callbacks: Expected; readonly promises: Expected } => ({
  callbacks: expected,
  promises: expected,
});
const commonJs = (text: string): { readonly files: Readonly<Record<string, string>>; readonly handler: string } => ({
  files: { 'index.js': text },
  handler: 'index.handler',
});

const REQUEST = '8476a536-e9f4-11e8-9739-000000000001';
const CIRCLE = 'exports.handler = async () => { const value = {}; value.self = value; return value; };';
const CALLBACKS_REFUSED =
  'Runtime.CallbackHandlerDeprecated: ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

const RESULTS: readonly NodeCase[] = [
  {
    name: 'a promise is the result',
    ...commonJs('exports.handler = async (event) => event;'),
    events: ['{"a":["ü",1]}', '2'],
    ...both({ answers: ['{"a":["ü",1]}', '2'] }),
  },
  { name: 'undefined becomes null', ...commonJs('exports.handler = async () => {};'), ...both({ answers: ['null'] }) },
  {
    name: 'a value without a promise',
    ...commonJs('exports.handler = () => 7;'),
    callbacks: { answers: ['null'] },
    promises: { answers: ['7'] },
  },
  { name: 'a foreign thenable', ...commonJs('exports.handler = () => ({ then: (resolve) => resolve(5) });'), ...both({ answers: ['5'] }) },
  {
    name: 'large events and results',
    ...commonJs('exports.handler = async (event) => event.length + event;'),
    events: [JSON.stringify('x'.repeat(300_000))],
    ...both({ answers: [JSON.stringify(`300000${'x'.repeat(300_000)}`)] }),
  },
  {
    name: 'a promise that never settles',
    ...commonJs('exports.handler = () => new Promise(() => {});'),
    callbacks: { answers: ['null'] },
    promises: { answers: [], exitCode: 0 },
  },
  {
    name: 'a result without JSON: circle',
    ...commonJs(CIRCLE),
    callbacks: { answers: [{ error: 'Error: Unable to stringify response body' }] },
    promises: { answers: [{ error: 'Runtime.JSONStringifyError: Unable to stringify response body' }] },
  },
  {
    name: 'a result without JSON: BigInt',
    ...commonJs('exports.handler = async () => 1n;'),
    callbacks: { answers: [{ error: 'Error: Unable to stringify response body' }] },
    promises: { answers: [{ error: 'Runtime.JSONStringifyError: Unable to stringify response body' }] },
  },
  {
    name: 'a result without JSON: function',
    ...commonJs('exports.handler = async () => () => 1;'),
    ...both({ answers: [{ error: 'TypeError: Wrong arguments' }] }),
  },
];

const CALLBACKS: readonly NodeCase[] = [
  {
    name: 'callback with a result',
    ...commonJs('exports.handler = (event, context, callback) => callback(null, { ok: true });'),
    callbacks: { answers: ['{"ok":true}'] },
    promises: { answers: [{ initError: CALLBACKS_REFUSED }], exitCode: 1 },
  },
  {
    name: 'callback waits for the empty event loop',
    ...commonJs('exports.handler = (event, context, callback) => { setTimeout(() => console.log("late"), 20); callback(null, 1); };'),
    callbacks: { answers: ['1'], output: `<time>\t${REQUEST}\tINFO\tlate\n` },
  },
  {
    name: 'callback does not wait when told so',
    ...commonJs(
      'exports.handler = (event, context, callback) => { context.callbackWaitsForEmptyEventLoop = false; setTimeout(() => console.log("late"), 60000); callback(null, 1); };',
    ),
    callbacks: { answers: ['1'], output: '' },
  },
  {
    name: 'callback with an error',
    ...commonJs('exports.handler = (event, context, callback) => callback(new RangeError("no"));'),
    callbacks: { answers: [{ error: 'RangeError: no' }] },
  },
  {
    name: 'callback with a text as error',
    ...commonJs('exports.handler = (event, context, callback) => callback("no");'),
    callbacks: { answers: [{ error: 'string: no' }] },
  },
  {
    name: 'only the first callback counts',
    ...commonJs('exports.handler = (event, context, callback) => { callback(null, 1); callback(null, 2); };'),
    callbacks: { answers: ['1'] },
  },
  {
    name: 'neither callback nor promise',
    ...commonJs('exports.handler = () => { setTimeout(() => {}, 10); };'),
    callbacks: { answers: ['null'] },
  },
  { name: 'context.succeed', ...commonJs('exports.handler = (event, context) => { context.succeed(3); };'), callbacks: { answers: ['3'] } },
  {
    name: 'context.fail without an error',
    ...commonJs('exports.handler = (event, context) => { context.fail(); };'),
    callbacks: { answers: [{ error: 'string: handled' }] },
  },
  {
    name: 'context.done',
    ...commonJs('exports.handler = (event, context) => { context.done(null, "x"); };'),
    callbacks: { answers: ['"x"'] },
  },
  {
    name: 'a result without JSON by callback ends the process',
    ...commonJs('exports.handler = (event, context, callback) => callback(null, 1n);'),
    callbacks: { answers: [{ error: 'Error: Unable to stringify response body' }], exitCode: 129 },
  },
];

const ERRORS: readonly NodeCase[] = [
  {
    name: 'a rejection',
    ...commonJs('exports.handler = async () => {\n  throw new TypeError("broken");\n};'),
    ...both({ answers: [{ error: 'TypeError: broken' }] }),
  },
  {
    name: 'a throw',
    ...commonJs('exports.handler = () => { throw new Error("broken\\nin two lines"); };'),
    ...both({ answers: [{ error: 'Error: broken\nin two lines' }] }),
  },
  {
    name: 'a throw in an ES module',
    files: { 'index.mjs': 'export const handler = async () => {\n  throw new Error("here");\n};' },
    handler: 'index.handler',
    ...both({ answers: [{ error: 'Error: here' }] }),
  },
  {
    name: 'a class of its own',
    ...commonJs('class Odd extends Error { name = "Odd"; code = "E7"; }\nexports.handler = async () => { throw new Odd("o"); };'),
    ...both({ answers: [{ error: 'Odd: o' }] }),
  },
  {
    name: 'a thrown text',
    ...commonJs('exports.handler = async () => { throw "just text"; };'),
    ...both({ answers: [{ error: 'string: just text' }] }),
  },
  {
    name: 'a thrown object',
    ...commonJs('exports.handler = async () => { throw { a: 1 }; };'),
    ...both({ answers: [{ error: 'object: [object Object]' }] }),
  },
  {
    name: 'a rejection with undefined',
    ...commonJs('exports.handler = () => Promise.reject(undefined);'),
    callbacks: { answers: [{ error: 'string: handled' }] },
    promises: { answers: [{ error: 'undefined: undefined' }] },
  },
  {
    name: 'after an error the next invocation works',
    ...commonJs('exports.handler = async (event) => { if (event === 1) throw new Error("one"); return event; };'),
    events: ['1', '2'],
    ...both({ answers: [{ error: 'Error: one' }, '2'] }),
  },
  {
    name: 'an unhandled rejection elsewhere',
    ...commonJs(
      'exports.handler = () => { Promise.reject(new Error("stray")); return new Promise((resolve) => setTimeout(resolve, 1000)); };',
    ),
    callbacks: { answers: [{ error: 'Runtime.UnhandledPromiseRejection: Error: stray' }], exitCode: 128 },
    promises: { answers: [], exitCode: 1 },
  },
  {
    name: 'an uncaught exception in a timer',
    ...commonJs('exports.handler = () => new Promise(() => { setTimeout(() => { throw new Error("timer"); }, 5); });'),
    callbacks: { answers: [{ error: 'Error: timer' }], exitCode: 129 },
    promises: { answers: [], exitCode: 1 },
  },
  { name: 'process.exit', ...commonJs('exports.handler = async () => { process.exit(3); };'), ...both({ answers: [], exitCode: 3 }) },
];

const LOADING: readonly NodeCase[] = [
  {
    name: 'a folder and nested exports',
    files: { 'src/app.js': 'exports.a = { b: { c: async () => "deep" } };' },
    handler: 'src/app.a.b.c',
    ...both({ answers: ['"deep"'] }),
  },
  {
    name: 'an ES module',
    files: { 'index.mjs': 'await null;\nexport const handler = async () => import.meta.url.endsWith("index.mjs");' },
    handler: 'index.handler',
    ...both({ answers: ['true'] }),
  },
  {
    name: 'an ES module by package.json',
    files: { 'package.json': '{"type":"module"}', 'index.js': 'export const handler = async () => 1;' },
    handler: 'index.handler',
    ...both({ answers: ['1'] }),
  },
  {
    name: 'CommonJS by its ending',
    files: { 'package.json': '{"type":"module"}', 'index.cjs': 'exports.handler = async () => 2;' },
    handler: 'index.handler',
    ...both({ answers: ['2'] }),
  },
  {
    name: 'a package folder',
    files: {
      'app/index.js': 'exports.handler = async () => 3;',
      'app/package.json': '{}',
      'node_modules/app/index.js': 'exports.handler = async () => 4;',
    },
    handler: 'app.handler',
    callbacks: { answers: ['3'] },
  },
  {
    name: 'a package',
    files: { 'node_modules/app/index.js': 'exports.handler = async () => 4;' },
    handler: 'app.handler',
    ...both({ answers: ['4'] }),
  },
  {
    name: 'a default export of an ES module',
    files: { 'index.mjs': 'export default { handler: async () => 8 };' },
    handler: 'index.handler',
    promises: { answers: ['8'] },
    callbacks: { answers: [{ initError: 'Runtime.HandlerNotFound: index.handler is undefined or not exported' }], exitCode: 129 },
  },
  {
    name: 'no such file',
    files: {},
    handler: 'index.handler',
    events: [],
    callbacks: {
      answers: [{ initError: "Runtime.ImportModuleError: Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs" }],
      exitCode: 129,
    },
    promises: {
      answers: [{ initError: "Runtime.ImportModuleError: Error: Cannot find module 'index'\nRequire stack:\n- /var/runtime/index.mjs" }],
      exitCode: 1,
    },
  },
  {
    name: 'a missing dependency',
    ...commonJs('require("absent");'),
    callbacks: {
      answers: [
        {
          initError:
            "Runtime.ImportModuleError: Error: Cannot find module 'absent'\nRequire stack:\n- <task>/index.js\n- /var/runtime/index.mjs",
        },
      ],
      exitCode: 129,
    },
    promises: {
      answers: [{ initError: "Runtime.ImportModuleError: Error: Cannot find module 'absent'\nRequire stack:\n- <task>/index.js" }],
      exitCode: 1,
    },
  },
  {
    name: 'a missing dependency of an ES module',
    files: { 'index.mjs': 'import "absent";' },
    handler: 'index.handler',
    callbacks: { answers: [{ initError: "Error: Cannot find package 'absent' imported from <task>/index.mjs" }], exitCode: 129 },
    promises: { answers: [{ initError: "Error: Cannot find package 'absent' imported from <task>/index.mjs" }], exitCode: 1 },
  },
  {
    name: 'a syntax error',
    ...commonJs('exports.handler = async () => {{;'),
    callbacks: { answers: [{ initError: 'Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input' }], exitCode: 129 },
    promises: { answers: [{ initError: 'Runtime.UserCodeSyntaxError: SyntaxError: Unexpected end of input' }], exitCode: 1 },
  },
  {
    name: 'an exception at load',
    ...commonJs('throw new Error("at load");'),
    callbacks: { answers: [{ initError: 'Error: at load' }], exitCode: 129 },
    promises: { answers: [{ initError: 'Error: at load' }], exitCode: 1 },
  },
  {
    name: 'no such export',
    ...commonJs('exports.other = 1;'),
    callbacks: { answers: [{ initError: 'Runtime.HandlerNotFound: index.handler is undefined or not exported' }], exitCode: 129 },
    promises: { answers: [{ initError: 'Runtime.HandlerNotFound: index.handler is undefined or not exported' }], exitCode: 1 },
  },
  {
    name: 'an export that is no function',
    ...commonJs('exports.handler = 1;'),
    callbacks: { answers: [{ initError: 'Runtime.HandlerNotFound: index.handler is not a function' }], exitCode: 129 },
    promises: { answers: [{ initError: 'Runtime.HandlerNotFound: index.handler is not a function' }], exitCode: 1 },
  },
  {
    name: 'a name without a dot',
    files: {},
    handler: 'index',
    callbacks: { answers: [{ initError: 'Runtime.MalformedHandlerName: Bad handler' }], exitCode: 129 },
    promises: { answers: [{ initError: 'Runtime.MalformedHandlerName: Bad handler' }], exitCode: 1 },
  },
  {
    name: 'a name that leads out',
    files: {},
    handler: '../index.handler',
    callbacks: {
      answers: [
        {
          initError:
            "Runtime.MalformedHandlerName: '../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
        },
      ],
      exitCode: 129,
    },
    promises: {
      answers: [
        {
          initError:
            "Runtime.MalformedHandlerName: '../index.handler' is not a valid handler name. Use absolute paths when specifying root directories in handler names.",
        },
      ],
      exitCode: 1,
    },
  },
];

const SEEN_INSIDE: readonly NodeCase[] = [
  {
    name: 'the context',
    ...commonJs(
      'exports.handler = async (event, context) => ({ context, left: context.getRemainingTimeInMillis() > 50000, trace: process.env._X_AMZN_TRACE_ID });',
    ),
    meta: {
      clientContext: '{"custom":{"foo":"bar"}}',
      cognitoIdentity: '{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"}',
      tenantId: 'blue',
    },
    // The older form is recorded: test_lambda_with_context.
    callbacks: {
      answers: [
        `{"context":{"callbackWaitsForEmptyEventLoop":true,"functionVersion":"$LATEST","functionName":"f","memoryLimitInMB":"128","logGroupName":"/aws/lambda/f","logStreamName":"2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef","clientContext":{"custom":{"foo":"bar"}},"identity":{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"},"invokedFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","awsRequestId":"${REQUEST}","tenantId":"blue"},"left":true,"trace":"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"}`,
      ],
    },
    promises: {
      answers: [
        `{"context":{"clientContext":{"custom":{"foo":"bar"}},"identity":{"cognitoIdentityId":"i","cognitoIdentityPoolId":"p"},"invokedFunctionArn":"arn:aws:lambda:us-east-1:000000000000:function:f","awsRequestId":"${REQUEST}","tenantId":"blue","xRayTraceId":"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700","functionName":"f","functionVersion":"$LATEST","memoryLimitInMB":"128","logGroupName":"/aws/lambda/f","logStreamName":"2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef"},"left":true,"trace":"Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700"}`,
      ],
    },
  },
  {
    name: 'the console in text',
    ...commonJs(
      'console.log("init"); exports.handler = async () => { console.log("a\\nb", { x: 1 }); console.info("%s is %d", "x", 5); console.debug(1, undefined); console.warn(new Error("w").message); console.error("e"); console.trace("t"); console.log(); };',
    ),
    callbacks: {
      answers: ['null'],
      output: `<time>\tundefined\tINFO\tinit\n<time>\t${REQUEST}\tINFO\ta\rb { x: 1 }\n<time>\t${REQUEST}\tINFO\tx is 5\n<time>\t${REQUEST}\tDEBUG\t1 undefined\n<time>\t${REQUEST}\tWARN\tw\n<time>\t${REQUEST}\tERROR\te\n<time>\t${REQUEST}\tTRACE\tt\n<time>\t${REQUEST}\tINFO\tundefined\n`,
    },
    promises: {
      answers: ['null'],
      output: `<time>\t-\tINFO\tinit\n<time>\t${REQUEST}\tINFO\ta\rb { x: 1 }\n<time>\t${REQUEST}\tINFO\tx is 5\n<time>\t${REQUEST}\tDEBUG\t1 undefined\n<time>\t${REQUEST}\tWARN\tw\n<time>\t${REQUEST}\tERROR\te\n<time>\t${REQUEST}\tTRACE\tt\n<time>\t${REQUEST}\tINFO\tundefined\n`,
    },
  },
  {
    name: 'the console in JSON, from a level on',
    ...commonJs(
      'exports.handler = async () => { console.debug("no"); console.log({ a: 1 }); console.warn("two", "words"); console.error("failed:", new RangeError("r")); console.error(new RangeError("alone")); const c = {}; c.c = c; console.log(c); };',
    ),
    environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'INFO' },
    ...both({
      answers: ['null'],
      output: new RegExp(
        `^{"timestamp":"<time>","level":"INFO","requestId":"${REQUEST}","message":{"a":1}}\n{"timestamp":"<time>","level":"WARN","requestId":"${REQUEST}","message":"two words"}\n{.*"errorType":"RangeError","errorMessage":"r","stackTrace":\\["RangeError: r","    at .*}\n{.*"message":{"errorType":"RangeError","errorMessage":"alone","stackTrace":.*}\n.*Circular.*\n$`,
      ),
    }),
  },
  {
    name: 'errors logged in JSON',
    ...commonJs('exports.handler = async () => { throw new TypeError("broken"); };'),
    environment: { AWS_LAMBDA_LOG_FORMAT: 'JSON' },
    ...both({
      answers: [{ error: 'TypeError: broken' }],
      output: new RegExp(
        `^{"timestamp":"<time>","level":"ERROR","requestId":"${REQUEST}","message":{"errorType":"TypeError","errorMessage":"broken","stackTrace":\\["TypeError: broken"`,
      ),
    }),
  },
  {
    name: 'errors logged in text',
    ...commonJs('exports.handler = async () => { throw Object.assign(new TypeError("broken"), { code: "E1" }); };'),
    ...both({
      answers: [{ error: 'TypeError: broken' }],
      output: new RegExp(
        `^<time>\t${REQUEST}\tERROR\tInvoke Error \t{"errorType":"TypeError","errorMessage":"broken","code":"E1","stack":\\["TypeError: broken"`,
      ),
    }),
  },
  {
    name: 'no variable of the platform is left',
    ...commonJs('exports.handler = async () => Object.keys(process.env).filter((name) => name.includes("HEARTH"));'),
    ...both({ answers: ['[]'] }),
  },
  {
    name: 'timers go on between invocations',
    ...commonJs(
      'let ticks = 0; setInterval(() => { ticks += 1; }, 1); exports.handler = async (event) => { if (event === 2) await new Promise((resolve) => setTimeout(resolve, 30)); return ticks > 0; };',
    ),
    events: ['2', '2'],
    ...both({ answers: ['true', 'true'] }),
  },
];

const STREAMS: readonly NodeCase[] = [
  {
    name: 'a streamed response',
    ...commonJs(
      'exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.setContentType("text/plain"); stream.write("one "); stream.write({ two: 2 }); stream.end(); });',
    ),
    ...both({ answers: ['one {"two":2}'] }),
  },
  {
    name: 'a streamed response with its prelude',
    ...commonJs(
      'exports.handler = awslambda.streamifyResponse(async (event, stream) => { const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201 }); http.write("body"); http.end(); });',
    ),
    ...both({ answers: ['{"statusCode":201}\0\0\0\0\0\0\0\0body'] }),
  },
  {
    name: 'a pipeline into the stream',
    ...commonJs(
      'const { pipeline } = require("node:stream/promises"); const { Readable } = require("node:stream"); exports.handler = awslambda.streamifyResponse(async (event, stream) => { await pipeline(Readable.from(["a", "b"]), stream); });',
    ),
    ...both({ answers: ['ab'] }),
  },
  {
    name: 'a stream that fails',
    ...commonJs(
      'exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("half"); throw new Error("torn"); });',
    ),
    ...both({ answers: [{ error: 'Error: torn' }] }),
  },
  {
    name: 'a streaming handler that is not async, with an ended stream',
    ...commonJs('exports.handler = awslambda.streamifyResponse((event, stream) => { stream.end("x"); });'),
    ...both({ answers: ['x'] }),
  },
  {
    name: 'a stream that fails with a text',
    ...commonJs('exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("x"); throw "text"; });'),
    ...both({ answers: [{ error: 'string: text' }] }),
  },
  {
    name: 'a streaming handler that is not async',
    ...commonJs('exports.handler = awslambda.streamifyResponse((event, stream) => { stream.write("x"); });'),
    callbacks: { answers: [{ error: 'string: Streaming does not support non-async handlers.' }] },
    promises: { answers: [{ error: 'Error: Streaming does not support non-async handlers.' }] },
  },
  {
    name: 'a stream that fails before its first byte',
    ...commonJs('exports.handler = awslambda.streamifyResponse(async () => { throw new RangeError("early"); });'),
    ...both({ answers: [{ error: 'RangeError: early' }] }),
  },
  {
    name: 'a stream that was ended before its handler fails',
    ...commonJs(
      'exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("all"); stream.end(); throw new Error("afterwards"); });',
    ),
    ...both({ answers: ['all'], output: /ERROR\tInvoke Error \t.*afterwards/ }),
  },
  {
    name: 'a large stream, that waits for its reader',
    ...commonJs(
      'const { once } = require("node:events"); exports.handler = awslambda.streamifyResponse(async (event, stream) => { let full = 0; for (let count = 0; count < 40; count++) { if (!stream.write(Buffer.alloc(100001, 97))) { full += 1; await once(stream, "drain"); } } stream.end(full > 0 ? "!" : "never full"); }, { highWaterMark: 1000 });',
    ),
    ...both({ answers: [`${'a'.repeat(4_000_040)}!`] }),
  },
  {
    name: 'a stream whose content type comes too late',
    ...commonJs(
      'exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("x"); stream.setContentType("text/plain"); });',
    ),
    ...both({ answers: [{ error: 'Runtime.InvalidStreamingOperation: Cannot set content-type, too late.' }] }),
  },
  {
    name: 'a stream that is torn by its source',
    ...commonJs(
      'const { pipeline } = require("node:stream/promises"); const { Readable } = require("node:stream"); const { setTimeout } = require("node:timers/promises"); async function* source() { yield "half"; await setTimeout(50); throw new Error("no more"); } exports.handler = awslambda.streamifyResponse(async (event, stream) => { await pipeline(Readable.from(source()), stream); });',
    ),
    callbacks: {
      answers: [],
      exitCode: 128,
      output: /Invoke Error \t.*no more[^]*Unhandled Promise Rejection \t.*no more/,
    },
    promises: {
      answers: [],
      exitCode: 1,
    },
  },
  {
    name: 'a torn stream in a process that lives on',
    ...commonJs(
      'process.on("unhandledRejection", () => {}); exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("half"); await new Promise((resolve) => setTimeout(resolve, 50)); stream.destroy(); });',
    ),
    promises: {
      answers: [{ error: 'Runtime.TruncatedResponse: The response of the runtime ended before it was complete.' }],
      output: /Invoke Error \t.*socket hang up/,
    },
  },
  {
    name: 'an exception that nobody catches while a response is under way',
    ...commonJs(
      'const { setTimeout: pause } = require("node:timers/promises"); exports.handler = awslambda.streamifyResponse(async (event, stream) => { stream.write("half"); await pause(50); setImmediate(() => { throw new Error("loose"); }); await pause(1000); });',
    ),
    callbacks: { answers: [], exitCode: 129, output: /Uncaught Exception \t.*loose/ },
    promises: { answers: [], exitCode: 1 },
  },
];

export const NODE_CASES: readonly NodeCase[] = [...RESULTS, ...CALLBACKS, ...ERRORS, ...LOADING, ...SEEN_INSIDE, ...STREAMS];
