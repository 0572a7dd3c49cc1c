import type { ListObjectsCommandInput, ListObjectsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { commonPrefixOf, listObjects as listPage } from '../list-objects.ts';
import { encoderFor, maxKeysOf, toListedObject } from '../listed-object.ts';
import type { ListPosition, Objects } from '../objects.ts';
import { checkSupported } from '../supported-members.ts';

const SUPPORTED = new Set(['Delimiter', 'EncodingType', 'Marker', 'MaxKeys', 'Prefix']);

/** The older listing: its marker is a key, or a common prefix, as it stands. */
export function listObjects(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'list'>;
}): Operation<ListObjectsCommandInput, Omit<ListObjectsCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name, accountId } = ownBucket(input, context, deps.buckets);
    const { Prefix: prefix = '', Delimiter: delimiter = '', Marker: marker = '' } = input;
    const encode = encoderFor(input.EncodingType);
    const limit = maxKeysOf(input.MaxKeys);
    const page = await listPage(deps.objects, name, { prefix, delimiter, limit, from: positionOf(marker, { prefix, delimiter }) });
    return {
      Name: name,
      Prefix: encode(prefix),
      Marker: encode(marker),
      Delimiter: input.Delimiter === undefined ? undefined : encode(input.Delimiter),
      MaxKeys: limit,
      EncodingType: input.EncodingType,
      IsTruncated: page.next !== undefined,
      // Without a delimiter clients go on with the last key that they got.
      NextMarker: page.next === undefined || delimiter === '' ? undefined : encode(textOf(page.next)),
      Contents: page.objects.map((object) => toListedObject(object, encode, accountId)),
      CommonPrefixes: page.commonPrefixes.map((each) => ({ Prefix: encode(each) })),
    };
  };
}

function positionOf(marker: string, request: { readonly prefix: string; readonly delimiter: string }): ListPosition | undefined {
  if (marker === '') return undefined;
  return commonPrefixOf(marker, request) === marker ? { afterPrefix: marker } : { afterKey: marker };
}

function textOf(position: ListPosition): string {
  return 'afterKey' in position ? position.afterKey : position.afterPrefix;
}
