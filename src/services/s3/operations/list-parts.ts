import type { ListPartsCommandInput, ListPartsCommandOutput } from '@aws-sdk/client-s3';
import type { Operation } from '#aws/service.ts';
import { ownBucket } from '../bucket-access.ts';
import type { Buckets } from '../buckets.ts';
import { toChecksumMembers } from '../checksums/checksum.ts';
import { quoted } from '../object-attributes.ts';
import { ownerOf } from '../owner.ts';
import { checkSupported } from '../supported-members.ts';
import type { Uploads } from '../uploads.ts';

const SUPPORTED = new Set(['MaxParts', 'PartNumberMarker', 'UploadId']);
const MAX_PARTS = 1000;

export function listParts(deps: {
  readonly buckets: Pick<Buckets, 'find'>;
  readonly uploads: Pick<Uploads, 'find' | 'parts'>;
}): Operation<ListPartsCommandInput, Omit<ListPartsCommandOutput, '$metadata'>> {
  return async (input, context) => {
    checkSupported(input, SUPPORTED);
    const { name, accountId } = ownBucket(input, context, deps.buckets);
    const upload = await deps.uploads.find(name, input.Key ?? '', input.UploadId ?? '');
    const marker = Number(input.PartNumberMarker ?? 0);
    const limit = Math.min(input.MaxParts ?? MAX_PARTS, MAX_PARTS);
    const rest = (await deps.uploads.parts(upload.uploadId)).filter(({ partNumber }) => partNumber > marker);
    const page = rest.slice(0, limit);
    const owner = ownerOf(accountId);
    return {
      Bucket: name,
      Key: upload.key,
      UploadId: upload.uploadId,
      PartNumberMarker: String(marker),
      NextPartNumberMarker: String(page.at(-1)?.partNumber ?? 0),
      MaxParts: limit,
      IsTruncated: page.length < rest.length,
      Initiator: owner,
      Owner: owner,
      StorageClass: 'STANDARD',
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumType,
      Parts: page.map(({ partNumber, sizeBytes, etag, lastModifiedMs, checksum }) => {
        const { ChecksumType: _, ...members } = toChecksumMembers(checksum);
        return { PartNumber: partNumber, Size: sizeBytes, ETag: quoted(etag), LastModified: new Date(lastModifiedMs), ...members };
      }),
    };
  };
}
