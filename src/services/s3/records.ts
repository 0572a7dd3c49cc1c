import type { AccountId } from '#aws/caller.ts';

/** A document `s3-buckets/<name>`: names are unique over all accounts and regions. */
export interface BucketRecord {
  readonly name: string;
  readonly accountId: AccountId;
  readonly region: string;
  readonly createdMs: number;
}

/** The checksum algorithms of S3 that are computed here, as the API spells them. */
export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256';

export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `-<parts>` at the end when it is one of checksums. */
  readonly value: string;
  readonly type: 'FULL_OBJECT' | 'COMPOSITE';
}

/** What was said of an object when it was put, and is said again when it is read. */
export interface ObjectAttributes {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expiresMs?: number;
  /** The `x-amz-meta-` headers, without that prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Bytes in the blob store: in one piece, or in those in which a multipart upload brought them. */
export type ObjectContent =
  | { readonly kind: 'blob'; readonly digest: string }
  /** `manifest` is a blob, too: the JSON of a list of {@link ContentPart}, which may be too long for a document. */
  | { readonly kind: 'parts'; readonly manifest: string; readonly count: number };

export interface ContentPart {
  readonly digest: string;
  readonly sizeBytes: number;
}

/** A document `s3-objects/<bucket>/<key>`; see `object-key.ts` for the form of the key. */
export interface ObjectRecord extends ObjectAttributes {
  readonly key: string;
  readonly sizeBytes: number;
  /** Without quotes. */
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly content: ObjectContent;
  readonly checksum?: Checksum;
}

/** A document `s3-uploads/<bucket>/<uploadId>`: a multipart upload that is neither completed nor aborted. */
export interface UploadRecord extends ObjectAttributes {
  readonly bucket: string;
  readonly key: string;
  readonly uploadId: string;
  readonly initiatedMs: number;
  readonly checksumAlgorithm?: ChecksumAlgorithm;
  readonly checksumType?: Checksum['type'];
}

/** A document `s3-parts/<uploadId>/<number>`. */
export interface PartRecord extends ContentPart {
  readonly partNumber: number;
  readonly etag: string;
  readonly lastModifiedMs: number;
  readonly checksum?: Checksum;
}
