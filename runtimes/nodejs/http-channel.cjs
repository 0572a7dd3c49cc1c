'use strict';

// The plain Lambda Runtime API, for when something stands between the runtime and the platform.

const http = require('node:http');
const { errorReport, xrayCause } = require('./errors.cjs');

const PREFIX = '/2018-06-01/runtime';
/** AWS's limit on the X-Ray cause, which travels in a header. */
const MAX_XRAY_CAUSE_BYTES = 1024 * 1024;

function open(address) {
  const separator = address.lastIndexOf(':');
  const host = address.slice(0, separator);
  const port = Number(address.slice(separator + 1));
  // One connection for polls and answers, and another for a response that is streamed beside an error report.
  const agent = new http.Agent({ keepAlive: true, maxSockets: 2 });
  const userAgent = `aws-lambda-nodejs/${process.versions.node}-hearth`;
  let listener;
  let invocation;
  /** Whether chunks of the running invocation's response may have gone out. */
  let begun = false;

  function call(method, path, headers, body, done) {
    const request = http.request(
      { host, port, agent, method, path: PREFIX + path, headers: { 'User-Agent': userAgent, ...headers } },
      (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => done(response, Buffer.concat(chunks)));
        response.on('error', giveUp);
      },
    );
    request.on('error', giveUp);
    request.end(body);
  }

  function next() {
    call('GET', '/invocation/next', {}, undefined, (response, body) => {
      if (response.statusCode !== 200) giveUp(new Error(`Failed to get next invocation, error ${response.statusCode}`));
      const headers = response.headers;
      begun = false;
      invocation = { id: headers['lambda-runtime-aws-request-id'], attempt: headers['lambda-runtime-invocation-id'] };
      listener(
        {
          requestId: invocation.id,
          deadlineMs: Number(headers['lambda-runtime-deadline-ms']),
          functionArn: headers['lambda-runtime-invoked-function-arn'],
          traceId: headers['lambda-runtime-trace-id'],
          clientContext: headers['lambda-runtime-client-context'] || undefined,
          cognitoIdentity: headers['lambda-runtime-cognito-identity'] || undefined,
          tenantId: headers['lambda-runtime-aws-tenant-id'] || undefined,
        },
        body.toString('utf8'),
      );
    });
  }

  function post(path, headers, body, done) {
    call('POST', path, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), ...headers }, body, done);
  }

  function postResult(verb, headers, body, done) {
    const echoed = invocation.attempt === undefined ? headers : { ...headers, 'Lambda-Runtime-Invocation-Id': invocation.attempt };
    post(`/invocation/${encodeURIComponent(invocation.id)}/${verb}`, echoed, body, done);
  }

  /** One response in chunks; an error after the first of them travels in trailers. */
  function openResponse() {
    let aborted = false;
    let ended;
    const headers = {
      'User-Agent': userAgent,
      'Lambda-Runtime-Function-Response-Mode': 'streaming',
      Trailer: ['Lambda-Runtime-Function-Error-Type', 'Lambda-Runtime-Function-Error-Body'],
      'Transfer-Encoding': 'chunked',
      ...(invocation.attempt !== undefined && { 'Lambda-Runtime-Invocation-Id': invocation.attempt }),
    };
    const path = `${PREFIX}/invocation/${encodeURIComponent(invocation.id)}/response`;
    const request = http.request({ host, port, agent, method: 'POST', path, headers }, (response) => {
      response.resume();
      response.on('end', () => {
        ended?.();
      });
      response.on('error', giveUp);
    });
    request.setNoDelay(true);
    request.on('error', (error) => {
      if (!aborted) giveUp(error);
    });
    return {
      begin(contentType) {
        begun = true;
        request.setHeader('Content-Type', contentType);
      },
      write: (bytes, done) => void request.write(bytes, done),
      end(done) {
        ended = done;
        request.end();
      },
      fail(error, done) {
        const report = errorReport(error);
        request.addTrailers({
          'Lambda-Runtime-Function-Error-Type': headerText(report.errorType),
          'Lambda-Runtime-Function-Error-Body': Buffer.from(JSON.stringify(report)).toString('base64'),
        });
        ended = done;
        request.end();
      },
      abort() {
        aborted = true;
        request.destroy();
      },
    };
  }

  function failLast(error, done) {
    // The platform takes no error report while a response is under way: the exit tells.
    if (begun) done();
    else postError(error, done);
  }

  function postError(error, done) {
    const report = errorReport(error);
    const cause = xrayCause(error);
    const headers = { 'Lambda-Runtime-Function-Error-Type': headerText(report.errorType) };
    if (cause !== '' && cause.length <= MAX_XRAY_CAUSE_BYTES) headers['Lambda-Runtime-Function-XRay-Error-Cause'] = headerText(cause);
    postResult('error', headers, JSON.stringify(report), done);
  }

  return {
    start(onInvoke) {
      listener = onInvoke;
      setImmediate(next);
    },
    respond(body) {
      setImmediate(() => postResult('response', {}, body, next));
    },
    fail(error) {
      setImmediate(() => postError(error, next));
    },
    openResponse,
    next: () => setImmediate(next),
    failLast,
    failInit(error, done) {
      const report = errorReport(error);
      post('/init/error', { 'Lambda-Runtime-Function-Error-Type': headerText(report.errorType) }, JSON.stringify(report), done);
    },
  };
}

/** Header values are Latin-1 without control characters; JSON says the rest in escapes. */
function headerText(text) {
  return String(text).replace(/[^\x20-\x7E]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function giveUp(error) {
  throw error;
}

module.exports = { open };
