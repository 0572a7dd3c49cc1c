import { AwsError } from '#aws/errors.ts';
import type { ServiceName } from '#aws/service.ts';
import { awsJson } from './aws-json.ts';
import { awsQuery } from './aws-query.ts';
import { type ConstraintTable, loadConstraintTable, noConstraints } from './constraint-table.ts';
import { compileInputCheck, type InputCheck, validationMessage } from './constraints.ts';
import type { Fields } from './document.ts';
import { httpBindingsOf } from './http-binding.ts';
import type { ServiceWire, WireCall, WireRequest, WireResponse } from './message.ts';
import { restJson } from './rest-json.ts';
import { restXml } from './rest-xml.ts';
import { isRpcV2Path, rpcV2Cbor } from './rpc-v2-cbor.ts';
import { type OperationSchema, readServiceModel, type SchemaModule, type ServiceModel } from './schema.ts';
import { loadSchemaModule } from './schema-loader.ts';
import type { ProtocolName, ServiceDefinition } from './service-definition.ts';
import { services } from './services.ts';
import { UnreadableInput } from './unreadable-input.ts';
import { type AnswerContext, type Found, toWireError, type WireProtocol } from './wire-protocol.ts';

/** Loads schemas and constraints of a service that Hearth speaks. */
export async function loadServiceWire(name: ServiceName): Promise<ServiceWire> {
  const service = services[name];
  const [schemas, constraints] = await Promise.all([
    loadSchemaModule(service.clientPackage),
    service.constraints === 'none' ? noConstraints : loadConstraintTable(name, { overlay: service.constraints === 'corrected' }),
  ]);
  return serviceWire(service, schemas, constraints);
}

/** The wire of any service whose schemas the SDK has. */
export function serviceWire(
  definition: ServiceDefinition,
  schemas: SchemaModule,
  constraints: ConstraintTable = noConstraints,
): ServiceWire {
  return new SchemaServiceWire(definition, readServiceModel(schemas), constraints);
}

/** Requests of these show nothing by which their protocol could be told. */
const REST_XML_SERVICES: ReadonlySet<string> = new Set(['s3', 's3express', 'route53', 'cloudfront']);

/**
 * Answers for a service that does not exist here: every operation is unknown, in the protocol that the request shows.
 * @param signingName `s3`
 */
export function unknownServiceWire(signingName: string): ServiceWire {
  const definition: ServiceDefinition = {
    signingName,
    protocols: REST_XML_SERVICES.has(signingName) ? ['restXml'] : ['restJson1', 'awsJson1_1', 'awsJson1_0', 'awsQuery', 'rpcv2Cbor'],
    apiVersion: '',
    validationErrorCode: 'ValidationException',
  };
  return serviceWire(definition, {});
}

class SchemaServiceWire implements ServiceWire {
  readonly operationNames: readonly string[];
  readonly definition: ServiceDefinition;
  readonly model: ServiceModel;
  readonly #constraints: ConstraintTable;
  readonly #protocols = new Map<ProtocolName, WireProtocol>();
  readonly #checks = new Map<OperationSchema, InputCheck>();

  constructor(definition: ServiceDefinition, model: ServiceModel, constraints: ConstraintTable) {
    this.definition = definition;
    this.model = model;
    this.#constraints = constraints;
    this.operationNames = [...model.operations.keys()].toSorted();
  }

  open(request: WireRequest): WireCall {
    const protocol = this.#protocol(protocolOf(request, this.definition));
    try {
      return new SchemaWireCall(this, protocol, request, protocol.find(request));
    } catch (error) {
      if (!(error instanceof UnreadableInput)) throw error;
      return new SchemaWireCall(this, protocol, request, error);
    }
  }

  /** Made when first spoken. */
  #protocol(name: ProtocolName): WireProtocol {
    let protocol = this.#protocols.get(name);
    if (protocol === undefined) this.#protocols.set(name, (protocol = PROTOCOLS[name](this.definition, this.model)));
    return protocol;
  }

  /** Made when the operation is first called. */
  checkOf(operation: OperationSchema): InputCheck {
    let check = this.#checks.get(operation);
    if (check === undefined) this.#checks.set(operation, (check = compileInputCheck(operation.input, this.#constraints)));
    return check;
  }
}

const PROTOCOLS: Readonly<Record<ProtocolName, (definition: ServiceDefinition, model: ServiceModel) => WireProtocol>> = {
  restJson1: restJson,
  restXml,
  awsJson1_0: awsJson,
  awsJson1_1: awsJson,
  awsQuery,
  rpcv2Cbor: rpcV2Cbor,
};

/** What the request shows, if the service speaks it; else the service's first protocol. */
function protocolOf({ headers, path, query }: WireRequest, { protocols }: ServiceDefinition): ProtocolName {
  const [primary] = protocols;
  if (primary === 'restXml' || (primary === 'restJson1' && protocols.length === 1)) return primary;
  if (isRpcV2Path(path) && protocols.includes('rpcv2Cbor')) return 'rpcv2Cbor';
  if (headers['x-amz-target'] !== undefined) return protocols.find((name) => name.startsWith('awsJson')) ?? primary;
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true || /(?:^|&)Action=/.test(query);
  return form && protocols.includes('awsQuery') ? 'awsQuery' : primary;
}

class SchemaWireCall implements WireCall {
  readonly #wire: SchemaServiceWire;
  readonly #protocol: WireProtocol;
  readonly #request: WireRequest;
  readonly #found: Found | UnreadableInput | undefined;

  constructor(wire: SchemaServiceWire, protocol: WireProtocol, request: WireRequest, found: Found | UnreadableInput | undefined) {
    this.#wire = wire;
    this.#protocol = protocol;
    this.#request = request;
    this.#found = found;
  }

  get operation(): string | undefined {
    return this.#found === undefined || this.#found instanceof UnreadableInput ? undefined : this.#found.operation.name;
  }

  get streamedMember(): string | undefined {
    if (this.#found === undefined || this.#found instanceof UnreadableInput) return undefined;
    const { payload } = httpBindingsOf(this.#found.operation.input);
    return payload?.shape.kind === 'blob' && payload.shape.streaming ? payload.name : undefined;
  }

  readInput(): Record<string, unknown> {
    const found = this.#found;
    if (found === undefined) throw this.#protocol.unknownOperation(this.#request);
    try {
      if (found instanceof UnreadableInput) throw found;
      const input = this.#protocol.read(found, this.#request);
      const violations = this.#wire.checkOf(found.operation)(input);
      if (violations.length > 0) throw new AwsError(this.#wire.definition.validationErrorCode, validationMessage(violations));
      return input;
    } catch (error) {
      if (error instanceof UnreadableInput) throw new AwsError(this.#protocol.unreadableCode, error.message);
      throw error;
    }
  }

  writeOutput(output: unknown, requestId: string): WireResponse {
    const found = this.#found;
    if (found === undefined || found instanceof UnreadableInput) throw new TypeError('an unknown operation has no output');
    return this.#protocol.writeOutput(found.operation, (output ?? {}) as Fields, this.#context(requestId));
  }

  writeError(error: AwsError, requestId: string): WireResponse {
    const schema = this.#wire.model.error(error.code);
    return this.#protocol.writeError(toWireError(error, schema), this.#context(requestId));
  }

  #context(requestId: string): AnswerContext {
    return { request: this.#request, requestId };
  }
}
