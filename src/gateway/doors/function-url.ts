import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { Caller, Requester } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { RequiredPermission } from '#aws/service.ts';
import { invalidSignature } from '#aws/sigv4/auth-errors.ts';
import type { Authenticator } from '../authenticate.ts';
import type { Authorizer } from '../authorize.ts';
import type { Door, DoorRequest, DoorResponse } from '../door.ts';
import { announcesLargeBody, ClientGone } from '../http-exchange.ts';
import { functionUrlAddress } from './function-url-address.ts';
import type { FunctionUrlAddress } from './function-url-address.ts';
import { allowsOrigin, isPreflight, preflightHeaders, sharingHeaders } from './function-url-cors.ts';
import type { CorsRules } from './function-url-cors.ts';

/** What the door needs of Lambda. */
export interface FunctionUrlPort {
  /** Undefined when no function has that URL. */
  find(id: string): FunctionUrlEndpoint | undefined;
}

export interface FunctionUrlEndpoint {
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly region: string;
  readonly cors: CorsRules | undefined;
  /** All of them are needed. */
  readonly permissions: readonly RequiredPermission[];
  /** @throws AwsError when the function cannot be invoked */
  invoke(request: FunctionUrlRequest): Promise<DoorResponse>;
}

export interface FunctionUrlRequest extends Omit<DoorRequest, 'origin' | 'readBody'> {
  readonly requestId: string;
  readonly id: string;
  readonly body: Buffer;
  /** Undefined where anybody may call. */
  readonly caller: Caller | undefined;
}

export interface FunctionUrlDoorOptions {
  readonly urls: FunctionUrlPort;
  readonly authenticator: Pick<Authenticator, 'authenticate' | 'screen'>;
  readonly authorizer: Authorizer;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Lambda quotas: a synchronous request. */
const MAX_BODY_BYTES = 6_291_456;

/** Function URLs: HTTP requests that become invocations, by virtual host or by path. */
export function functionUrlDoor(options: FunctionUrlDoorOptions): Door {
  return {
    openToEnvironments: true,
    ownOriginRules: true,
    matches: (head) => functionUrlAddress(head) !== undefined,
    async handle(request) {
      const requestId = options.ids.uuid();
      const address = functionUrlAddress(request);
      const endpoint = address === undefined ? undefined : options.urls.find(address.id);
      if (address === undefined || endpoint === undefined) return withId(failure('AccessDeniedException', null, 403), requestId);
      const { cors } = endpoint;
      if (cors !== undefined && isPreflight(request.method, request.headers)) {
        return withId({ status: 200, headers: preflightHeaders(cors, request.headers), body: '' }, requestId);
      }
      const response = withId(await answer(request, { address, endpoint, requestId }, options), requestId);
      return cors === undefined ? response : share(response, sharingHeaders(cors, request.headers));
    },
  };
}

interface Addressed {
  readonly address: FunctionUrlAddress;
  readonly endpoint: FunctionUrlEndpoint;
  readonly requestId: string;
}

async function answer(request: DoorRequest, addressed: Addressed, options: FunctionUrlDoorOptions): Promise<DoorResponse> {
  const { address, endpoint, requestId } = addressed;
  try {
    const { body, caller } =
      endpoint.authType === 'NONE' ? await anybody(request, endpoint, options) : await signed(request, endpoint, options);
    const { method, query, headers, rawHeaders, httpVersion, sourceIp } = request;
    return await endpoint.invoke({
      method,
      query,
      headers,
      rawHeaders,
      httpVersion,
      sourceIp,
      requestId,
      body,
      caller,
      ...address,
      get signal() {
        return request.signal;
      },
    });
  } catch (error) {
    if (error instanceof AwsError) return failure(error.code, error.message, error.status);
    if (error instanceof ClientGone) throw error;
    options.logger.error('a function URL failed', { requestId, error });
    return { status: 502, headers: JSON_TYPE, body: 'Internal Server Error' };
  }
}

type Admitted = Pick<FunctionUrlRequest, 'body' | 'caller'>;

const ANYBODY: Requester = { kind: 'anonymous' };

async function anybody(request: DoorRequest, endpoint: FunctionUrlEndpoint, { authorizer }: FunctionUrlDoorOptions): Promise<Admitted> {
  authorize(ANYBODY, endpoint, authorizer);
  return { body: await receive(request), caller: undefined };
}

/** The signature is checked as far as the head goes before a large body is taken in. */
async function signed(
  request: DoorRequest,
  endpoint: FunctionUrlEndpoint,
  { authenticator, authorizer }: FunctionUrlDoorOptions,
): Promise<Admitted> {
  checkPage(request, endpoint);
  const { method, path, query, headers, origin } = request;
  const head = { method, path, query, headers };
  if (!carriesSignature(head)) throw forbidden();
  if (announcesLargeBody(headers)) authenticator.screen(head, origin, 'lambda', 'restJson');
  const body = await receive(request);
  const { caller, region } = authenticator.authenticate({ ...head, body }, origin, 'lambda', 'restJson');
  if (region !== endpoint.region) {
    throw invalidSignature('restJson', `Credential should be scoped to a valid region, not '${region}'. `);
  }
  authorize(caller, endpoint, authorizer);
  return { body, caller };
}

/**
 * On loopback root's keys are known to everybody, so any web page could sign. The pages of the URL itself and of origins that its CORS
 * configuration names may; AWS leaves that to the secrecy of keys.
 */
function checkPage({ headers }: DoorRequest, { cors = {} }: FunctionUrlEndpoint): void {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined) {
    if (site !== undefined && site !== 'none' && site !== 'same-origin') throw forbidden();
  } else if (origin !== `http://${host}` && origin !== `https://${host}` && !allowsOrigin(cors, origin)) {
    throw forbidden();
  }
}

function carriesSignature({ headers, query }: Pick<DoorRequest, 'headers' | 'query'>): boolean {
  return headers['authorization'] !== undefined || query.includes('X-Amz-Signature=');
}

/** @throws AwsError that does not say which permission is missing, nor whose */
function authorize(requester: Requester, { permissions }: FunctionUrlEndpoint, authorizer: Authorizer): void {
  try {
    for (const permission of permissions) authorizer.authorize(requester, permission, 'lambda');
  } catch (error) {
    throw error instanceof AwsError ? forbidden() : error;
  }
}

async function receive(request: DoorRequest): Promise<Buffer> {
  const body = await request.readBody(MAX_BODY_BYTES);
  if (body === 'too-large') {
    const message = `Request must be smaller than ${MAX_BODY_BYTES} bytes for the InvokeFunction operation`;
    throw new AwsError('RequestTooLargeException', message, { status: 413 });
  }
  if (body === 'no-room') {
    throw new AwsError('ServiceUnavailable', 'The request has failed due to a temporary failure of the server.', { status: 503 });
  }
  return body;
}

/** As recorded by test_lambda_url_persists_after_alias_delete. */
function forbidden(): AwsError {
  return new AwsError(
    'AccessDeniedException',
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
    { status: 403 },
  );
}

const JSON_TYPE = { 'Content-Type': 'application/json' };

function failure(code: string, message: string | null, status: number): DoorResponse {
  return { status, headers: { ...JSON_TYPE, 'x-amzn-ErrorType': code }, body: JSON.stringify({ Message: message }) };
}

function withId(response: DoorResponse, requestId: string): DoorResponse {
  return { ...response, headers: { ...response.headers, 'x-amzn-RequestId': requestId } };
}

/** What the configuration says takes the place of what the function says; `Vary` names both. */
function share(response: DoorResponse, shared: DoorResponse['headers']): DoorResponse {
  const names = new Set(Object.keys(shared).map((name) => name.toLowerCase()));
  if (names.size === 0) return response;
  const own = Object.entries(response.headers);
  const vary = own.find(([name]) => name.toLowerCase() === 'vary')?.[1];
  const both = vary !== undefined && shared['Vary'] !== undefined && { Vary: `${vary}, ${shared['Vary']}` };
  return { ...response, headers: { ...Object.fromEntries(own.filter(([name]) => !names.has(name.toLowerCase()))), ...shared, ...both } };
}
