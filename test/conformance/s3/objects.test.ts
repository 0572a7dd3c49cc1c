import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { Agent } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { after, before, suite, test } from 'node:test';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  S3ServiceException,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { CreateMultipartUploadCommandInput, GetObjectCommandInput, PutObjectCommandInput, S3ClientConfig } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startTestPlatform } from '../../support/platform.ts';

const PART_BYTES = 5 * 1024 * 1024;

suite('S3 through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let s3: S3Client;
  const agent = new Agent({ keepAlive: false });

  before(async () => {
    platform = await startTestPlatform();
    s3 = client();
  });

  after(async () => {
    s3.destroy();
    agent.destroy();
    await platform.close();
  });

  function client(settings: Partial<S3ClientConfig> = {}): S3Client {
    return new S3Client({
      endpoint: platform.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      requestHandler: { httpAgent: agent },
      ...settings,
    });
  }

  async function newBucket(name: string): Promise<string> {
    await s3.send(new CreateBucketCommand({ Bucket: name }));
    return name;
  }

  async function put(input: PutObjectCommandInput) {
    return s3.send(new PutObjectCommand(input));
  }

  async function read(input: GetObjectCommandInput): Promise<string> {
    const { Body } = await s3.send(new GetObjectCommand(input));
    return Body?.transformToString() ?? '';
  }

  async function fails(work: Promise<unknown>, name: string, status: number, message?: string): Promise<S3ServiceException> {
    let caught: S3ServiceException | undefined;
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof S3ServiceException, String(error));
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
      if (message !== undefined) assert.equal(error.message, message);
      caught = error;
      return true;
    });
    return caught ?? assert.fail('no error');
  }

  suite('buckets', () => {
    test('are created, found, listed, located and deleted', async () => {
      const created = await s3.send(new CreateBucketCommand({ Bucket: 'first-bucket' }));
      assert.equal(created.Location, '/first-bucket');
      const irish = client({ region: 'eu-west-1' });
      await irish.send(new CreateBucketCommand({ Bucket: 'irish', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } }));
      assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket: 'first-bucket' }))).LocationConstraint, undefined);
      assert.equal((await s3.send(new GetBucketLocationCommand({ Bucket: 'irish' }))).LocationConstraint, 'eu-west-1');
      assert.equal((await s3.send(new HeadBucketCommand({ Bucket: 'first-bucket' }))).BucketRegion, 'us-east-1');
      const names = async (): Promise<readonly string[]> =>
        ((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name = '' }) => Name);
      assert.deepEqual(await names(), ['first-bucket', 'irish']);
      const page = await s3.send(new ListBucketsCommand({ MaxBuckets: 1 }));
      assert.deepEqual(
        page.Buckets?.map(({ Name, BucketRegion }) => [Name, BucketRegion]),
        [['first-bucket', 'us-east-1']],
      );
      const next = await s3.send(new ListBucketsCommand({ MaxBuckets: 1, ContinuationToken: page.ContinuationToken }));
      assert.deepEqual([next.Buckets?.[0]?.Name, next.ContinuationToken], ['irish', undefined]);
      await s3.send(new DeleteBucketCommand({ Bucket: 'first-bucket' }));
      assert.deepEqual(await names(), ['irish']);
      irish.destroy();
    });

    test('of another region answer where they are', async () => {
      const irish = client({ region: 'eu-west-1' });
      await newBucket('american');
      const error = await fails(irish.send(new ListObjectsV2Command({ Bucket: 'american' })), 'PermanentRedirect', 301);
      assert.equal(error.$response?.headers['x-amz-bucket-region'], 'us-east-1');
      const following = client({ region: 'eu-west-1', followRegionRedirects: true });
      assert.equal((await following.send(new ListObjectsV2Command({ Bucket: 'american' }))).KeyCount, 0);
      irish.destroy();
      following.destroy();
    });

    test('refuse bad names, taken names and wrong regions', async () => {
      for (const name of ['ab', 'Upper', '192.168.0.1', 'a..b', 'xn--a', 'a'.repeat(64)]) {
        await fails(s3.send(new CreateBucketCommand({ Bucket: name })), 'InvalidBucketName', 400, 'The specified bucket is not valid.');
      }
      const other = client({ credentials: { accessKeyId: '111122223333', secretAccessKey: 'test' } });
      await newBucket('taken');
      await newBucket('taken');
      await fails(other.send(new CreateBucketCommand({ Bucket: 'taken' })), 'BucketAlreadyExists', 409);
      await fails(other.send(new ListObjectsV2Command({ Bucket: 'taken' })), 'AccessDenied', 403);
      const irish = client({ region: 'eu-west-1' });
      const constraint = { LocationConstraint: 'eu-central-1' } as const;
      await fails(
        irish.send(new CreateBucketCommand({ Bucket: 'somewhere', CreateBucketConfiguration: constraint })),
        'IllegalLocationConstraintException',
        400,
        'The eu-central-1 location constraint is incompatible for the region specific endpoint this request was sent to.',
      );
      other.destroy();
      irish.destroy();
    });

    test('that are missing or full', async () => {
      const message = 'The specified bucket does not exist';
      await fails(s3.send(new ListObjectsV2Command({ Bucket: 'missing' })), 'NoSuchBucket', 404, message);
      await fails(put({ Bucket: 'missing', Key: 'k', Body: 'x' }), 'NoSuchBucket', 404, message);
      await fails(s3.send(new HeadBucketCommand({ Bucket: 'missing' })), 'NotFound', 404);
      const Bucket = await newBucket('full');
      await put({ Bucket, Key: 'k', Body: 'x' });
      await fails(s3.send(new DeleteBucketCommand({ Bucket })), 'BucketNotEmpty', 409, 'The bucket you tried to delete is not empty');
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      await s3.send(new DeleteBucketCommand({ Bucket }));
    });
  });

  suite('objects', () => {
    test('come back with what was said of them', async () => {
      const Bucket = await newBucket('attributes');
      const Expires = new Date('2030-01-02T03:04:05Z');
      const said = {
        ContentType: 'text/plain; charset=utf-8',
        CacheControl: 'max-age=60',
        ContentDisposition: 'attachment; filename="a, b.txt"',
        ContentEncoding: 'identity',
        ContentLanguage: 'de, en',
        Metadata: { colour: 'blue', 'long-name': 'two words' },
      };
      const answer = await put({ Bucket, Key: 'a b/c+ü&?.txt', Body: 'hello', Expires, ...said });
      assert.equal(answer.ETag, `"${createHash('md5').update('hello').digest('hex')}"`);
      assert.equal(answer.ChecksumCRC32, 'NhCmhg==');
      const { Body, ...object } = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/c+ü&?.txt' }));
      assert.equal(await Body?.transformToString(), 'hello');
      const { ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata } = object;
      assert.deepEqual({ ContentType, CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, Metadata }, said);
      assert.deepEqual([object.ContentLength, object.AcceptRanges, object.ChecksumCRC32], [5, 'bytes', 'NhCmhg==']);
      assert.equal(object.ExpiresString, Expires.toUTCString());
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/c+ü&?.txt' }));
      assert.deepEqual([head.ContentLength, head.ETag, head.Metadata], [5, answer.ETag, said.Metadata]);
      const overridden = await s3.send(new GetObjectCommand({ Bucket, Key: 'a b/c+ü&?.txt', ResponseContentType: 'image/png' }));
      assert.equal(overridden.ContentType, 'image/png');
      await overridden.Body?.transformToByteArray();
    });

    test('stream in, with a checksum behind them, and out', async () => {
      const Bucket = await newBucket('streams');
      const bytes = randomBytes(3_000_000);
      for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
        const Body = Readable.from([bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000)], { objectMode: false });
        await put({ Bucket, Key: ChecksumAlgorithm, Body, ContentLength: bytes.length, ChecksumAlgorithm });
        const object = await s3.send(new GetObjectCommand({ Bucket, Key: ChecksumAlgorithm }));
        assert.ok(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(bytes), ChecksumAlgorithm);
        assert.notEqual(object[`Checksum${ChecksumAlgorithm}`], undefined);
      }
    });

    test('are answered with the headers that the request names, where a header can say that', async () => {
      const Bucket = await newBucket('overridden-headers');
      await put({ Bucket, Key: 'k', Body: 'x' });
      const disposed = (ResponseContentDisposition: string) =>
        s3.send(new GetObjectCommand({ Bucket, Key: 'k', ResponseContentDisposition }));
      const umlaut = 'attachment; filename="é.txt"';
      assert.equal((await disposed(umlaut)).ContentDisposition, umlaut);
      await fails(disposed('attachment; filename="€.txt"'), 'InvalidArgument', 400);
      await fails(disposed('attachment\r\nX-Evil: 1'), 'InvalidArgument', 400);
    });

    test('of no bytes are objects, too', async () => {
      const Bucket = await newBucket('empty-object');
      await put({ Bucket, Key: 'folder/', Body: '' });
      assert.equal(await read({ Bucket, Key: 'folder/' }), '');
      await fails(s3.send(new GetObjectCommand({ Bucket, Key: 'folder/', Range: 'bytes=0-' })), 'InvalidRange', 416);
    });

    test('are read in part', async () => {
      const Bucket = await newBucket('ranges');
      await put({ Bucket, Key: 'k', Body: '0123456789' });
      const part = async (Range: string): Promise<readonly unknown[]> => {
        const { Body, ContentRange, ContentLength, $metadata } = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range }));
        return [$metadata.httpStatusCode, await Body?.transformToString(), ContentRange, ContentLength];
      };
      assert.deepEqual(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10', 3]);
      assert.deepEqual(await part('bytes=7-'), [206, '789', 'bytes 7-9/10', 3]);
      assert.deepEqual(await part('bytes=-2'), [206, '89', 'bytes 8-9/10', 2]);
      assert.deepEqual(await part('bytes=5-99'), [206, '56789', 'bytes 5-9/10', 5]);
      const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'k', Range: 'bytes=2-4' }));
      assert.deepEqual([head.$metadata.httpStatusCode, head.ContentLength, head.ContentRange], [206, 3, 'bytes 2-4/10']);
      assert.deepEqual(await part('bytes=4-2'), [200, '0123456789', undefined, 10]);
      await fails(
        s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: 'bytes=10-' })),
        'InvalidRange',
        416,
        'The requested range is not satisfiable',
      );
    });

    test('are read and written under conditions', async () => {
      const Bucket = await newBucket('conditions');
      const { ETag = '' } = await put({ Bucket, Key: 'k', Body: 'one', IfNoneMatch: '*' });
      await fails(put({ Bucket, Key: 'k', Body: 'two', IfNoneMatch: '*' }), 'PreconditionFailed', 412);
      await fails(put({ Bucket, Key: 'k', Body: 'two', IfMatch: '"other"' }), 'PreconditionFailed', 412);
      await fails(put({ Bucket, Key: 'none', Body: 'two', IfMatch: ETag }), 'NoSuchKey', 404);
      assert.equal(await read({ Bucket, Key: 'k', IfMatch: ETag }), 'one');
      await fails(s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfMatch: '"other"' })), 'PreconditionFailed', 412);
      await fails(s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfNoneMatch: ETag })), 'Unknown', 304);
      await put({ Bucket, Key: 'k', Body: 'two', IfMatch: ETag });
      assert.equal(await read({ Bucket, Key: 'k' }), 'two');
    });

    test('of one key, put by many at once, are one of them', async () => {
      const Bucket = await newBucket('contended');
      const bodies = Array.from({ length: 60 }, (_, index) => String(index));
      await Promise.all(bodies.map((Body) => put({ Bucket, Key: 'k', Body })));
      assert.ok(bodies.includes(await read({ Bucket, Key: 'k' })));
    });

    test('that are missing', async () => {
      const Bucket = await newBucket('missing-keys');
      const message = 'The specified key does not exist.';
      await fails(s3.send(new GetObjectCommand({ Bucket, Key: 'k' })), 'NoSuchKey', 404, message);
      await fails(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })), 'NotFound', 404);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k' }, { Key: 'l' }] } }));
      assert.deepEqual([Deleted, Errors], [[{ Key: 'k' }, { Key: 'l' }], undefined]);
    });

    test('with a wrong digest or checksum are not stored', async () => {
      const Bucket = await newBucket('damaged');
      const wrong = createHash('md5').update('other').digest('base64');
      await fails(
        put({ Bucket, Key: 'k', Body: 'x', ContentMD5: wrong }),
        'BadDigest',
        400,
        'The Content-MD5 you specified did not match what we received.',
      );
      await fails(
        put({ Bucket, Key: 'k', Body: 'x', ContentMD5: 'abc' }),
        'InvalidDigest',
        400,
        'The Content-MD5 you specified was invalid.',
      );
      await fails(
        put({ Bucket, Key: 'k', Body: 'x', ChecksumCRC32: 'AAAAAA==' }),
        'BadDigest',
        400,
        'The CRC32 you specified did not match the calculated checksum.',
      );
      await fails(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })), 'NotFound', 404);
    });

    test('refuse what is not there instead of ignoring it', async () => {
      const Bucket = await newBucket('refusals');
      await fails(put({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=b' }), 'NotImplemented', 501);
      await fails(put({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'aws:kms' }), 'NotImplemented', 501);
      await fails(put({ Bucket, Key: 'k', Body: 'x', ACL: 'public-read' }), 'NotImplemented', 501);
      await put({ Bucket, Key: 'k', Body: 'x', ServerSideEncryption: 'AES256', StorageClass: 'STANDARD', ACL: 'private' });
      await fails(put({ Bucket, Key: 'k'.repeat(1025), Body: 'x' }), 'KeyTooLongError', 400, 'Your key is too long');
    });

    test('of the longest keys are told apart', async () => {
      const Bucket = await newBucket('long-keys');
      const keys = ['b', 'a', 'c'].map((last) => `${'k'.repeat(1023)}${last}`);
      for (const Key of keys) await put({ Bucket, Key, Body: Key.slice(-1) });
      assert.equal(await read({ Bucket, Key: keys[1] }), 'a');
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
      assert.deepEqual(
        Contents.map(({ Key }) => Key),
        keys.toSorted(),
      );
    });

    test('are put and read by presigned URLs', async () => {
      const Bucket = await newBucket('presigned');
      const upload = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'k' }), { expiresIn: 60 });
      assert.equal((await fetch(upload, { method: 'PUT', body: 'by URL' })).status, 200);
      const download = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'k' }), { expiresIn: 60 });
      assert.equal(await (await fetch(download)).text(), 'by URL');
      assert.equal((await fetch(download.replace('/k?', '/l?'))).status, 403);
    });
  });

  suite('lists', () => {
    const KEYS = ['a', 'a-b', 'a/1', 'a/2', 'a/b/3', 'b', 'c/1', 'ü', '\u{1F600}', '\uFF21'];
    const IN_ORDER = KEYS.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y)));

    before(async () => {
      await newBucket('listed');
      for (const Key of KEYS) await put({ Bucket: 'listed', Key, Body: Key });
    });

    async function pages(input: Partial<ConstructorParameters<typeof ListObjectsV2Command>[0]>): Promise<readonly string[][]> {
      const found: string[][] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: 'listed', ...input, ...(token !== undefined && { ContinuationToken: token }) }),
        );
        const texts = [
          ...(page.Contents ?? []).map(({ Key = '' }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix),
        ];
        assert.equal(page.KeyCount, texts.length);
        found.push(texts);
        token = page.NextContinuationToken;
        assert.equal(page.IsTruncated, token !== undefined);
      } while (token !== undefined);
      return found;
    }

    test('are in the order of UTF-8, in pages of any size', async () => {
      assert.deepEqual(await pages({}), [IN_ORDER]);
      for (const MaxKeys of [1, 3, 9, 10]) {
        const all = await pages({ MaxKeys });
        assert.deepEqual(all.flat(), IN_ORDER);
        assert.ok(all.every((page) => page.length <= MaxKeys && page.length > 0));
      }
    });

    test('group by delimiter, and count a group as one', async () => {
      assert.deepEqual(await pages({ Delimiter: '/' }), [['a', 'a-b', 'b', ...IN_ORDER.slice(7), 'a/', 'c/']]);
      const ones = (await pages({ Delimiter: '/', MaxKeys: 1 })).flat();
      assert.deepEqual(ones, ['a', 'a-b', 'a/', 'b', 'c/', ...IN_ORDER.slice(7)]);
      assert.deepEqual(await pages({ Delimiter: '/', Prefix: 'a/' }), [['a/1', 'a/2', 'a/b/']]);
      assert.deepEqual(await pages({ Prefix: 'a' }), [['a', 'a-b', 'a/1', 'a/2', 'a/b/3']]);
      assert.deepEqual(await pages({ StartAfter: 'a/2' }), [IN_ORDER.slice(IN_ORDER.indexOf('a/2') + 1)]);
      assert.deepEqual(await pages({ Delimiter: '/', StartAfter: 'a/1' }), [['b', ...IN_ORDER.slice(7), 'a/', 'c/']]);
      assert.deepEqual(await pages({ MaxKeys: 0 }), [[]]);
    });

    test('of the first version go on by marker', async () => {
      const found: string[] = [];
      let marker: string | undefined = '';
      while (marker !== undefined) {
        const page: Awaited<ReturnType<typeof listOne>> = await listOne(marker);
        found.push(...(page.Contents ?? []).map(({ Key = '' }) => Key), ...(page.CommonPrefixes ?? []).map(({ Prefix = '' }) => Prefix));
        marker = page.NextMarker;
      }
      assert.deepEqual(found, ['a', 'a-b', 'a/', 'b', 'c/', ...IN_ORDER.slice(7)]);

      function listOne(Marker: string) {
        return s3.send(new ListObjectsCommand({ Bucket: 'listed', Delimiter: '/', MaxKeys: 1, Marker }));
      }
    });

    test('encode keys when they are asked to', async () => {
      const Bucket = await newBucket('encoded');
      await put({ Bucket, Key: 'a b+/ü(1)', Body: '' });
      const { Contents = [], EncodingType } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
      assert.deepEqual([Contents[0]?.Key, EncodingType], ['a+b%2B/%C3%BC%281%29', 'url']);
    });
  });

  suite('multipart uploads', () => {
    const parts = [randomBytes(PART_BYTES), randomBytes(PART_BYTES), Buffer.from('the end')];

    async function begin(Bucket: string, more: object = {}): Promise<{ Bucket: string; Key: string; UploadId: string }> {
      const { UploadId = '' } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'k', Metadata: { a: 'b' }, ...more }));
      return { Bucket, Key: 'k', UploadId };
    }

    test('make one object of all parts, whatever the checksum', async () => {
      const Bucket = await newBucket('multipart');
      const whole = Buffer.concat(parts);
      for (const checksum of [
        {},
        { ChecksumAlgorithm: 'CRC32' },
        { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' },
        { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'FULL_OBJECT' },
        { ChecksumAlgorithm: 'SHA256' },
      ] as readonly Pick<CreateMultipartUploadCommandInput, 'ChecksumAlgorithm' | 'ChecksumType'>[]) {
        const upload = await begin(Bucket, checksum);
        const algorithm = checksum.ChecksumAlgorithm === undefined ? {} : { ChecksumAlgorithm: checksum.ChecksumAlgorithm };
        // In whatever order they come.
        const sent = await Promise.all(
          parts.map(async (Body, index) => ({
            PartNumber: index + 1,
            ...(await s3.send(new UploadPartCommand({ ...upload, PartNumber: index + 1, Body, ...algorithm }))),
          })),
        );
        const listed = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
        assert.deepEqual(
          listed.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag]),
          [
            [1, PART_BYTES, sent[0]?.ETag],
            [2, PART_BYTES, sent[1]?.ETag],
          ],
        );
        assert.deepEqual([listed.IsTruncated, listed.NextPartNumberMarker], [true, '2']);
        const Parts = sent.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
        const done = await s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
        const md5s = Buffer.concat(parts.map((part) => createHash('md5').update(part).digest()));
        assert.equal(done.ETag, `"${createHash('md5').update(md5s).digest('hex')}-3"`);
        // The SDK checks the checksum of a whole object against the bytes.
        const object = await s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
        assert.ok(Buffer.from((await object.Body?.transformToByteArray()) ?? []).equals(whole), JSON.stringify(checksum));
        assert.deepEqual([object.Metadata, object.ContentLength], [{ a: 'b' }, whole.length]);
        const across = await s3.send(new GetObjectCommand({ Bucket, Key: 'k', Range: `bytes=${PART_BYTES - 2}-${2 * PART_BYTES + 2}` }));
        const middle = await buffer(across.Body as Readable);
        assert.ok(middle.equals(whole.subarray(PART_BYTES - 2, 2 * PART_BYTES + 3)));
        await fails(s3.send(new ListPartsCommand(upload)), 'NoSuchUpload', 404);
      }
    });

    test('refuse missing, misordered and small parts', async () => {
      const Bucket = await newBucket('multipart-errors');
      const upload = await begin(Bucket);
      await fails(s3.send(new UploadPartCommand({ ...upload, PartNumber: 0, Body: 'x' })), 'InvalidArgument', 400);
      const { ETag } = await s3.send(new UploadPartCommand({ ...upload, PartNumber: 1, Body: 'x' }));
      await s3.send(new UploadPartCommand({ ...upload, PartNumber: 2, Body: 'x' }));
      const complete = (...Parts: { PartNumber: number; ETag: string | undefined }[]) =>
        s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
      await fails(complete({ PartNumber: 3, ETag }), 'InvalidPart', 400);
      await fails(complete({ PartNumber: 1, ETag: '"wrong"' }), 'InvalidPart', 400);
      await fails(complete({ PartNumber: 2, ETag }, { PartNumber: 1, ETag }), 'InvalidPartOrder', 400);
      await fails(complete({ PartNumber: 1, ETag }, { PartNumber: 2, ETag }), 'EntityTooSmall', 400);
      await fails(complete(), 'MalformedXML', 400);
      await s3.send(new AbortMultipartUploadCommand(upload));
      await fails(complete({ PartNumber: 1, ETag }), 'NoSuchUpload', 404);
      await fails(s3.send(new HeadObjectCommand({ Bucket, Key: 'k' })), 'NotFound', 404);
      await begin(Bucket);
      await s3.send(new DeleteBucketCommand({ Bucket }));
    });
  });

  test('other operations answer that they are not there', async () => {
    await newBucket('unknown');
    const { ListObjectVersionsCommand } = await import('@aws-sdk/client-s3');
    await fails(s3.send(new ListObjectVersionsCommand({ Bucket: 'unknown' })), 'NotImplementedException', 501);
  });
});
