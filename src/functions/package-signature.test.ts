import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import { zipArchive, type ZipArchiveEntry } from '../../test/support/zip-archive.ts';
import { readPackageSignature, signPackage } from './package-signature.ts';
import { readZipDirectory } from './zip-directory.ts';

const ENTRIES: readonly ZipArchiveEntry[] = [
  { name: 'index.py', content: 'def handler(event, context): return event' },
  { name: 'lib/data.txt', content: 'x'.repeat(500) },
];
const ZIP = zipArchive(ENTRIES);
const STATEMENT = {
  profileVersionArn: 'arn:aws:signer:us-east-1:000000000000:/signing-profiles/p/abcdefghij',
  jobArn: 'arn:aws:signer:us-east-1:000000000000:/signing-jobs/j',
  signedAtMs: 1,
  expiresAtMs: 2,
};
/** A signature that everybody can make is enough here. */
const signature = (message: Uint8Array): Buffer => createHash('sha256').update(message).digest();
const AUTHORITY = {
  verify: (arn: string, message: Uint8Array, given: Uint8Array) =>
    arn === STATEMENT.profileVersionArn ? signature(message).equals(given) : undefined,
};

async function signed(zip = ZIP, statement = STATEMENT): Promise<Buffer> {
  const outcome = await signPackage(zip, statement, signature);
  return outcome.kind === 'signed' ? outcome.zip : assert.fail(outcome.reason);
}

async function read(zip: Buffer) {
  return readPackageSignature(zip, await readZipDirectory(zip), AUTHORITY);
}

suite('signed packages', () => {
  test('say who signed them, and are the package with one file more', async () => {
    const zip = await signed();
    const { signedAtMs: _, ...shown } = STATEMENT;
    assert.deepEqual(await read(zip), { ...shown, integrity: 'intact' });
    const paths = (await readZipDirectory(zip)).map(({ path }) => path);
    assert.deepEqual(paths, ['index.py', 'lib/data.txt', 'META-INF/aws_signer_signature_v1.0.SF']);
    assert.equal(await read(ZIP), undefined);
  });

  test('are broken by every change', async () => {
    const zip = await signed();
    const { dataStart } = (await readZipDirectory(zip))[0] ?? assert.fail();
    const changed = Buffer.from(zip);
    changed[dataStart] = (changed[dataStart] ?? 0) ^ 1;
    assert.equal((await read(changed))?.integrity, 'broken');
    // The signature of one package in another.
    const entry = (await readZipDirectory(zip)).at(-1) ?? assert.fail();
    const text = zip.subarray(entry.dataStart, entry.dataStart + entry.compressedBytes);
    const graft = (entries: readonly ZipArchiveEntry[]): Promise<Buffer> =>
      Promise.resolve(zipArchive([...entries, { name: entry.path, content: text.toString(), method: 0 }]));
    assert.equal((await read(await graft(ENTRIES)))?.integrity, 'intact', 'packed again, nothing is changed');
    for (const others of [
      [...ENTRIES, { name: 'evil.py', content: '' }],
      ENTRIES.slice(0, 1),
      [{ ...ENTRIES[0], name: 'other.py' }, ...ENTRIES.slice(1)],
    ] as readonly (readonly ZipArchiveEntry[])[]) {
      assert.equal((await read(await graft(others)))?.integrity, 'broken');
    }
  });

  test('are broken when the statement was changed, or is none', async () => {
    const zip = await signed();
    const later = Buffer.from(zip.toString('latin1').replace('"expiresAtMs":2', '"expiresAtMs":9'), 'latin1');
    assert.equal((await read(later))?.integrity, 'broken');
    for (const content of ['{}', 'no JSON', '{"form":"hearth-1"}']) {
      const grafted = zipArchive([...ENTRIES, { name: 'META-INF/aws_signer_signature_v1.0.SF', content, method: 0 }]);
      assert.equal((await read(grafted))?.integrity, 'broken');
    }
  });

  test('of somebody unknown are foreign', async () => {
    const zip = await signed(ZIP, { ...STATEMENT, profileVersionArn: 'arn:aws:signer:us-east-1:000000000000:/signing-profiles/other/v' });
    assert.equal((await read(zip))?.integrity, 'foreign');
  });

  test('can be signed again, by which the older signature goes', async () => {
    const twice = await signed(await signed(), { ...STATEMENT, jobArn: 'arn:second' });
    assert.equal((await read(twice))?.jobArn, 'arn:second');
    assert.equal((await readZipDirectory(twice)).length, 3);
  });

  test('what is no package is refused', async () => {
    assert.deepEqual(await signPackage(Buffer.from('no zip'), STATEMENT, signature), {
      kind: 'refused',
      reason: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
  });
});
