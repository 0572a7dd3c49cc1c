import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_RESPONSE_BYTES } from '../limits.ts';
import { responseTooLarge } from '../runtime-errors.ts';
import { ApiEndpoint } from './api-endpoint.ts';
import type { ApiRoute } from './api-endpoint.ts';
import { answerJson, collect, refuse } from './api-exchange.ts';
import type { InvokeMeta } from './frames.ts';
import type { RuntimeErrorReport, RuntimeLink, RuntimeListener } from './runtime-link.ts';

const PREFIX = '/2018-06-01/runtime';

/** Error reports are JSON with a stack trace; more than this is no report. */
const MAX_ERROR_BYTES = 1024 * 1024;

/** Of a streamed response that names no type. */
const DEFAULT_STREAM_TYPE = 'application/octet-stream';

/** Sent with init errors and where a runtime names none. */
const UNKNOWN_ERROR_TYPE = 'Runtime.Unknown';

/**
 * The Lambda Runtime API over HTTP/1.1 on a listening descriptor inside the sandbox, for any runtime client.
 * Source: "Using the Lambda runtime API for custom runtimes".
 */
export class HttpLink implements RuntimeLink {
  readonly #endpoint: ApiEndpoint;
  readonly #listener: RuntimeListener;
  /** The parked `GET …/next`. */
  #poll: ServerResponse | undefined;
  /** An event that came when the poll had broken off: the runtime will ask again. */
  #waiting: { readonly meta: InvokeMeta; readonly event: Uint8Array } | undefined;
  #initialised = false;
  /** Whether an answer to the running invocation, or an init error, is being read: a second one has no business beside it. */
  #receiving = false;
  /** The request whose body is a response that goes on as it comes. */
  #streaming: IncomingMessage | undefined;
  #attempt = 0;
  #requestId = '';
  #answered = true;

  /** `others` serve what is no part of the Runtime API on the same port. */
  constructor(fd: number, listener: RuntimeListener, others: readonly ApiRoute[] = []) {
    this.#listener = listener;
    const routes: readonly ApiRoute[] = [(request, response) => this.#route(request, response), ...others];
    this.#endpoint = new ApiEndpoint(fd, routes, (error) => listener.violation(error.message));
  }

  invoke(attempt: number, meta: InvokeMeta, event: Uint8Array): void {
    this.#attempt = attempt;
    this.#requestId = meta.requestId;
    this.#answered = false;
    this.#receiving = false;
    const poll = this.#poll;
    this.#poll = undefined;
    if (poll === undefined) this.#waiting = { meta, event };
    else answerNext(poll, meta, event);
  }

  hold(): void {
    this.#streaming?.pause();
  }

  release(): void {
    this.#streaming?.resume();
  }

  close(): void {
    this.#endpoint.close();
  }

  #route(request: IncomingMessage, response: ServerResponse): boolean {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${PREFIX}/invocation/next`) {
      request.resume();
      this.#next(response);
    } else if (request.method === 'POST' && path === `${PREFIX}/init/error`) {
      this.#initError(request, response);
    } else if (request.method === 'POST' && path.startsWith(`${PREFIX}/invocation/`)) {
      const [requestId, verb, more] = path.slice(PREFIX.length + '/invocation/'.length).split('/');
      if (more !== undefined) return false;
      if (verb === 'response') this.#response(requestId ?? '', request, response);
      else if (verb === 'error') this.#error(requestId ?? '', request, response);
      else return false;
    } else {
      return false;
    }
    return true;
  }

  #next(response: ServerResponse): void {
    const waiting = this.#waiting;
    if (waiting !== undefined) {
      this.#waiting = undefined;
      answerNext(response, waiting.meta, waiting.event);
      return;
    }
    if (this.#poll !== undefined || !this.#answered) {
      answerJson(response, 403, { errorType: 'InvalidStateTransition', errorMessage: 'State transition is not allowed' });
      return;
    }
    this.#initialised = true;
    this.#poll = response;
    response.on('close', () => {
      if (this.#poll === response) this.#poll = undefined;
    });
    this.#listener.ready(this.#attempt);
  }

  #response(requestId: string, request: IncomingMessage, response: ServerResponse): void {
    if (!this.#accepts(requestId, request, response)) return;
    const attempt = this.#attempt;
    if (isStreamed(request)) {
      this.#stream(attempt, request, response);
      return;
    }
    collect(request, MAX_RESPONSE_BYTES, (body) => {
      if (!this.#take(attempt, response)) return;
      if (body === 'too-large') {
        refuseTooLarge(response, ` (${MAX_RESPONSE_BYTES} bytes)`);
        this.#listener.error(attempt, responseTooLarge(MAX_RESPONSE_BYTES));
        return;
      }
      answerJson(response, 202, { status: 'OK' });
      const failed = trailerError(request);
      if (failed === undefined) this.#listener.response(attempt, body, false);
      else this.#listener.error(attempt, failed);
    });
  }

  /** Answers when the body has ended: AWS's clients take an earlier answer for the end. What broke off cannot be sent again. */
  #stream(attempt: number, request: IncomingMessage, response: ServerResponse): void {
    this.#streaming = request;
    this.#listener.streamBegan(attempt, request.headers['content-type'] ?? DEFAULT_STREAM_TYPE);
    let wanted = true;
    request.on('data', (chunk: Buffer) => {
      if (wanted) wanted = this.#listener.streamed(attempt, chunk);
    });
    request.on('end', () => {
      if (!this.#take(attempt, response)) return;
      if (wanted) {
        answerJson(response, 202, { status: 'OK' });
        this.#listener.streamEnded(attempt, trailerError(request));
      } else {
        refuseTooLarge(response);
      }
    });
    request.on('close', () => {
      if (this.#streaming === request) this.#streaming = undefined;
      if (request.complete || attempt !== this.#attempt || this.#answered) return;
      this.#answered = true;
      if (wanted) this.#listener.streamBroken(attempt);
    });
  }

  #error(requestId: string, request: IncomingMessage, response: ServerResponse): void {
    if (!this.#accepts(requestId, request, response)) return;
    const attempt = this.#attempt;
    collect(request, MAX_ERROR_BYTES, (body) => {
      if (!this.#take(attempt, response)) return;
      if (body === 'too-large') {
        refuseTooLarge(response, ` (${MAX_ERROR_BYTES} bytes)`);
        this.#listener.error(attempt, { type: UNKNOWN_ERROR_TYPE, body: Buffer.from('{}') });
        return;
      }
      answerJson(response, 202, { status: 'OK' });
      this.#listener.error(attempt, { type: errorTypeOf(request, body), body });
    });
  }

  #initError(request: IncomingMessage, response: ServerResponse): void {
    if (this.#initialised || this.#receiving) {
      refuse(request, response, 403, 'InvalidStateTransition', 'State transition is not allowed');
      return;
    }
    this.#receive(request);
    collect(request, MAX_ERROR_BYTES, (body) => {
      answerJson(response, 202, { status: 'OK' });
      const known = body === 'too-large' ? Buffer.from('{}') : body;
      this.#listener.initError({ type: errorTypeOf(request, known), body: known });
    });
  }

  /** Whether the id is that of the running invocation. A late or repeated answer is refused and changes nothing. */
  #accepts(requestId: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (requestId !== this.#requestId) {
      refuse(request, response, 400, 'InvalidRequestID', 'Invalid request ID');
      return false;
    }
    if (this.#answered || this.#receiving) {
      refuse(request, response, 403, 'InvalidStateTransition', 'State transition is not allowed');
      return false;
    }
    this.#receive(request);
    return true;
  }

  /** Claims the turn to answer; a client that goes away halfway gives it back, and may try again. */
  #receive(request: IncomingMessage): void {
    const attempt = this.#attempt;
    this.#receiving = true;
    request.once('close', () => {
      if (!request.complete && attempt === this.#attempt) this.#receiving = false;
    });
  }

  #take(attempt: number, response: ServerResponse): boolean {
    if (attempt === this.#attempt && !this.#answered) {
      this.#answered = true;
      return true;
    }
    answerJson(response, 403, { errorType: 'InvalidStateTransition', errorMessage: 'State transition is not allowed' });
    return false;
  }
}

function answerNext(poll: ServerResponse, meta: InvokeMeta, event: Uint8Array): void {
  poll.writeHead(200, nextHeaders(meta, event.byteLength));
  poll.end(event);
}

function nextHeaders(meta: InvokeMeta, length: number): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'Content-Length': String(length),
    'Lambda-Runtime-Aws-Request-Id': meta.requestId,
    'Lambda-Runtime-Deadline-Ms': String(meta.deadlineMs),
    'Lambda-Runtime-Invoked-Function-Arn': meta.functionArn,
    'Lambda-Runtime-Trace-Id': meta.traceId,
  };
  if (meta.clientContext !== undefined) headers['Lambda-Runtime-Client-Context'] = meta.clientContext;
  if (meta.cognitoIdentity !== undefined) headers['Lambda-Runtime-Cognito-Identity'] = meta.cognitoIdentity;
  if (meta.tenantId !== undefined) headers['Lambda-Runtime-Aws-Tenant-Id'] = meta.tenantId;
  return headers;
}

function refuseTooLarge(response: ServerResponse, limit = ''): void {
  answerJson(response, 413, { errorType: 'RequestEntityTooLarge', errorMessage: `Exceeded maximum allowed payload size${limit}.` });
}

function isStreamed(request: IncomingMessage): boolean {
  const mode = request.headers['lambda-runtime-function-response-mode'];
  return typeof mode === 'string' && mode.toLowerCase() === 'streaming';
}

/** A streamed response that failed halfway names its error in trailers. */
function trailerError(request: IncomingMessage): RuntimeErrorReport | undefined {
  const type = request.trailers['lambda-runtime-function-error-type'];
  if (type === undefined) return undefined;
  const encoded = request.trailers['lambda-runtime-function-error-body'] ?? '';
  return { type, body: Buffer.from(encoded, 'base64') };
}

function errorTypeOf(request: IncomingMessage, body: Buffer): string {
  const header = request.headers['lambda-runtime-function-error-type'];
  if (typeof header === 'string' && header !== '') return header;
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed === 'object' && parsed !== null && 'errorType' in parsed && typeof parsed.errorType === 'string')
      return parsed.errorType;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return UNKNOWN_ERROR_TYPE;
}
