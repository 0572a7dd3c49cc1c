import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { AwsError } from '#aws/errors.ts';
import type { InProcessCall, InProcessGateway } from '#aws/client/in-process.ts';
import type { Operation, RequestContext, Service, ServiceName } from '#aws/service.ts';
import { recogniseService } from '#aws/wire/recognise-service.ts';
import { unknownServiceWire } from '#aws/wire/service-wire.ts';
import type { ServiceWire, WireCall, WireRequest, WireResponse } from '#aws/wire/message.ts';
import type { Authenticator, RequestOrigin } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import { BodyBudget } from './body-budget.ts';
import type { BodyLease } from './body-budget.ts';
import { preflightAnswer, shareWithOrigin } from './cross-origin.ts';
import type { Door } from './door.ts';
import type { Guard } from './guard.ts';
import { announcesLargeBody, ClientGone, noRoom, readBody, readHead, streamBody, withBody, writeResponse } from './http-exchange.ts';
import type { BodyRefusal, RequestHead } from './http-exchange.ts';
import { abortedOnClose, OperationContext } from './operation-context.ts';
import { bodyInMemory, readStreamingInput, withBucketInPath } from './streaming-input.ts';

export interface GatewayOptions {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly loadWire: (name: ServiceName) => Promise<ServiceWire>;
  readonly guard: Guard;
  readonly authenticator: Pick<Authenticator, 'authenticate' | 'authenticateHead' | 'screen'>;
  readonly authorizer: Authorizer;
  readonly doors: readonly Door[];
  /** For the bodies of all requests together; 512 MiB unless given. */
  readonly bodies?: BodyBudget;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** One request on its way, before its body has been read. */
interface Exchange {
  readonly message: IncomingMessage;
  readonly target: ServerResponse;
  readonly head: RequestHead;
  readonly origin: RequestOrigin;
  readonly requestId: string;
}

/** Largest request body in bytes. Lambda's is stated in its own refusals: a 50 MB zip in base64, and the members around it. */
const MAX_BODY_BYTES: Readonly<Record<ServiceName, number>> = {
  lambda: 70_167_211,
  iam: 1_048_576,
  sts: 1_048_576,
  logs: 10_485_760,
  'application-autoscaling': 1_048_576,
  // Never taken whole: see `streaming-input.ts`.
  s3: 0,
  signer: 1_048_576,
};

/**
 * Where a request enters: guard → door, or service → authenticate → decode → authorize → operation → encode. Knows no service from
 * inside; each is a table of typed operations.
 */
export class Gateway implements InProcessGateway {
  readonly #options: GatewayOptions;
  readonly #bodies: BodyBudget;
  readonly #wires = new Map<ServiceName, ServiceWire>();

  constructor(options: GatewayOptions) {
    this.#options = options;
    this.#bodies = options.bodies ?? new BodyBudget();
  }

  /** A listener for `node:http`; never rejects. */
  async handle(message: IncomingMessage, target: ServerResponse, origin: RequestOrigin): Promise<void> {
    try {
      await this.#exchange(message, target, origin);
    } catch (error) {
      if (error instanceof ClientGone || target.destroyed) return;
      this.#options.logger.error('a request could not be answered', { error });
      target.destroy();
    }
  }

  async #exchange(message: IncomingMessage, target: ServerResponse, origin: RequestOrigin): Promise<void> {
    const head = readHead(message);
    const door = this.#doorFor(head, origin);
    const ownOriginRules = door?.ownOriginRules === true;
    const refusal = origin.kind === 'outer' ? this.#options.guard.check(head, ownOriginRules) : undefined;
    if (refusal !== undefined) {
      message.resume();
      await writeResponse({ status: 403, headers: { 'Content-Type': 'text/plain' }, body: `${refusal}\n` }, target);
      return;
    }
    if (origin.kind === 'outer' && !ownOriginRules) {
      shareWithOrigin(head, target);
      const preflight = preflightAnswer(head);
      if (preflight !== undefined) {
        message.resume();
        await writeResponse(preflight, target);
        return;
      }
    }
    if (head.headers['expect'] !== undefined && recogniseService(head)?.service !== 's3') target.writeContinue();
    if (door !== undefined) {
      await this.#serveDoor(door, { message, target, head, origin });
      return;
    }
    const requestId = this.#options.ids.uuid();
    const found = recogniseService(head);
    const service = found === undefined ? undefined : this.#options.services.get(found.service as ServiceName);
    if (service === undefined) {
      message.resume();
      await writeResponse(unknownService(found?.service, head, requestId), target);
      return;
    }
    const exchange = { message, target, head, origin, requestId };
    if (service.streamsBodies === true) {
      await this.#serveStreaming(service, exchange);
      return;
    }
    await (announcesLargeBody(message.headers) ? this.#serveLarge(service, exchange) : this.#serve(service, exchange));
  }

  /**
   * A call of one of Hearth's own parts, by the SDK's client: signed by nobody, made by the caller it names, and authorized like
   * others. No listener leads here.
   */
  async call({ service: name, request, ...by }: InProcessCall): Promise<WireResponse> {
    const requestId = this.#options.ids.uuid();
    const service = this.#options.services.get(name);
    if (service === undefined) return unknownService(name, request, requestId);
    const wire = this.#wires.get(name) ?? (await this.#loadWire(name));
    const call = wire.open(request);
    try {
      const { streamedMember } = call;
      const streams = service.streamsBodies === true && streamedMember !== undefined;
      const input = streams ? { ...call.readInput(), [streamedMember]: bodyInMemory(request.body) } : call.readInput();
      const context = { ...by, requestId, endpoint: endpointOf(request), traceHeader: undefined };
      return call.writeOutput(await this.#permitted(service, call, input, context)(input as never, context), requestId);
    } catch (error) {
      return this.#failed(error, service, call, requestId);
    }
  }

  /** S3: the head is proven first, and an object's bytes go to the operation as they come. */
  async #serveStreaming(service: Service, exchange: Exchange): Promise<void> {
    const { message, target, head, requestId } = exchange;
    const wire = this.#wires.get(service.name) ?? (await this.#loadWire(service.name));
    const call = wire.open(withBody(withBucketInPath(head), NO_BODY));
    const waits = head.headers['expect'] !== undefined;
    let read = false;
    using lease = this.#bodies.lease();
    let response: WireResponse;
    try {
      const { caller, region, openBody } = this.#options.authenticator.authenticateHead(head, exchange.origin);
      const source = streamBody(message, () => {
        read = true;
        if (waits) target.writeContinue();
      });
      const context = new OperationContext({ caller, region, requestId, endpoint: endpointOf(head), traceHeader: undefined }, target);
      const input = await readStreamingInput(wire, call, withBucketInPath(head), { body: openBody(source), lease });
      const output = await this.#permitted(service, call, input, context)(input as never, context);
      response = context.complete(call.writeOutput(output, requestId));
    } catch (error) {
      response = this.#failed(error, service, call, requestId);
    }
    // Who waits for leave to send and is refused may send all the same, or not: this connection is good for nothing more.
    if (waits && !read) target.setHeader('Connection', 'close');
    // A page that lies in a bucket has the origin of the API, whose keys on loopback everybody knows: it may show something, and do nothing.
    if (head.headers['sec-fetch-dest'] !== undefined) target.setHeader('Content-Security-Policy', 'sandbox');
    // Nobody comes to read the answer before all is sent.
    message.resume();
    await writeResponse(response, target);
  }

  /** Takes up no memory for somebody whose head gives him away, nor beyond what there is for all. */
  async #serveLarge(service: Service, exchange: Exchange): Promise<void> {
    const { message, target, head, origin, requestId } = exchange;
    const refusal = this.#screen(head, origin, service.name);
    using lease = this.#bodies.lease();
    if (refusal === undefined) {
      await this.#serve(service, exchange, lease);
      return;
    }
    await readBody(message, 0, lease);
    const wire = this.#wires.get(service.name) ?? (await this.#loadWire(service.name));
    await writeResponse(wire.open(withBody(head, NO_BODY)).writeError(refusal, requestId), target);
  }

  async #serve(service: Service, exchange: Exchange, lease?: BodyLease): Promise<void> {
    const { message, target, head, requestId } = exchange;
    const wire = this.#wires.get(service.name) ?? (await this.#loadWire(service.name));
    const body = await readBody(message, MAX_BODY_BYTES[service.name], lease);
    const request = withBody(head, typeof body === 'string' ? NO_BODY : body);
    const call = wire.open(request);
    const response =
      typeof body === 'string'
        ? call.writeError(refusedBody(body, service.name), requestId)
        : await this.#answer(service, call, request, exchange);
    await writeResponse(response, target);
  }

  async #serveDoor(door: Door, { message, target, head, origin }: Omit<Exchange, 'requestId'>): Promise<void> {
    using lease = this.#bodies.lease();
    let reading = false;
    const response = await door.handle({
      ...head,
      httpVersion: message.httpVersion,
      rawHeaders: message.rawHeaders,
      sourceIp: message.socket.remoteAddress ?? '',
      origin,
      readBody: (maxBytes) => {
        reading = true;
        return readBody(message, maxBytes, announcesLargeBody(message.headers) ? lease : undefined);
      },
      get signal() {
        return abortedOnClose(target);
      },
    });
    if (!reading) message.resume();
    if (response.cookies !== undefined && response.cookies.length > 0) target.setHeader('Set-Cookie', response.cookies);
    await writeResponse(response, target);
  }

  #doorFor(head: RequestHead, origin: RequestOrigin): Door | undefined {
    for (const door of this.#options.doors) {
      if ((origin.kind === 'outer' || door.openToEnvironments === true) && door.matches(head)) return door;
    }
    return undefined;
  }

  #screen(head: RequestHead, origin: RequestOrigin, service: ServiceName): AwsError | undefined {
    try {
      this.#options.authenticator.screen(head, origin, service);
      return undefined;
    } catch (error) {
      if (error instanceof AwsError) return error;
      throw error;
    }
  }

  async #answer(service: Service, call: WireCall, request: WireRequest, { target, requestId, origin }: Exchange): Promise<WireResponse> {
    try {
      const { caller, region } = this.#options.authenticator.authenticate(request, origin, service.name);
      const input = call.readInput();
      const traceHeader = request.headers['x-amzn-trace-id'];
      const context = new OperationContext({ caller, region, requestId, endpoint: endpointOf(request), traceHeader }, target);
      const operation = this.#permitted(service, call, input, context);
      return context.complete(call.writeOutput(await operation(input as never, context), requestId));
    } catch (error) {
      return this.#failed(error, service, call, requestId);
    }
  }

  /** @throws AwsError when the caller may not call it, or it is not there */
  #permitted(service: Service, call: WireCall, input: Record<string, unknown>, context: RequestContext): Operation<never, unknown> {
    const name = call.operation ?? '';
    for (const permission of service.permissions(name, input, context))
      this.#options.authorizer.authorize(context.caller, permission, service.name);
    const operation = service.operations[name];
    if (operation === undefined) throw notImplemented(service.name, name);
    return operation;
  }

  /** @throws ClientGone */
  #failed(error: unknown, service: Service, call: WireCall, requestId: string): WireResponse {
    if (error instanceof ClientGone) throw error;
    if (error instanceof AwsError) return call.writeError(error, requestId);
    this.#options.logger.error('an operation failed', { service: service.name, operation: call.operation, requestId, error });
    return call.writeError(new AwsError('InternalFailure', 'An internal error occurred.', { status: 500 }), requestId);
  }

  async #loadWire(name: ServiceName): Promise<ServiceWire> {
    const wire = await this.#options.loadWire(name);
    this.#wires.set(name, wire);
    return wire;
  }
}

const NO_BODY = Buffer.alloc(0);

function endpointOf(request: RequestHead): string {
  return `http://${request.headers['host'] ?? 'localhost'}`;
}

function notImplemented(service: string, operation: string): AwsError {
  return new AwsError('NotImplementedException', `Hearth does not implement ${service}:${operation} yet; see docs/parity.md.`, {
    status: 501,
  });
}

function refusedBody(refusal: BodyRefusal, service: ServiceName): AwsError {
  if (refusal === 'no-room') return noRoom();
  if (service === 'lambda') {
    return new AwsError(
      'RequestEntityTooLargeException',
      `Request must be smaller than ${MAX_BODY_BYTES.lambda} bytes for the CreateFunction operation`,
      { status: 413 },
    );
  }
  return new AwsError('RequestEntityTooLarge', `Request must be smaller than ${MAX_BODY_BYTES[service]} bytes`, { status: 413 });
}

/** A service that is not served answers in the protocol that the request shows, so that every SDK can read why. */
function unknownService(name: string | undefined, head: RequestHead, requestId: string): WireResponse {
  if (name !== undefined) {
    const error = new AwsError('NotImplementedException', `Hearth does not serve the AWS service '${name}' yet; see docs/parity.md.`, {
      status: 501,
    });
    return unknownServiceWire(name).open(withBody(head, NO_BODY)).writeError(error, requestId);
  }
  return {
    status: 403,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': requestId,
      'x-amzn-ErrorType': 'MissingAuthenticationTokenException',
    },
    body: JSON.stringify({
      message: 'The request is not addressed to an AWS service: it carries no signature scope, no target and no known path.',
    }),
  };
}
