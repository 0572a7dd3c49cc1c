import type { Cors, FunctionUrlConfig } from '@aws-sdk/client-lambda';
import type { RequestContext } from '#aws/service.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionUrl, UrlCors } from '#functions/function-url.ts';

/** A URL as the API shows it (recorded by test_lambda_url_echo_invoke). `InvokeMode` is shown when it was given. */
export function toFunctionUrlConfig(
  record: FunctionRecord,
  qualifier: string,
  url: FunctionUrl,
  { endpoint }: Pick<RequestContext, 'endpoint'>,
): FunctionUrlConfig {
  return {
    FunctionUrl: urlOf(url.id, record.region, endpoint),
    FunctionArn: functionArn(record, qualifier === '$LATEST' ? undefined : qualifier),
    CreationTime: url.createdAt,
    LastModifiedTime: url.modifiedAt,
    ...(url.cors !== undefined && { Cors: toCors(url.cors) }),
    AuthType: url.authType,
    ...(url.invokeMode !== undefined && { InvokeMode: url.invokeMode }),
  };
}

/** Below the name by which the client reached the daemon, so that it gets there again; every name below localhost is loopback. */
function urlOf(id: string, region: string, endpoint: string): string {
  const { hostname, port } = new URL(endpoint);
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname);
  const name = isAddress || hostname.endsWith('.localhost') ? 'localhost' : hostname;
  return `http://${id}.lambda-url.${region}.${name}${port === '' ? '' : `:${port}`}/`;
}

function toCors(cors: UrlCors): Cors {
  const { allowCredentials, allowHeaders, allowMethods, allowOrigins, exposeHeaders, maxAge } = cors;
  return {
    ...(allowCredentials !== undefined && { AllowCredentials: allowCredentials }),
    ...(allowHeaders !== undefined && { AllowHeaders: [...allowHeaders] }),
    ...(allowMethods !== undefined && { AllowMethods: [...allowMethods] }),
    ...(allowOrigins !== undefined && { AllowOrigins: [...allowOrigins] }),
    ...(exposeHeaders !== undefined && { ExposeHeaders: [...exposeHeaders] }),
    ...(maxAge !== undefined && { MaxAge: maxAge }),
  };
}

/** Undefined for an empty one, which takes the configuration away. */
export function fromCors(cors: Cors): UrlCors | undefined {
  const { AllowCredentials, AllowHeaders, AllowMethods, AllowOrigins, ExposeHeaders, MaxAge } = cors;
  const read: UrlCors = {
    ...(AllowCredentials !== undefined && { allowCredentials: AllowCredentials }),
    ...(AllowHeaders !== undefined && { allowHeaders: AllowHeaders }),
    ...(AllowMethods !== undefined && { allowMethods: AllowMethods }),
    ...(AllowOrigins !== undefined && { allowOrigins: AllowOrigins }),
    ...(ExposeHeaders !== undefined && { exposeHeaders: ExposeHeaders }),
    ...(MaxAge !== undefined && { maxAge: MaxAge }),
  };
  return Object.keys(read).length === 0 ? undefined : read;
}
