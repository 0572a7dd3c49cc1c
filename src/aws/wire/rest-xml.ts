import { AwsError } from '#aws/errors.ts';
import type { Fields } from './document.ts';
import { type HttpBindings, httpBindingsOf, readHead, type ResponseHead, writeHead } from './http-binding.ts';
import type { WireResponse } from './message.ts';
import { payloadBody } from './payload-body.ts';
import { parseQuery } from './query-string.ts';
import { createRouter } from './router.ts';
import type { ErrorSchema, Member, OperationSchema, ServiceModel } from './schema.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { WireProtocol } from './wire-protocol.ts';
import { element, escapeXml, writeXmlMember, writeXmlMembers, xmlnsAttribute } from './xml.ts';
import { parseXml } from './xml-parser.ts';
import { readXmlMembers } from './xml-reader.ts';

const XML_TYPE = 'application/xml';
const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** AWS restXml as S3 speaks it: members in labels, query and headers, one payload or an XML document in the body. */
export function restXml(definition: ServiceDefinition, model: ServiceModel): WireProtocol {
  const router = createRouter(model.operations.values(), definition);
  const xmlns = xmlnsAttribute(definition.xmlNamespace === undefined ? undefined : ['', definition.xmlNamespace]);
  return {
    unreadableCode: 'MalformedXML',

    find(request) {
      const parameters = parseQuery(request.query);
      const route = router.route({ method: request.method, path: request.path, headers: request.headers, parameters });
      return route && { operation: route.operation, labels: route.labels, parameters };
    },

    read(found, request) {
      const bindings = httpBindingsOf(found.operation.input);
      const input = readHead(bindings, { labels: found.labels, parameters: found.parameters, headers: request.headers });
      readBody(bindings, request.body, input);
      return input;
    },

    unknownOperation: () => new AwsError('MethodNotAllowed', 'The specified method is not allowed against this resource.', { status: 405 }),

    writeOutput(operation, output, { request, requestId }) {
      const bindings = httpBindingsOf(operation.output);
      const head = withPartialStatus(writeHead(bindings, output, operation.http?.status ?? 200));
      head.headers['x-amz-request-id'] = requestId;
      const answer =
        bindings.payload === undefined
          ? writeDocument(operation, bindings.body, output, head)
          : writePayload(bindings.payload, output, head);
      return request.method === 'HEAD' ? { ...answer, body: '' } : answer;
    },

    writeError(error, { request, requestId }) {
      const { schema, fields, status } = error;
      const bindings = schema && httpBindingsOf(schema.shape);
      const headers = bindings === undefined ? {} : writeHead(bindings, fields, status).headers;
      headers['x-amz-request-id'] = requestId;
      for (const [name, value] of Object.entries(fields)) if (isHeader(name) && typeof value === 'string') headers[name] = value;
      // An answer to HEAD and one of 304 have no body, so the code is lost; S3's clients know 404 as NotFound.
      if (request.method === 'HEAD' || status === 304) return { status, headers, body: '' };
      headers['content-type'] = XML_TYPE;
      const others = (bindings?.body ?? []).filter(({ name }) => name.toLowerCase() !== 'message');
      const content =
        element('Code', escapeXml(schema?.name ?? error.code)) +
        element('Message', escapeXml(error.message)) +
        writeXmlMembers(others, fields) +
        writeUndeclared(schema, fields) +
        element('RequestId', escapeXml(requestId));
      return { status, headers, body: DECLARATION + element('Error', content) };
    },
  };

  function writeDocument(
    operation: OperationSchema,
    members: readonly Member[],
    output: Readonly<Fields>,
    head: ResponseHead,
  ): WireResponse {
    const { status, headers } = head;
    if (status === 204 || members.length === 0) return { status, headers, body: '' };
    headers['content-type'] = XML_TYPE;
    const { traits, name } = operation.output;
    const [only] = members;
    if (only !== undefined && definition.unwrappedOutputs?.includes(operation.name) === true) {
      const text = output[only.name];
      return { status, headers, body: DECLARATION + element(only.name, typeof text === 'string' ? escapeXml(text) : '', xmlns) };
    }
    return { status, headers, body: DECLARATION + element(traits.xmlName ?? name, writeXmlMembers(members, output), xmlns) };
  }

  function writePayload(payload: Member, output: Readonly<Fields>, { status, headers }: ResponseHead): WireResponse {
    const value = output[payload.name];
    const { shape } = payload;
    if (shape.kind !== 'structure') {
      if (headers['Content-Type'] === undefined) headers['content-type'] = 'application/octet-stream';
      return { status, headers, body: payloadBody(value) };
    }
    if (value === undefined || value === null) return { status, headers, body: '' };
    headers['content-type'] = XML_TYPE;
    const traits = { ...payload.traits, xmlName: payload.traits.xmlName ?? shape.name };
    if (definition.xmlNamespace !== undefined) traits.xmlNamespace ??= ['', definition.xmlNamespace];
    return { status, headers, body: DECLARATION + writeXmlMember({ ...payload, traits }, value) };
  }
}

/** What an answer to HEAD must tell, too: `x-amz-bucket-region`. */
function isHeader(name: string): boolean {
  return name.startsWith('x-amz-');
}

/** S3 tells more of an error than its model declares: the bucket, the key, both digests of a mismatch. */
function writeUndeclared(schema: ErrorSchema | undefined, fields: Readonly<Fields>): string {
  const declared = new Set(schema?.shape.members.map(({ name }) => name));
  return Object.entries(fields)
    .filter(([name, value]) => !declared.has(name) && !isHeader(name) && name.toLowerCase() !== 'message' && typeof value === 'string')
    .map(([name, value]) => element(name, escapeXml(String(value))))
    .join('');
}

/** The model has one status for GetObject and HeadObject; a part of the content is 206 (RFC 9110, 15.3.7). */
function withPartialStatus(head: ResponseHead): ResponseHead {
  return head.headers['Content-Range'] === undefined ? head : { ...head, status: 206 };
}

function readBody({ payload, body }: HttpBindings, bytes: Buffer, input: Fields): void {
  if (payload === undefined) {
    if (body.length > 0 && bytes.length > 0) Object.assign(input, readXmlMembers(body, parseXml(bytes.toString())));
    return;
  }
  const { shape } = payload;
  if (shape.kind === 'blob') {
    if (bytes.length > 0 || shape.streaming) input[payload.name] = bytes;
  } else if (bytes.length > 0) {
    input[payload.name] = shape.kind === 'structure' ? readXmlMembers(shape.members, parseXml(bytes.toString())) : bytes.toString();
  }
}
