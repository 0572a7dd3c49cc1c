import type { S3Client } from '@aws-sdk/client-s3';
import { AwsError } from '../errors.ts';
import { inProcessOptions, type InProcessCaller, type InProcessGateway } from './in-process.ts';

export interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/**
 * Objects of S3 for other parts of Hearth, by the SDK's client and in the name of a caller, who must be allowed what is done. The
 * client is loaded with the first call.
 */
export class InProcessS3 {
  readonly #gateway: InProcessGateway;

  constructor(gateway: InProcessGateway) {
    this.#gateway = gateway;
  }

  /** Undefined when the object is larger than that. @throws AwsError with the code and the words of S3 */
  async read({ bucket, key }: ObjectAddress, by: InProcessCaller, maxBytes: number): Promise<Buffer | undefined> {
    const { GetObjectCommand } = await import('@aws-sdk/client-s3');
    return this.#with(by, async (client) => {
      const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
      if (Body === undefined) return Buffer.alloc(0);
      if (ContentLength > maxBytes) {
        if ('destroy' in Body) Body.destroy();
        return undefined;
      }
      return Buffer.from(await Body.transformToByteArray());
    });
  }

  /** @throws AwsError with the code and the words of S3 */
  async write({ bucket, key }: ObjectAddress, by: InProcessCaller, bytes: Uint8Array): Promise<void> {
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await this.#with(by, (client) => client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: bytes })));
  }

  async #with<Result>(by: InProcessCaller, work: (client: S3Client) => Promise<Result>): Promise<Result> {
    const { S3Client: Client, S3ServiceException } = await import('@aws-sdk/client-s3');
    const client = new Client({
      ...inProcessOptions(this.#gateway, 's3', by),
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    try {
      return await work(client);
    } catch (error) {
      if (!(error instanceof S3ServiceException)) throw error;
      throw new AwsError(error.name, error.message, { status: error.$metadata.httpStatusCode ?? 500 });
    } finally {
      client.destroy();
    }
  }
}
