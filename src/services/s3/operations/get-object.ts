import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import type { Buckets } from '../buckets.ts';
import type { ContentReader } from '../content-reader.ts';
import type { Objects } from '../objects.ts';
import { readTarget } from '../read-target.ts';

export interface GetObjectOutput extends Omit<GetObjectCommandOutput, '$metadata' | 'Body'> {
  readonly Body: AsyncIterable<Uint8Array> | Uint8Array;
}

/** The bytes are read as the client takes them. */
export function getObject(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly objects: Pick<Objects, 'find'>;
  readonly content: Pick<ContentReader, 'open'>;
}): Operation<GetObjectCommandInput, GetObjectOutput> {
  return async (input, context) => {
    const { object, range, members } = await readTarget(input, context, deps);
    return { ...members, Body: object.sizeBytes === 0 ? new Uint8Array() : await deps.content.open(object, range) };
  };
}
