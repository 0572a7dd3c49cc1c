import { AwsError } from '#aws/errors.ts';
import { readForm } from './form.ts';
import type { WireRequest } from './message.ts';
import { type Parameters, parseQuery } from './query-string.ts';
import type { ServiceModel } from './schema.ts';
import type { ServiceDefinition } from './service-definition.ts';
import type { WireProtocol } from './wire-protocol.ts';
import { element, escapeXml, writeXmlMembers } from './xml.ts';

/** AWS awsQuery: `Action` and the input as a form, the output as XML in an envelope. */
export function awsQuery(definition: ServiceDefinition, model: ServiceModel): WireProtocol {
  const xmlns = definition.xmlNamespace === undefined ? '' : ` xmlns="${definition.xmlNamespace}"`;
  return {
    unreadableCode: 'MalformedInput',

    find(request) {
      const parameters = formOf(request);
      const operation = model.operations.get(parameters.get('Action')?.[0] ?? '');
      return operation && { operation, labels: {}, parameters };
    },

    read: ({ operation, parameters }) => readForm(operation.input, parameters),

    unknownOperation(request) {
      const parameters = formOf(request);
      const action = parameters.get('Action')?.[0];
      if (action === undefined) return new AwsError('MissingAction', 'The request is missing an action or a required parameter.');
      const version = parameters.get('Version')?.[0] ?? definition.apiVersion;
      return new AwsError('InvalidAction', `Could not find operation ${action} for version ${version}`);
    },

    writeOutput(operation, output, { requestId }) {
      const { name } = operation;
      const result = operation.hasOutput ? element(`${name}Result`, writeXmlMembers(operation.output.members, output)) : '';
      const metadata = element('ResponseMetadata', element('RequestId', escapeXml(requestId)));
      return xmlAnswer(200, element(`${name}Response`, result + metadata, xmlns), requestId);
    },

    writeError(error, { requestId }) {
      const { schema, fields } = error;
      const others = (schema?.shape.members ?? []).filter(({ name }) => name.toLowerCase() !== 'message');
      const content =
        element('Type', error.fault === 'client' ? 'Sender' : 'Receiver') +
        element('Code', escapeXml(schema?.queryCode ?? error.code)) +
        (error.message === '' ? '' : element('Message', escapeXml(error.message))) +
        writeXmlMembers(others, fields);
      const body = element('Error', content) + element('RequestId', escapeXml(requestId));
      return xmlAnswer(error.status, element('ErrorResponse', body, xmlns), requestId);
    },
  };
}

/** A form in the body, else (GET, and POST with all in the URL) the query. */
function formOf(request: WireRequest): Parameters {
  return parseQuery(request.body.length > 0 ? request.body.toString() : request.query);
}

function xmlAnswer(status: number, body: string, requestId: string): ReturnType<WireProtocol['writeOutput']> {
  return { status, headers: { 'content-type': 'text/xml', 'x-amzn-RequestId': requestId }, body };
}
