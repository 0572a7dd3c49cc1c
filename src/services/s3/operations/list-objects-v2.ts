import type { ListObjectsV2CommandInput, ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { listObjects } from '../list-objects.ts';
import { encoderFor, maxKeysOf, toListedObject } from '../listed-object.ts';
import type { ListPosition, Objects } from '../objects.ts';
import { invalidArgument } from '../s3-errors.ts';
import { checkSupported } from '../supported-members.ts';

const SUPPORTED = new Set(['ContinuationToken', 'Delimiter', 'EncodingType', 'FetchOwner', 'MaxKeys', 'Prefix', 'StartAfter']);

export function listObjectsV2(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'list'>;
}): Operation<ListObjectsV2CommandInput, Omit<ListObjectsV2CommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name, accountId } = ownBucket(input, context, deps.buckets);
    const { Prefix: prefix = '', Delimiter: delimiter = '', ContinuationToken: token, StartAfter: startAfter } = input;
    const encode = encoderFor(input.EncodingType);
    const limit = maxKeysOf(input.MaxKeys);
    const page = await listObjects(deps.objects, name, { prefix, delimiter, limit, from: positionOf(token, startAfter) });
    const owner = input.FetchOwner === true ? accountId : undefined;
    return {
      Name: name,
      Prefix: encode(prefix),
      Delimiter: input.Delimiter === undefined ? undefined : encode(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      StartAfter: startAfter === undefined ? undefined : encode(startAfter),
      ContinuationToken: token,
      KeyCount: page.objects.length + page.commonPrefixes.length,
      IsTruncated: page.next !== undefined,
      NextContinuationToken: page.next === undefined ? undefined : tokenOf(page.next),
      Contents: page.objects.map((object) => toListedObject(object, encode, owner)),
      CommonPrefixes: page.commonPrefixes.map((each) => ({ Prefix: encode(each) })),
    };
  };
}

function tokenOf(position: ListPosition): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function positionOf(token: string | undefined, startAfter: string | undefined): ListPosition | undefined {
  if (token === undefined) return startAfter === undefined ? undefined : { afterKey: startAfter };
  const position = readToken(token);
  if (position === undefined) throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  return position;
}

/** Undefined for what none of our answers had. */
function readToken(token: string): ListPosition | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const [, kind, json] = /^\{"(afterKey|afterPrefix)":("(?:[^"\\]|\\.)*")\}$/s.exec(text) ?? [];
  if (kind === undefined || json === undefined) return undefined;
  try {
    const value = JSON.parse(json) as string;
    return kind === 'afterKey' ? { afterKey: value } : { afterPrefix: value };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
