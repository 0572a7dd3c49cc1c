'use strict';

// Invocations as nodejs22.x and earlier have them. A promise is the result; otherwise the callback's value is, and then the answer
// waits until the event loop is empty, unless `context.callbackWaitsForEmptyEventLoop` is false. A handler that does neither
// answers null once the loop is empty.

const { runtimeError, responseText } = require('./errors.cjs');
const { isStreaming } = require('./globals.cjs');
const { callbackContext, publishTraceId } = require('./invocation-context.cjs');
const { loadHandler } = require('./load-handler.cjs');
const log = require('./log.cjs');

const GENERATION = { promises: false };
/** Exit codes of AWS's client. */
const UNHANDLED_REJECTION_EXIT = 128;
const UNCAUGHT_EXCEPTION_EXIT = 129;

let channel;
/** What happens when the event loop is empty. */
let onEmptyLoop = () => {};
let reportFatal;

async function run(options) {
  channel = options.channel;
  reportFatal = (error, done) => channel.failInit(error, done);
  process.on('uncaughtException', (error) => {
    log.logError('Uncaught Exception', error);
    reportFatal(error, () => process.exit(UNCAUGHT_EXCEPTION_EXIT));
  });
  process.on('unhandledRejection', (reason, promise) => {
    const error = Object.assign(runtimeError('UnhandledPromiseRejection', reason === undefined ? '' : String(reason), GENERATION), {
      reason,
      promise,
    });
    log.logError('Unhandled Promise Rejection', error);
    reportFatal(error, () => process.exit(UNHANDLED_REJECTION_EXIT));
  });
  process.on('beforeExit', () => onEmptyLoop());

  let handler;
  let streaming;
  try {
    handler = await loadHandler(options.root, options.handler, GENERATION);
    streaming = isStreaming(handler, GENERATION);
  } catch (error) {
    log.logError('Uncaught Exception', error);
    channel.failInit(error, () => process.exit(UNCAUGHT_EXCEPTION_EXIT));
    return;
  }
  const runtime = new Runtime(handler);
  channel.start(streaming ? streamingInvocations(handler) : (meta, eventText) => invoke(runtime, meta, eventText));
}

/** Stacks name the object that the handler was called on; this is AWS's name. */
class Runtime {
  constructor(handler) {
    this.handler = handler;
  }
}

function invoke(runtime, meta, eventText) {
  begin(meta);
  const invocation = { finished: false, completed: false };
  let context;
  onEmptyLoop = () => settle(invocation, undefined, null);
  // Only the first call counts, unless it threw: a result that has no JSON fails the invocation instead.
  const once = (action) => {
    return (...parameters) => {
      if (invocation.finished) return;
      action(...parameters);
      invocation.finished = true;
    };
  };
  const done = once((error, result) => settle(invocation, error, result));
  const succeed = (result) => done(undefined, result);
  const failWith = (error) => done(error ?? 'handled');
  const callback = once((error, result) => {
    if (isGiven(error) || context?.callbackWaitsForEmptyEventLoop === false) settle(invocation, error, result);
    else onEmptyLoop = () => setImmediate(settle, invocation, undefined, result);
  });
  try {
    context = callbackContext(meta, { succeed, fail: failWith, done });
    publishTraceId(meta.traceId);
    const result = runtime.handler(JSON.parse(eventText), context, callback);
    if (typeof result?.then === 'function') result.then(succeed, failWith).catch(failWith);
  } catch (error) {
    callback(error);
  }
}

/** Answers an invocation and asks for the next. A late call, perhaps of an invocation long over, is only told so. */
function settle(invocation, error, result) {
  if (invocation.completed) {
    console.error('Invocation has already been reported as done. Cannot call complete more than once per invocation.');
    return;
  }
  const body = isGiven(error) ? undefined : responseText(result, GENERATION);
  invocation.completed = true;
  onEmptyLoop = () => {};
  if (body === undefined) fail(error);
  else channel.respond(body);
}

function isGiven(error) {
  return error !== undefined && error !== null;
}

function fail(error) {
  log.logError('Invoke Error', error);
  channel.fail(error);
}

function begin(meta) {
  log.setInvocation(meta);
  onEmptyLoop = () => {};
  reportFatal = (error, done) => channel.failLast(error, done);
}

function streamingInvocations(handler) {
  const stream = require('./streaming.cjs').forCallbacks(handler, channel);
  return (meta, eventText) => {
    begin(meta);
    let context;
    const prepare = () => {
      context = callbackContext(meta, {});
      publishTraceId(meta.traceId);
      return { event: JSON.parse(eventText), context };
    };
    const proceed = () => {
      if (context?.callbackWaitsForEmptyEventLoop === false) channel.next();
      else onEmptyLoop = () => setImmediate(askForNext);
    };
    stream(prepare).then(proceed, proceed);
  };
}

function askForNext() {
  onEmptyLoop = () => {};
  channel.next();
}

module.exports = { run };
