import type { IncomingMessage, ServerResponse } from 'node:http';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext, Service, ServiceName } from '#aws/service.ts';
import { recogniseService } from '#aws/wire/recognise-service.ts';
import type { ServiceWire, WireCall, WireRequest, WireResponse } from '#aws/wire/message.ts';
import type { Authenticator, RequestOrigin } from './authenticate.ts';
import type { Authorizer } from './authorize.ts';
import type { Door } from './door.ts';
import type { Guard } from './guard.ts';
import { ClientGone, readBody, readHead, writeResponse } from './http-exchange.ts';
import type { RequestHead } from './http-exchange.ts';

export interface GatewayOptions {
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly loadWire: (name: ServiceName) => Promise<ServiceWire>;
  readonly guard: Guard;
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  readonly doors: readonly Door[];
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Largest request body in bytes. Lambda's is stated in its own refusals: a 50 MB zip in base64, and the members around it. */
const MAX_BODY_BYTES: Readonly<Record<ServiceName, number>> = {
  lambda: 70_167_211,
  iam: 1_048_576,
  sts: 1_048_576,
  logs: 10_485_760,
};

/**
 * Where a request enters: guard → door, or service → authenticate → decode → authorize → operation → encode. Knows no service from
 * inside; each is a table of typed operations.
 */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #wires = new Map<ServiceName, ServiceWire>();

  constructor(options: GatewayOptions) {
    this.#options = options;
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
    const refusal = origin.kind === 'outer' ? this.#options.guard.check(head) : undefined;
    if (refusal !== undefined) {
      message.resume();
      await writeResponse({ status: 403, headers: { 'Content-Type': 'text/plain' }, body: `${refusal}\n` }, target);
      return;
    }
    if (origin.kind === 'outer') {
      const door = this.#options.doors.find((candidate) => candidate.matches(head));
      if (door !== undefined) {
        message.resume();
        await writeResponse(await door.handle({ ...head, body: NO_BODY }), target);
        return;
      }
    }
    const requestId = this.#options.ids.uuid();
    const found = recogniseService(head);
    const service = found === undefined ? undefined : this.#options.services.get(found.service as ServiceName);
    if (service === undefined) {
      message.resume();
      await writeResponse(unknownService(found?.service, requestId), target);
      return;
    }
    const wire = this.#wires.get(service.name) ?? (await this.#loadWire(service.name));
    const body = await readBody(message, MAX_BODY_BYTES[service.name]);
    const request: WireRequest = { ...head, body: body ?? NO_BODY };
    const call = wire.open(request);
    const response =
      body === undefined
        ? call.writeError(tooLarge(service.name), requestId)
        : await this.#answer(service, call, request, { target, requestId, origin });
    await writeResponse(response, target);
  }

  async #answer(
    service: Service,
    call: WireCall,
    request: WireRequest,
    exchange: { readonly target: ServerResponse; readonly requestId: string; readonly origin: RequestOrigin },
  ): Promise<WireResponse> {
    const { requestId } = exchange;
    try {
      const { caller, region, body } = this.#options.authenticator.authenticate(request, exchange.origin, service.name);
      const decoded = body === request.body ? call : (this.#wires.get(service.name)?.open({ ...request, body }) ?? call);
      const input = decoded.readInput();
      const context: RequestContext = {
        caller,
        region,
        requestId,
        endpoint: endpointOf(request),
        traceHeader: request.headers['x-amzn-trace-id'],
        signal: abortOnClose(exchange.target),
      };
      const name = decoded.operation ?? '';
      for (const permission of service.permissions(name, input, context))
        this.#options.authorizer.authorize(caller, permission, service.name);
      const operation = service.operations[name];
      if (operation === undefined) throw notImplemented(service.name, name);
      return decoded.writeOutput(await operation(input as never, context), requestId);
    } catch (error) {
      if (error instanceof AwsError) return call.writeError(error, requestId);
      this.#options.logger.error('an operation failed', { service: service.name, operation: call.operation, requestId, error });
      return call.writeError(new AwsError('InternalFailure', 'An internal error occurred.', { status: 500 }), requestId);
    }
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

/** A signal for the operation that aborts when the client goes away before its answer is written. */
function abortOnClose(target: ServerResponse): AbortSignal {
  const controller = new AbortController();
  target.once('close', () => {
    if (!target.writableFinished) controller.abort(new ClientGone());
  });
  return controller.signal;
}

function notImplemented(service: string, operation: string): AwsError {
  return new AwsError('NotImplementedException', `Hearth does not implement ${service}:${operation} yet; see docs/parity.md.`, {
    status: 501,
  });
}

function tooLarge(service: ServiceName): AwsError {
  if (service === 'lambda') {
    return new AwsError(
      'RequestEntityTooLargeException',
      `Request must be smaller than ${MAX_BODY_BYTES.lambda} bytes for the CreateFunction operation`,
      { status: 413 },
    );
  }
  return new AwsError('RequestEntityTooLarge', `Request must be smaller than ${MAX_BODY_BYTES[service]} bytes`, { status: 413 });
}

/** No protocol is known here; JSON with the error header is what every SDK can show. */
function unknownService(name: string | undefined, requestId: string): WireResponse {
  const message =
    name === undefined
      ? 'The request is not addressed to an AWS service: it carries no signature scope, no target and no known path.'
      : `Hearth does not serve the AWS service '${name}' yet; see docs/parity.md.`;
  return {
    status: name === undefined ? 403 : 501,
    headers: {
      'Content-Type': 'application/json',
      'x-amzn-RequestId': requestId,
      'x-amzn-ErrorType': name === undefined ? 'MissingAuthenticationTokenException' : 'NotImplementedException',
    },
    body: JSON.stringify({ message }),
  };
}
