import { isS3Host, regionOfS3Host } from './bucket-host.ts';
import { services } from './services.ts';

/** Which service and region a request addresses. The service is a signing name, known or not. */
export interface Addressed {
  readonly service: string;
  readonly region: string;
}

export interface RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_REGION = 'us-east-1';

/**
 * Asks in this order: the credential scope of the signature (header, then presigned query), the target header, the path, the
 * action, the host. Undefined when nothing tells.
 */
export function recogniseService(request: RequestHead): Addressed | undefined {
  const scope = scopeOf(request);
  if (scope !== undefined) return scope;
  const service =
    byTarget(request) ?? byRpcPath(request.path) ?? bySignatureV2(request.query) ?? byRestPath(request.path) ?? byAction(request);
  const host = byHost(request.headers['host'] ?? '');
  if (service === undefined) return host;
  return { service, region: host?.region ?? DEFAULT_REGION };
}

const HEADER_SCOPE = /^AWS4-HMAC-SHA256\s[^]*?Credential=[^/,\s]+\/\d{8}\/([^/,\s]*)\/([^/,\s]+)\/aws4_request/;
const QUERY_SCOPE = /(?:^|&)X-Amz-Credential=([^&]*)/i;
const SCOPE = /^[^/]+\/\d{8}\/([^/]*)\/([^/]+)\/aws4_request$/;

/** The service that the client signed for. A region may be empty. */
function scopeOf({ headers, query }: RequestHead): Addressed | undefined {
  const header = HEADER_SCOPE.exec(headers['authorization'] ?? '');
  const presigned = header === null ? QUERY_SCOPE.exec(query)?.[1] : undefined;
  const [, region, service] = header ?? (presigned === undefined ? null : SCOPE.exec(presigned.replaceAll(/%2F/gi, '/'))) ?? [];
  return region === undefined || service === undefined ? undefined : { service, region: region === '' ? DEFAULT_REGION : region };
}

function byTarget({ headers }: RequestHead): string | undefined {
  const target = headers['x-amz-target'];
  if (target === undefined) return undefined;
  const prefix = target.slice(0, target.lastIndexOf('.'));
  return Object.values(services).find(({ targetPrefix }) => targetPrefix === prefix)?.signingName;
}

/** The service of RPC v2 is the shape's name in the model, which often starts with the target prefix. */
function byRpcPath(path: string): string | undefined {
  const name = /^\/service\/([^/]+)\/operation\//.exec(path)?.[1];
  if (name === undefined) return undefined;
  return Object.values(services).find(({ targetPrefix }) => targetPrefix === name)?.signingName;
}

/** A presigned URL of the older scheme: S3 alone still takes it. */
function bySignatureV2(query: string): string | undefined {
  return /(?:^|&)AWSAccessKeyId=/.test(query) && /(?:^|&)Signature=/.test(query) ? 's3' : undefined;
}

/** Every path of Lambda's API starts with the date of the version that brought it. */
const LAMBDA_PATH =
  /^\/20\d\d-\d\d-\d\d\/(?:functions|event-source-mappings|layers|tags|account-settings|code-signing-configs|capacity-providers|durable-)/;

function byRestPath(path: string): string | undefined {
  return LAMBDA_PATH.test(path) ? 'lambda' : undefined;
}

/** awsQuery clients name the version of the API beside the action; only the query is looked at, a form stands in the body. */
function byAction({ query }: RequestHead): string | undefined {
  if (!/(?:^|&)Action=/.test(query)) return undefined;
  const version = /(?:^|&)Version=([\d-]+)/.exec(query)?.[1];
  return Object.values(services).find(({ apiVersion, protocols }) => protocols.includes('awsQuery') && apiVersion === version)?.signingName;
}

const REGION = /^[a-z]{2}(?:-[a-z]+)+-\d$/;

/** `lambda.eu-west-1.amazonaws.com`, `sts.amazonaws.com`, `logs.us-east-1.localhost:4566`, `bucket.s3.localhost:4566`. */
function byHost(host: string): Addressed | undefined {
  if (isS3Host(host)) return { service: 's3', region: regionOfS3Host(host) ?? DEFAULT_REGION };
  const [service = '', second = ''] = host.split('.');
  if (!Object.values(services).some(({ signingName }) => signingName === service)) return undefined;
  return { service, region: REGION.test(second) ? second : DEFAULT_REGION };
}
