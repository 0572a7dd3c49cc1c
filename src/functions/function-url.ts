import type { IdSource } from '#base/ids.ts';
import type { FunctionRecord } from './function-record.ts';
import { invalidParameter } from './lambda-errors.ts';

/** An address under which a function or an alias answers HTTP requests. */
export interface FunctionUrl {
  /** The first label of its host name; unique among all functions of the daemon. */
  readonly id: string;
  readonly authType: 'NONE' | 'AWS_IAM';
  readonly cors?: UrlCors;
  /** Absent when none was given: `BUFFERED`. */
  readonly invokeMode?: 'BUFFERED' | 'RESPONSE_STREAM';
  /** `2026-11-20T10:00:00.000Z`. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

/** Which web pages may use it, and how. Lists may hold `*`. */
export interface UrlCors {
  readonly allowCredentials?: boolean;
  readonly allowHeaders?: readonly string[];
  readonly allowMethods?: readonly string[];
  readonly allowOrigins?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  /** Seconds for which a browser need not ask again. */
  readonly maxAge?: number;
}

/** A function with this tag gets this id instead of a random one, with the alias at its end where there is one. */
export const CUSTOM_ID_TAG = '_custom_id_';

/** A label of a host name (RFC 1035), with the underscore that alias names may have. */
const CUSTOM_ID = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;

/** The URL under a qualifier (`$LATEST` is the function itself); undefined when there is none. */
export function findUrl(owner: Pick<FunctionRecord, 'urls'>, qualifier: string): FunctionUrl | undefined {
  const { urls } = owner;
  return urls !== undefined && Object.hasOwn(urls, qualifier) ? urls[qualifier] : undefined;
}

/** The record with another URL under the qualifier, or with none. */
export function withUrl(record: FunctionRecord, qualifier: string, url: FunctionUrl | undefined): FunctionRecord {
  const { urls = {}, ...rest } = record;
  const others = Object.entries(urls).filter(([name]) => name !== qualifier);
  const entries = url === undefined ? others : [...others, [qualifier, url] as const];
  return entries.length === 0 ? rest : { ...rest, urls: Object.fromEntries(entries) };
}

/** The id that the function's tag asks for; undefined without the tag. @throws AwsError InvalidParameterValueException */
export function customUrlId({ tags }: Pick<FunctionRecord, 'tags'>, qualifier: string): string | undefined {
  const tag = Object.hasOwn(tags, CUSTOM_ID_TAG) ? tags[CUSTOM_ID_TAG] : undefined;
  if (tag === undefined) return undefined;
  // Host names do not distinguish case.
  const id = (qualifier === '$LATEST' ? tag : `${tag}-${qualifier}`).toLowerCase();
  if (!CUSTOM_ID.test(id))
    throw invalidParameter(`The tag ${CUSTOM_ID_TAG} makes the URL id '${id}', which cannot be part of a host name.`);
  return id;
}

/** 32 letters and digits, as AWS's. */
export function randomUrlId(ids: Pick<IdSource, 'base32'>): string {
  return ids.base32(32).toLowerCase();
}
