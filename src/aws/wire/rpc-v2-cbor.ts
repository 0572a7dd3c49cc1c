import { decodeCbor, encodeCbor } from './cbor.ts';
import { queryErrorOf } from './aws-json.ts';
import { cborDialect, readMembers, writeMembers } from './document.ts';
import { eventStreamType, writeEventStream } from './event-stream.ts';
import { eventStreamMember, foundByName, unknownRpcOperation } from './rpc-operation.ts';
import type { ServiceModel } from './schema.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { WireProtocol } from './wire-protocol.ts';

const PATH = /^\/service\/[^/]+\/operation\/([A-Za-z0-9_]+)\/?$/;
const CBOR_TYPE = 'application/cbor';

export function isRpcV2Path(path: string): boolean {
  return PATH.test(path);
}

/** Smithy RPC v2 CBOR: `POST /service/<service>/operation/<operation>`, input and output as CBOR maps. */
export function rpcV2Cbor(definition: ServiceDefinition, model: ServiceModel): WireProtocol {
  return {
    unreadableCode: 'SerializationException',

    find: ({ method, path }) => foundByName(method === 'POST' ? model.operations.get(PATH.exec(path)?.[1] ?? '') : undefined),

    read: ({ operation }, { body }) => (body.length === 0 ? {} : readMembers(operation.input.members, decodeCbor(body), cborDialect)),

    unknownOperation: () => unknownRpcOperation(404),

    writeOutput(operation, output, { requestId }) {
      const stream = eventStreamMember(operation);
      if (stream?.shape.kind === 'structure') {
        const rest = operation.output.members.filter((member) => member !== stream);
        const initial = writeMembers(rest, output, cborDialect);
        const encoding = { dialect: cborDialect, contentType: CBOR_TYPE };
        const body = writeEventStream(stream.shape, output[stream.name], encoding, initial);
        return { status: 200, headers: headersOf(eventStreamType, requestId), body };
      }
      if (!operation.hasOutput) return { status: 200, headers: { ...headersOf(CBOR_TYPE, requestId) }, body: encodeCbor({}) };
      const body = encodeCbor(writeMembers(operation.output.members, output, cborDialect));
      return { status: 200, headers: headersOf(CBOR_TYPE, requestId), body };
    },

    writeError(error, { requestId }) {
      const { schema, status } = error;
      const headers = headersOf(CBOR_TYPE, requestId);
      if (definition.queryCompatible === true) headers['x-amzn-query-error'] = queryErrorOf(error);
      const fields = schema === undefined ? error.fields : writeMembers(schema.shape.members, error.fields, cborDialect);
      const type = `${schema?.namespace ?? model.namespace}#${schema?.name ?? error.code}`;
      return { status, headers, body: encodeCbor({ __type: type, ...fields }) };
    },
  };
}

function headersOf(contentType: string, requestId: string): Record<string, string> {
  return { 'content-type': contentType, 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-RequestId': requestId };
}
