import { awsJsonDialect, type Fields, readMembers, writeMembers } from './document.ts';
import { eventStreamType, writeEventStream } from './event-stream.ts';
import { parseJson } from './json-body.ts';
import type { WireRequest } from './message.ts';
import { eventStreamMember, foundByName, unknownRpcOperation } from './rpc-operation.ts';
import type { ServiceModel } from './schema.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { WireError, WireProtocol } from './wire-protocol.ts';

/** AWS awsJson 1.0 and 1.1: the operation in `x-amz-target`, the whole input and output as JSON. */
export function awsJson(definition: ServiceDefinition, model: ServiceModel): WireProtocol {
  return {
    unreadableCode: 'SerializationException',

    find(request) {
      const target = request.headers['x-amz-target'] ?? '';
      const dot = target.lastIndexOf('.');
      const expected = definition.targetPrefix;
      if (expected !== undefined && target.slice(0, Math.max(dot, 0)) !== expected) return undefined;
      return foundByName(model.operations.get(target.slice(dot + 1)));
    },

    read: ({ operation }, { body }) => (body.length === 0 ? {} : readMembers(operation.input.members, parseJson(body), awsJsonDialect)),

    unknownOperation: () => unknownRpcOperation(400),

    writeOutput(operation, output, { request, requestId }) {
      const contentType = versionOf(request, definition);
      const stream = eventStreamMember(operation);
      if (stream?.shape.kind === 'structure') {
        const rest = operation.output.members.filter((member) => member !== stream);
        const initial = writeMembers(rest, output, awsJsonDialect);
        const body = writeEventStream(stream.shape, output[stream.name], { dialect: awsJsonDialect, contentType }, initial);
        return { status: 200, headers: headersOf(eventStreamType, requestId), body };
      }
      // A unit output has an empty body on 1.1; clients accept both, and AWS mostly sends none.
      const body = operation.hasOutput ? JSON.stringify(writeMembers(operation.output.members, output, awsJsonDialect)) : '';
      return { status: 200, headers: headersOf(contentType, requestId), body };
    },

    writeError(error, { request, requestId }) {
      const headers = headersOf(versionOf(request, definition), requestId);
      if (definition.queryCompatible === true) headers['x-amzn-query-error'] = queryErrorOf(error);
      const fields = error.schema === undefined ? error.fields : writeMembers(error.schema.shape.members, error.fields, awsJsonDialect);
      const name = error.schema?.name ?? error.code;
      const type = definition.errorNamespace === undefined ? name : `${definition.errorNamespace}#${name}`;
      const body: Fields = { __type: type, ...fields };
      return { status: error.status, headers, body: JSON.stringify(body) };
    },
  };
}

/** `NonExistentQueue;Sender`: what older clients of a service that once spoke awsQuery look for. */
export function queryErrorOf(error: WireError): string {
  return `${error.schema?.queryCode ?? error.code};${error.fault === 'client' ? 'Sender' : 'Receiver'}`;
}

/** The version that the client spoke, else the service's own. */
function versionOf(request: WireRequest, { protocols }: ServiceDefinition): string {
  const asked = request.headers['content-type'] ?? '';
  if (asked.includes('x-amz-json-1.0')) return 'application/x-amz-json-1.0';
  if (asked.includes('x-amz-json-1.1')) return 'application/x-amz-json-1.1';
  return protocols.find((name) => name.startsWith('awsJson')) === 'awsJson1_0'
    ? 'application/x-amz-json-1.0'
    : 'application/x-amz-json-1.1';
}

function headersOf(contentType: string, requestId: string): Record<string, string> {
  return { 'content-type': contentType, 'x-amzn-RequestId': requestId };
}
