import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import { Semaphore } from '#base/semaphore.ts';
import { MAX_UNZIPPED_BYTES } from '#functions/code-limits.ts';
import { checkCodePackage, storeCodePackage, type PackageRules } from '#functions/code-package.ts';
import type { CodePackage } from '#functions/function-record.ts';
import { accessDenied, invalidParameter } from '#functions/lambda-errors.ts';
import type { SignatureAuthority } from '#functions/package-signature.ts';
import { ZipRejected } from '#functions/zip-directory.ts';
import type { BlobStore } from '#storage/blob-store.ts';

/** Where the code of a function or layer stands: the members that FunctionCode, UpdateFunctionCode and LayerVersionContent share. */
export interface CodeSourceInput {
  readonly ZipFile?: Uint8Array | undefined;
  readonly S3Bucket?: string | undefined;
  readonly S3Key?: string | undefined;
}

/** Objects of S3, as far as Lambda reads them. */
export interface CodeObjects {
  /**
   * Reads an object in the name of the request's caller, who needs `s3:GetObject`. Undefined when it is larger than that.
   * @throws AwsError with the code and the words of S3
   */
  read(
    object: { readonly bucket: string; readonly key: string },
    by: Pick<RequestContext, 'caller' | 'region' | 'signal'>,
    maxBytes: number,
  ): Promise<Uint8Array | undefined>;
}

/** Packages from S3 in work at once: each holds up to 250 MB in memory. Those in requests are bounded with the requests. */
const PARALLEL_OBJECTS = 2;

/** Gets code packages from requests and from S3, and stores them. */
export class CodeSource {
  readonly #blobs: BlobStore;
  readonly #objects: CodeObjects;
  readonly #signatures: SignatureAuthority;
  readonly #turns = new Semaphore(PARALLEL_OBJECTS);

  constructor(options: { readonly blobs: BlobStore; readonly objects: CodeObjects; readonly signatures: SignatureAuthority }) {
    this.#blobs = options.blobs;
    this.#objects = options.objects;
    this.#signatures = options.signatures;
  }

  /** Checks and stores a package; undefined when the input names none. @throws AwsError as `storeCodePackage`, or in Lambda's words about S3 */
  store(source: CodeSourceInput, context: RequestContext): Promise<CodePackage | undefined> {
    return this.#take(source, context, (zip, rules) => storeCodePackage(zip, this.#blobs, rules));
  }

  /** The checks of {@link store} alone; what would be stored. */
  check(source: CodeSourceInput, context: RequestContext): Promise<CodePackage | undefined> {
    return this.#take(source, context, (zip, rules) => checkCodePackage(zip, rules));
  }

  async #take(
    { ZipFile: zip, S3Bucket: bucket, S3Key: key }: CodeSourceInput,
    context: RequestContext,
    use: (zip: Uint8Array, rules: PackageRules) => Promise<CodePackage>,
  ): Promise<CodePackage | undefined> {
    const signatures = this.#signatures;
    if (zip !== undefined) {
      if (bucket === undefined && key === undefined) return use(zip, { signatures });
      throw invalidParameter('Please do not provide other FunctionCode parameters when providing a ZipFile.');
    }
    if (bucket === undefined || key === undefined) return undefined;
    // What is compressed in S3 may be as large as what comes of it.
    return this.#turns.run(async () => use(await this.#read({ bucket, key }, context), { signatures, maxZippedBytes: MAX_UNZIPPED_BYTES }));
  }

  /** Source of the words: test_lambda_code_location_s3_errors; AccessDenied has its own (as it is quoted all over, no record). */
  async #read(object: { readonly bucket: string; readonly key: string }, context: RequestContext): Promise<Uint8Array> {
    const zip = await this.#objects.read(object, context, MAX_UNZIPPED_BYTES).catch((error: unknown) => {
      if (!(error instanceof AwsError)) throw error;
      if (error.code === 'AccessDenied') {
        throw accessDenied(
          'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for' +
            ` ${object.bucket}/${object.key}. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
        );
      }
      throw invalidParameter(`Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`);
    });
    if (zip === undefined) throw invalidParameter(new ZipRejected('too-large', 'the object alone is').message);
    return zip;
  }
}
