import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TelemetryApi } from '#telemetry/telemetry-subscription.ts';
import { answerJson, collect } from '../runtime-api/api-exchange.ts';
import { ExtensionRefusal } from './extension-set.ts';

const EXTENSIONS = '/2020-01-01/extension';
const SUBSCRIPTIONS: Readonly<Record<string, TelemetryApi>> = { '/2022-07-01/telemetry': 'telemetry', '/2020-08-15/logs': 'logs' };

/** Registrations and subscriptions are short; error reports are thrown away but for their type. */
const MAX_BODY_BYTES = 256 * 1024;

const IDENTIFIER = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** What an extension is told by its poll. */
export type ExtensionMessage =
  | {
      readonly eventType: 'INVOKE';
      readonly deadlineMs: number;
      readonly requestId: string;
      readonly invokedFunctionArn: string;
      readonly tracing: { readonly type: 'X-Amzn-Trace-Id'; readonly value: string };
    }
  | { readonly eventType: 'SHUTDOWN'; readonly deadlineMs: number; readonly shutdownReason: ShutdownReason };

export type ShutdownReason = 'spindown' | 'timeout' | 'failure';

/** What the API asks of the environment. Each may throw an ExtensionRefusal. */
export interface ExtensionCalls {
  /** Returns the identifier, and what an extension gets to know of its function. */
  register(
    name: string,
    events: readonly string[],
    features: readonly string[],
  ): { readonly id: string; readonly about: Readonly<Record<string, string>> };
  /** The extension asks for its next event; `send` may be called once, now or later, until `poll.cancelled`. */
  next(id: string, poll: ExtensionPoll): void;
  initError(id: string, errorType: string): void;
  exitError(id: string, errorType: string): void;
  /** Returns what is wrong with the subscription, if anything is. */
  subscribe(id: string, api: TelemetryApi, body: Buffer): readonly string[];
}

/** A parked request for the next event. */
export interface ExtensionPoll {
  /** The client went away. */
  readonly gone: boolean;
  send(eventId: string, message: ExtensionMessage): void;
}

/** Whether the path belongs to the Extensions, Telemetry or Logs API. */
export function isExtensionPath(path: string): boolean {
  return path.startsWith(`${EXTENSIONS}/`) || path in SUBSCRIPTIONS;
}

/**
 * The Extensions, Telemetry and Logs APIs over HTTP. Sources: "Extensions API reference", "Lambda Telemetry API reference"; error types
 * as in AWS's runtime interface emulator.
 */
export function serveExtensions(calls: ExtensionCalls, request: IncomingMessage, response: ServerResponse): boolean {
  const { method, url: path = '' } = request;
  const api = SUBSCRIPTIONS[path];
  if (api !== undefined && method === 'PUT') subscribe(calls, api, request, response);
  else if (method === 'POST' && path === `${EXTENSIONS}/register`) register(calls, request, response);
  else if (method === 'GET' && path === `${EXTENSIONS}/event/next`) next(calls, request, response);
  else if (method === 'POST' && path === `${EXTENSIONS}/init/error`) reportError(calls, 'initError', request, response);
  else if (method === 'POST' && path === `${EXTENSIONS}/exit/error`) reportError(calls, 'exitError', request, response);
  else return false;
  return true;
}

function register(calls: ExtensionCalls, request: IncomingMessage, response: ServerResponse): void {
  collect(request, MAX_BODY_BYTES, (body) => {
    const events = eventsOf(body);
    if (events === undefined) {
      answerJson(response, 400, { errorType: 'InvalidRequestFormat', errorMessage: 'The request body is not valid' });
      return;
    }
    const features = headerOf(request, 'lambda-extension-accept-feature').split(',');
    answering(response, () => {
      const name = headerOf(request, 'lambda-extension-name');
      const { id, about } = calls.register(
        name,
        events,
        features.map((feature) => feature.trim()),
      );
      answerJson(response, 200, about, { 'Lambda-Extension-Identifier': id });
    });
  });
}

function next(calls: ExtensionCalls, request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  answering(response, () => {
    const id = identifierOf(request);
    calls.next(id, {
      get gone() {
        return response.destroyed;
      },
      send(eventId, message) {
        answerJson(response, 200, message, { 'Lambda-Extension-Event-Identifier': eventId });
      },
    });
  });
}

function reportError(calls: ExtensionCalls, call: 'initError' | 'exitError', request: IncomingMessage, response: ServerResponse): void {
  // The body is a stack trace for people, which the extension may as well log.
  request.resume();
  answering(response, () => {
    const id = identifierOf(request);
    const errorType = headerOf(request, 'lambda-extension-function-error-type');
    if (errorType === '') {
      throw new ExtensionRefusal('Extension.MissingHeader', 'Lambda-Extension-Function-Error-Type not found');
    }
    calls[call](id, errorType);
    answerJson(response, 202, { status: 'OK' });
  });
}

function subscribe(calls: ExtensionCalls, api: TelemetryApi, request: IncomingMessage, response: ServerResponse): void {
  collect(request, MAX_BODY_BYTES, (body) => {
    answering(response, () => {
      const id = identifierOf(request);
      const errors = body === 'too-large' ? ['request body is too large'] : calls.subscribe(id, api, body);
      if (errors.length > 0) {
        answerJson(response, 400, { errorType: 'ValidationError', errorMessage: errors.join('; ') });
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8', 'Content-Length': '2' });
      response.end('OK');
    });
  });
}

/** Refusals are answered 403, whatever was asked; anything else is a bug of ours. */
function answering(response: ServerResponse, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof ExtensionRefusal)) throw error;
    answerJson(response, 403, { errorType: error.errorType, errorMessage: error.message });
  }
}

/** @throws ExtensionRefusal */
function identifierOf(request: IncomingMessage): string {
  const id = headerOf(request, 'lambda-extension-identifier');
  if (id === '') throw new ExtensionRefusal('Extension.MissingExtensionIdentifier', 'Missing Lambda-Extension-Identifier header');
  if (!IDENTIFIER.test(id)) throw new ExtensionRefusal('Extension.InvalidExtensionIdentifier', 'Invalid Lambda-Extension-Identifier');
  return id;
}

function headerOf(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return typeof value === 'string' ? value : '';
}

/** No body at all is a registration for no event. */
function eventsOf(body: Buffer | 'too-large'): readonly string[] | undefined {
  if (body === 'too-large') return undefined;
  if (body.length === 0) return [];
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    const events: unknown = 'events' in parsed ? (parsed.events ?? []) : [];
    return Array.isArray(events) && events.every((event) => typeof event === 'string') ? events : undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}
