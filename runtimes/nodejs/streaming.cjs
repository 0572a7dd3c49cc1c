'use strict';

// Handlers marked by `awslambda.streamifyResponse`. What they write is gathered and becomes the response when they are done: the
// form that the stream has for a caller of Invoke.

const { Writable } = require('node:stream');
const { runtimeError } = require('./errors.cjs');
const { HIGH_WATER_MARK } = require('./globals.cjs');
const { logError } = require('./log.cjs');

const NOT_ASYNC = 'Streaming does not support non-async handlers.';
const NOT_FINISHED = 'Response stream is not finished.';

class ResponseStream extends Writable {
  /** Called with a function that writes, before the first byte of the handler. */
  _onBeforeFirstWrite;
  #chunks = [];
  #started = false;
  #generation;

  constructor(generation, highWaterMark) {
    super({ decodeStrings: true, ...(highWaterMark !== undefined && { highWaterMark }) });
    this.#generation = generation;
  }

  get body() {
    return Buffer.concat(this.#chunks);
  }

  setContentType() {
    if (this.#started) throw runtimeError('InvalidStreamingOperation', 'Cannot set content-type, too late.', this.#generation);
  }

  write(chunk, encoding, callback) {
    if (!this.#started) this._onBeforeFirstWrite?.((prelude) => this.#chunks.push(Buffer.from(prelude)));
    this.#started = true;
    const known = typeof chunk === 'string' || chunk instanceof Uint8Array;
    return super.write(known ? chunk : JSON.stringify(chunk), encoding, callback);
  }

  _write(chunk, _encoding, callback) {
    this.#chunks.push(chunk);
    callback();
  }
}

/** A handler of the newer generation as one that returns a promise of the response's bytes. */
function forPromises(handler) {
  return streamed(handler, { promises: true }, (text) => new Error(text));
}

/** The same for the older generation, which reports misuse as bare texts. */
function forCallbacks(handler) {
  return streamed(handler, { promises: false }, (text) => text);
}

function streamed(handler, generation, misuse) {
  const processor = generation.promises ? new StreamingInvokeProcessor(handler) : new Runtime(handler);
  return async (event, context) => {
    const stream = new ResponseStream(generation, handler[HIGH_WATER_MARK]);
    const ended = new Promise((resolve, reject) => {
      stream.on('close', resolve);
      stream.on('error', reject);
    });
    // Observed below, but the handler's own error comes first.
    ended.catch(() => {});
    try {
      const result = processor.handler(event, stream, context);
      if (typeof result?.then !== 'function') throw misuse(NOT_ASYNC);
      if ((await result) !== undefined) console.warn('Streaming handlers ignore return values.');
      await ended;
      if (!stream.writableFinished) throw misuse(NOT_FINISHED);
    } catch (error) {
      // What was ended cannot be taken back.
      if (!stream.writableEnded) throw error;
      logError('Invoke Error', error);
    }
    return stream.body;
  };
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
