import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { MemoryBlobStore } from '#storage/memory/memory-blob-store.ts';
import { zipArchive } from '../../test/support/zip-archive.ts';
import { checkCodePackage, codeSha256, storeCodePackage } from './code-package.ts';

const RULES = { signatures: { verify: () => undefined } };

suite('storeCodePackage', () => {
  test('stores the bytes under their SHA-256', async () => {
    const blobs = new MemoryBlobStore();
    const zip = zipArchive([{ name: 'a', content: 'abc' }]);
    const code = await storeCodePackage(zip, blobs, RULES);
    assert.deepEqual(code, { digest: createHash('sha256').update(zip).digest('hex'), sizeBytes: zip.length, unzippedBytes: 3 });
    assert.equal(codeSha256(code), createHash('sha256').update(zip).digest('base64'));
    assert.equal(await blobs.size(code.digest), zip.length);
    assert.deepEqual(await checkCodePackage(zip, RULES), code);
  });

  // As recorded by the TestLambdaSizeLimits cases.
  const refused: readonly (readonly [string, Buffer, string, number, string])[] = [
    ['52428801 bytes', Buffer.alloc(52_428_801), 'RequestEntityTooLargeException', 413, 'Zipped size must be smaller than 52428800 bytes'],
    [
      'more than 250 MB unpacked',
      zipArchive([{ name: 'a', claimedSize: 262_144_001 }]),
      'InvalidParameterValueException',
      400,
      'Unzipped size must be smaller than 262144000 bytes',
    ],
    [
      'what is no zip',
      Buffer.from('not a zip'),
      'InvalidParameterValueException',
      400,
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    ['no bytes', Buffer.alloc(0), 'InvalidParameterValueException', 400, 'Uploaded file must be a non-empty zip'],
  ];
  for (const [what, zip, code, status, message] of refused) {
    test(`refuses ${what} and stores nothing`, async () => {
      const blobs = new MemoryBlobStore();
      await assert.rejects(storeCodePackage(zip, blobs, RULES), (error: unknown) => {
        assert.ok(error instanceof AwsError);
        assert.deepEqual([error.code, error.status, error.message], [code, status, message]);
        return true;
      });
      assert.equal(await blobs.size(createHash('sha256').update(zip).digest('hex')), undefined);
    });
  }
});
