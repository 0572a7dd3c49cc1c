'use strict';

// Handlers marked by `awslambda.streamifyResponse`. What they write goes out at once, as far as the platform takes it; an error after
// the first byte ends the response early.
//
// AWS's clients hand the function the HTTP request itself that carries the response. What can be seen of that is the same here: a
// stream that is destroyed breaks the response off, and a promise of the client's that nobody listens to then ends the process.

const { Writable } = require('node:stream');
const { runtimeError } = require('./errors.cjs');
const { HIGH_WATER_MARK } = require('./globals.cjs');
const { logError } = require('./log.cjs');

const DEFAULT_CONTENT_TYPE = 'application/octet-stream';
const NOT_ASYNC = 'Streaming does not support non-async handlers.';

class ResponseStream extends Writable {
  /** Called with a function that writes, before the first byte of the handler. */
  _onBeforeFirstWrite;
  #response;
  #generation;
  #contentType = DEFAULT_CONTENT_TYPE;
  #written = false;
  #begun = false;
  #failure;

  constructor(response, generation, highWaterMark) {
    super({ decodeStrings: true, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.#response = response;
    this.#generation = generation;
  }

  setContentType(contentType) {
    if (this.#written) throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.', this.#generation);
    this.#contentType = String(contentType);
  }

  write(chunk, encoding, callback) {
    if (!this.#written) this._onBeforeFirstWrite?.((prelude) => super.write(prelude));
    this.#written = true;
    const known = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(known ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  /** Ends the response with an error, behind all that was written. What was ended before cannot be taken back. */
  fail(error) {
    if (this.writableEnded) return;
    this.#failure = { error };
    super.end();
  }

  _write(chunk, _encoding, callback) {
    this.#begin();
    this.#response.write(chunk, callback);
  }

  _final(callback) {
    this.#begin();
    if (this.#failure === undefined) this.#response.end(callback);
    else this.#response.fail(this.#failure.error, callback);
  }

  _destroy(error, callback) {
    if (!this.writableFinished) this.#response.abort();
    callback(error);
  }

  #begin() {
    if (this.#begun) return;
    this.#begun = true;
    this.#response.begin(this.#contentType);
  }
}

/**
 * A handler of the newer generation. The result is called for each invocation with what makes event and context, and resolves when the
 * response and the handler are done, in whatever way.
 */
function forPromises(handler, channel) {
  return streamed(new StreamingInvokeProcessor(handler), channel, { promises: true }, (text) => new Error(text));
}

/** The same for the older generation, which reports misuse as bare texts. */
function forCallbacks(handler, channel) {
  return streamed(new Runtime(handler), channel, { promises: false }, (text) => text);
}

function streamed(processor, channel, generation, misuse) {
  return async (prepare) => {
    const stream = new ResponseStream(channel.openResponse(), generation, processor.handler[HIGH_WATER_MARK]);
    const over = endOf(stream);
    try {
      const { event, context } = prepare();
      const result = processor.handler(event, stream, context);
      if (typeof result?.then !== 'function') throw misuse(NOT_ASYNC);
      if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
      await over;
    } catch (error) {
      // As AWS's client of this generation does: a torn stream ends the process before that.
      if (generation.promises) await new Promise(setImmediate);
      logError('Invoke Error', error);
      stream.fail(error);
      await over;
    }
  };
}

/** Resolves when the platform has the whole response. One that is torn ends the process, by a rejection that nobody handles. */
function endOf(stream) {
  const over = closed(stream);
  // Whether the handler is waited for at that time must make no difference: one rejection is handled, another never.
  over.catch(() => {});
  void (async () => {
    await over;
  })();
  return over;
}

async function closed(stream) {
  let failure;
  stream.on('error', (error) => {
    failure = error;
  });
  await new Promise((resolve) => stream.once('close', resolve));
  if (!stream.writableFinished) throw failure ?? Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

// Stacks name the object that a handler was called on; these are AWS's names.

class Runtime {
  constructor(handler) {
    this.handler = handler;
  }
}

class StreamingInvokeProcessor {
  constructor(handler) {
    this.handler = handler;
  }
}

module.exports = { forPromises, forCallbacks };
