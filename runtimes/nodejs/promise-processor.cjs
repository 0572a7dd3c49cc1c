'use strict';

// Invocations as nodejs24.x and later have them: the handler's value or promise is the result. Callbacks are refused, nothing waits
// for an empty event loop, and what nobody caught ends the process by Node's own rules.

const { runtimeError, responseText } = require('./errors.cjs');
const { isStreaming, withInvocation } = require('./globals.cjs');
const { promiseContext, publishTraceId } = require('./invocation-context.cjs');
const { loadHandler } = require('./load-handler.cjs');
const log = require('./log.cjs');

const GENERATION = { promises: true };
const CALLBACKS_REFUSED =
  'ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. You need to modify this function to use a supported handler signature to use Node.js 24 or later. For more information see https://docs.aws.amazon.com/lambda/latest/dg/nodejs-handler.html.';

/** Stacks name the object that the handler was called on; this is AWS's name. */
class BufferedInvokeProcessor {
  constructor(handler) {
    this.handler = handler;
  }
}

async function run({ channel, root, handler: name }) {
  let handler;
  let streaming;
  try {
    handler = await loadHandler(root, name, GENERATION);
    streaming = isStreaming(handler, GENERATION);
    if (handler.length >= 3 && !streaming) throw runtimeError('CallbackHandlerDeprecated', CALLBACKS_REFUSED, GENERATION);
  } catch (error) {
    log.logError('Init Error', error);
    await new Promise((resolve) => channel.failInit(error, resolve));
    throw error;
  }

  if (streaming) {
    const stream = require('./streaming.cjs').forPromises(handler, channel);
    const askForNext = () => channel.next();
    channel.start((meta, eventText) => {
      const invocation = begin(meta, eventText);
      withInvocation(meta, () => stream(() => invocation)).then(askForNext, askForNext);
    });
    return;
  }

  const processor = new BufferedInvokeProcessor(handler);
  channel.start((meta, eventText) => {
    const { event, context } = begin(meta, eventText);
    let result;
    try {
      result = withInvocation(meta, () => processor.handler(event, context));
    } catch (error) {
      fail(error);
      return;
    }
    // Through a real promise: a foreign thenable might call back twice.
    Promise.resolve(result).then(succeed, fail);
  });

  function succeed(result) {
    let body;
    try {
      body = responseText(result, GENERATION);
    } catch (error) {
      fail(error);
      return;
    }
    channel.respond(body);
  }

  function fail(error) {
    log.logError('Invoke Error', error);
    channel.fail(error);
  }
}

function begin(meta, eventText) {
  log.setInvocation(meta);
  const context = promiseContext(meta);
  publishTraceId(meta.traceId);
  // An event that is no JSON ends the process, as it does on AWS: the platform lets none through.
  return { event: JSON.parse(eventText), context };
}

module.exports = { run };
