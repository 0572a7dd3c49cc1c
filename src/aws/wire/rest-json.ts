import { RecentlyUsed } from '#base/recently-used.ts';
import { AwsError } from '#aws/errors.ts';
import { type Fields, readMembers, restJsonDialect, writeMembers } from './document.ts';
import { eventStreamType, writeEventStream } from './event-stream.ts';
import { type HttpBindings, httpBindingsOf, readHead, type ResponseHead, writeHead } from './http-binding.ts';
import { parseJson } from './json-body.ts';
import type { WireRequest, WireResponse } from './message.ts';
import { payloadBody } from './payload-body.ts';
import { parseQuery } from './query-string.ts';
import { createRouter, type Route } from './router.ts';
import type { Member, ServiceModel } from './schema.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { WireProtocol } from './wire-protocol.ts';

const JSON_TYPE = 'application/json';
const MAX_REMEMBERED_PATH = 512;

/** AWS restJson1: members in labels, query and headers, the rest as JSON in the body, or one member as the whole body. */
export function restJson(definition: ServiceDefinition, model: ServiceModel): WireProtocol {
  const router = createRouter(model.operations.values(), definition);
  // Of requests without a query, by method and path: most are invocations, of few functions.
  const routes = new RecentlyUsed<string, Route>(1024);
  return {
    unreadableCode: 'SerializationException',

    find(request) {
      const { method, path, query, headers } = request;
      const parameters = parseQuery(query);
      const key = query === '' && path.length <= MAX_REMEMBERED_PATH && !router.readsHeaders ? method + path : undefined;
      const known = key === undefined ? undefined : routes.get(key);
      const route = known ?? router.route({ method, path, headers, parameters });
      if (route !== undefined && known === undefined && key !== undefined) routes.set(key, route);
      return route && { operation: route.operation, labels: route.labels, parameters };
    },

    read(found, request) {
      const bindings = httpBindingsOf(found.operation.input);
      const input = readHead(bindings, { labels: found.labels, parameters: found.parameters, headers: request.headers });
      readBody(bindings, request, input);
      return input;
    },

    unknownOperation: () =>
      new AwsError('UnknownOperationException', 'The requested operation is not recognized by the service.', { status: 404 }),

    writeOutput(operation, output, { requestId }) {
      const bindings = httpBindingsOf(operation.output);
      const head = writeHead(bindings, output, operation.http?.status ?? 200);
      head.headers['x-amzn-RequestId'] = requestId;
      return bindings.payload === undefined
        ? jsonAnswer(head, writeMembers(bindings.body, output, restJsonDialect))
        : writePayload(bindings.payload, output[bindings.payload.name], head, definition);
    },

    writeError(error, { requestId }) {
      const { schema, fields } = error;
      const bindings = schema && httpBindingsOf(schema.shape);
      const headers = bindings === undefined ? {} : writeHead(bindings, fields, error.status).headers;
      headers['x-amzn-RequestId'] = requestId;
      headers['x-amzn-ErrorType'] = schema?.shape.name ?? error.code;
      const body = bindings === undefined ? fields : writeMembers(bindings.body, fields, restJsonDialect);
      return jsonAnswer({ status: error.status, headers }, body);
    },
  };
}

function readBody(bindings: HttpBindings, request: WireRequest, input: Fields): void {
  const { payload, body } = bindings;
  if (payload !== undefined) {
    const value = readPayload(payload, request.body);
    if (value !== undefined) input[payload.name] = value;
  } else if (body.length > 0 && request.body.length > 0) {
    Object.assign(input, readMembers(body, parseJson(request.body), restJsonDialect));
  }
}

/** Bytes are handed on as they are, neither copied nor parsed. */
function readPayload({ shape }: Member, body: Buffer): unknown {
  if (shape.kind === 'blob') return body.length > 0 || shape.streaming ? body : undefined;
  if (body.length === 0) return undefined;
  if (shape.kind === 'structure') return readMembers(shape.members, parseJson(body), restJsonDialect);
  return shape.kind === 'string' ? body.toString() : parseJson(body);
}

function jsonAnswer({ status, headers }: ResponseHead, body: Readonly<Fields>): WireResponse {
  if (status === 204) return { status, headers, body: '' };
  headers['content-type'] = JSON_TYPE;
  return { status, headers, body: JSON.stringify(body) };
}

function writePayload(member: Member, value: unknown, { status, headers }: ResponseHead, definition: ServiceDefinition): WireResponse {
  const { shape, traits } = member;
  if (shape.kind === 'structure' && traits.streaming === 1) {
    // The model may bind a member to Content-Type as well (the type inside the stream); on the wire the framing has that header.
    dropHeader(headers, 'content-type');
    headers['content-type'] = eventStreamType;
    return { status, headers, body: writeEventStream(shape, value, { dialect: restJsonDialect, contentType: JSON_TYPE }) };
  }
  if (shape.kind === 'structure')
    return jsonAnswer({ status, headers }, writeMembers(shape.members, (value ?? {}) as Fields, restJsonDialect));
  if (headers['Content-Type'] === undefined) {
    headers['content-type'] = shape.kind === 'blob' ? (definition.blobContentType ?? 'application/octet-stream') : 'text/plain';
  }
  return { status, headers, body: payloadBody(value) };
}

function dropHeader(headers: Record<string, string>, lowerName: string): void {
  for (const name of Object.keys(headers)) if (name.toLowerCase() === lowerName) delete headers[name];
}
