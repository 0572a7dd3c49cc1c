import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as lambda from '@aws-sdk/client-lambda';
import { buildQueryString } from '@smithy/core/protocols';
import * as fc from 'fast-check';
import type { WireRequest } from '#aws/wire/message.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { serviceWire } from '#aws/wire/service-wire.ts';
import { services } from '#aws/wire/services.ts';
import { plain } from './plain.ts';
import { inputArbitrary } from './shape-arbitrary.ts';

/** What the SDK hands to its HTTP client. */
interface SdkRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Parameters<typeof buildQueryString>[0];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string | undefined;
}

class Captured extends Error {
  readonly request: SdkRequest;
  constructor(request: SdkRequest) {
    super('captured');
    this.request = request;
  }
}

const client = new lambda.LambdaClient({
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  maxAttempts: 1,
  requestHandler: { handle: (request: SdkRequest) => Promise.reject(new Captured(request)) },
});

const commands: Readonly<Record<string, unknown>> = lambda;
type AnyCommand = new (input: unknown) => lambda.ListFunctionsCommand;

/** The request that the SDK's own serializer makes. */
async function serialise(operation: string, input: unknown): Promise<WireRequest> {
  const Command = commands[`${operation}Command`] as AnyCommand;
  const error: unknown = await client.send(new Command(input)).catch((reason: unknown) => reason);
  if (!(error instanceof Captured)) throw error;
  const { method, path, query, headers, body } = error.request;
  const lowered = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { method, path, query: buildQueryString(query), headers: lowered, body: bufferOf(body) };
}

/** The SDK's byte array warns when it is taken for a string. */
function bufferOf(body: SdkRequest['body']): Buffer {
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : Buffer.from(body ?? '');
}

const schemas = await loadSchemaModule(services.lambda.clientPackage);
const model = readServiceModel(schemas);
// Without constraints, so that the texts can be any.
const wire = serviceWire(services.lambda, schemas);

describe('what the SDK serialises is read back equal', () => {
  for (const [name, operation] of model.operations) {
    test(name, async () => {
      await fc.assert(
        fc.asyncProperty(inputArbitrary(operation.input), async (input) => {
          const call = wire.open(await serialise(name, input));
          assert.equal(call.operation, name);
          assert.deepEqual(plain(call.readInput()), plain(input));
        }),
        { numRuns: 30 },
      );
    });
  }
});
