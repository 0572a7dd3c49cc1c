'use strict';

// `awslambda`, the object that AWS's Node.js runtimes put into the global scope.

const STREAMING = Symbol.for('aws.lambda.runtime.handler.streaming');
const HIGH_WATER_MARK = Symbol.for('aws.lambda.runtime.handler.streaming.highWaterMark');
const REQUEST_ID = Symbol.for('_AWS_LAMBDA_REQUEST_ID');
const TRACE_ID = Symbol.for('_AWS_LAMBDA_X_RAY_TRACE_ID');
const TENANT_ID = Symbol.for('_AWS_LAMBDA_TENANT_ID');
const PRELUDE_CONTENT_TYPE = 'application/vnd.awslambda.http-integration-response';
const PRELUDE_END = new Uint8Array(8);

/** Puts status and headers, as JSON and eight NUL bytes, in front of what a handler streams. */
class HttpResponseStream {
  static from(underlyingStream, prelude) {
    underlyingStream.setContentType(PRELUDE_CONTENT_TYPE);
    const text = JSON.stringify(prelude);
    underlyingStream._onBeforeFirstWrite = (write) => {
      write(text);
      write(PRELUDE_END);
    };
    return underlyingStream;
  }
}

/** The running invocation for libraries: what `@aws/lambda-invoke-store` finds here, it uses instead of a store of its own. */
class InvokeStore {
  static PROTECTED_KEYS = { REQUEST_ID, X_RAY_TRACE_ID: TRACE_ID, TENANT_ID };
  #context;

  run(context, callback) {
    this.#context = context;
    return callback();
  }
  getContext() {
    return this.#context;
  }
  hasContext() {
    return this.#context !== undefined;
  }
  get(key) {
    return this.#context?.[key];
  }
  set(key, value) {
    if (this.isProtectedKey(key)) throw new Error(`Cannot modify protected Lambda context field: ${String(key)}`);
    this.#context ??= {};
    this.#context[key] = value;
  }
  isProtectedKey(key) {
    return key === REQUEST_ID || key === TRACE_ID || key === TENANT_ID;
  }
  getRequestId() {
    return this.get(REQUEST_ID) ?? '-';
  }
  getXRayTraceId() {
    return this.get(TRACE_ID);
  }
  getTenantId() {
    return this.get(TENANT_ID);
  }
}

const store = new InvokeStore();

function install({ promises }) {
  const refused = process.env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA;
  if (refused === '1' || refused === 'true') return;
  globalThis.awslambda = {
    ...globalThis.awslambda,
    ...(promises && { InvokeStore: store }),
    streamifyResponse(handler, options) {
      handler[STREAMING] = 'response';
      if (typeof options?.highWaterMark === 'number') handler[HIGH_WATER_MARK] = Math.trunc(options.highWaterMark);
      return handler;
    },
    HttpResponseStream,
  };
}

/** Runs a handler with its invocation in the store. */
function withInvocation(meta, callback) {
  return store.run({ [REQUEST_ID]: meta.requestId, [TRACE_ID]: meta.traceId, [TENANT_ID]: meta.tenantId }, callback);
}

/** Whether `streamifyResponse` marked the handler. Anything but a streamed response is refused. */
function isStreaming(handler, { promises }) {
  const mark = handler[STREAMING];
  if (mark === undefined || mark === null || mark === false) return false;
  if (mark === 'response') return true;
  throw require('./errors.cjs').runtimeError('MalformedStreamingHandler', 'Only response streaming is supported.', { promises });
}

module.exports = { install, withInvocation, isStreaming, HIGH_WATER_MARK };
