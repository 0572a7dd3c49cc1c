import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import type { Operation } from '#aws/service.ts';
import { systemIds } from '#base/ids.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { requestContext } from '../../../test/support/lambda-control-plane.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { signerService } from './signer-service.ts';
import { expiryOf } from './signing-profile.ts';
import { SigningJobs } from './signing-jobs.ts';
import { SigningProfiles } from './signing-profiles.ts';

const PLATFORM = 'AWSLambda-SHA384-ECDSA';

async function signer() {
  const documents = new MemoryDocumentStore();
  const profiles = await SigningProfiles.open(documents);
  const objects = new Map<string, Buffer>([['from/code.zip', Buffer.from('code')]]);
  const statements: { readonly statement: { readonly profileVersionArn: string }; readonly signature: Uint8Array }[] = [];
  const service = signerService({
    profiles,
    jobs: new SigningJobs(documents),
    objects: {
      read: ({ bucket, key }) => {
        const found = objects.get(`${bucket}/${key}`);
        if (found === undefined) return Promise.reject(new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 }));
        return Promise.resolve(found);
      },
      write: ({ bucket, key }, _by, bytes) => Promise.resolve(void objects.set(`${bucket}/${key}`, Buffer.from(bytes))),
    },
    signPackage: (zip, statement, sign) => {
      if (zip.length === 0) return Promise.resolve({ kind: 'refused', reason: 'Uploaded file must be a non-empty zip' });
      statements.push({ statement, signature: sign(zip) });
      return Promise.resolve({ kind: 'signed', zip: Buffer.concat([zip, Buffer.from('+signature')]) });
    },
    clock: new ManualClock(),
    ids: systemIds,
  });
  const call = async (name: string, input: object = {}): Promise<Record<string, unknown>> =>
    (await (service.operations[name] as Operation<object, Record<string, unknown>>)(input, requestContext())) ?? {};
  return { call, objects, profiles, statements, documents, service };
}

const START = {
  profileName: 'profile_1',
  source: { s3: { bucketName: 'from', key: 'code.zip', version: 'null' } },
  destination: { s3: { bucketName: 'to', prefix: 'signed/' } },
};

suite('signing profiles', () => {
  test('are put, shown, listed and canceled', async () => {
    const { call } = await signer();
    const put = await call('PutSigningProfile', { profileName: 'profile_1', platformId: PLATFORM, tags: { a: 'b' } });
    const arn = 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/profile_1';
    assert.match(String(put['profileVersion']), /^[a-z0-9]{10}$/);
    assert.deepEqual(put, { arn, profileVersion: put['profileVersion'], profileVersionArn: `${arn}/${String(put['profileVersion'])}` });
    const shown = {
      ...put,
      profileName: 'profile_1',
      platformId: PLATFORM,
      platformDisplayName: 'AWS Lambda',
      signatureValidityPeriod: { value: 135, type: 'MONTHS' },
      signingParameters: {},
      status: 'Active',
      tags: { a: 'b' },
    };
    assert.deepEqual(await call('GetSigningProfile', { profileName: 'profile_1' }), shown);
    assert.deepEqual((await call('ListSigningProfiles'))['profiles'], [shown]);
    await call('CancelSigningProfile', { profileName: 'profile_1' });
    assert.deepEqual((await call('ListSigningProfiles'))['profiles'], []);
    assert.deepEqual((await call('ListSigningProfiles', { includeCanceled: true }))['profiles'], [{ ...shown, status: 'Canceled' }]);
    assert.deepEqual((await call('ListSigningProfiles', { statuses: ['Canceled'] }))['profiles'], [{ ...shown, status: 'Canceled' }]);
    await assert.rejects(call('GetSigningProfile', { profileName: 'other' }), { code: 'ResourceNotFoundException', status: 404 });
  });

  test('are made anew only when they were canceled', async () => {
    const { call } = await signer();
    const input = { profileName: 'profile_1', platformId: PLATFORM };
    const first = await call('PutSigningProfile', input);
    await assert.rejects(call('PutSigningProfile', input), { code: 'ValidationException' });
    await call('CancelSigningProfile', input);
    const second = await call('PutSigningProfile', input);
    assert.notEqual(first['profileVersion'], second['profileVersion']);
  });

  test('refuse what would be ignored', async () => {
    const { call } = await signer();
    const input = { profileName: 'profile_1', platformId: PLATFORM };
    for (const more of [{ platformId: 'Notation-OCI-SHA384-ECDSA' }, { signingMaterial: { certificateArn: 'a' } }, { overrides: {} }]) {
      await assert.rejects(call('PutSigningProfile', { ...input, ...more }), { code: 'NotImplemented', status: 501 });
    }
    for (const signatureValidityPeriod of [
      { value: 136, type: 'MONTHS' },
      { value: 12, type: 'YEARS' },
      { value: 0, type: 'DAYS' },
    ]) {
      await assert.rejects(call('PutSigningProfile', { ...input, signatureValidityPeriod }), { code: 'ValidationException' });
    }
  });

  test('expiryOf counts by the calendar', () => {
    const leapDay = Date.UTC(2024, 1, 29, 12);
    assert.equal(expiryOf(leapDay, { value: 1, type: 'DAYS' }), Date.UTC(2024, 2, 1, 12));
    assert.equal(expiryOf(leapDay, { value: 2, type: 'MONTHS' }), Date.UTC(2024, 3, 29, 12));
    assert.equal(expiryOf(leapDay, { value: 4, type: 'YEARS' }), Date.UTC(2028, 1, 29, 12));
  });
});

suite('signing jobs', () => {
  test('sign with the key of the profile version, which anybody can check', async () => {
    const { call, objects, profiles, statements, documents } = await signer();
    const { profileVersionArn } = await call('PutSigningProfile', { profileName: 'profile_1', platformId: PLATFORM });
    const { jobId, jobOwner } = await call('StartSigningJob', START);
    assert.equal(jobOwner, '111111111111');
    assert.equal(objects.get(`to/signed/${String(jobId)}.zip`)?.toString(), 'code+signature');
    const [signed] = statements;
    assert.equal(signed?.statement.profileVersionArn, profileVersionArn);
    await call('CancelSigningProfile', { profileName: 'profile_1' });
    const again = await SigningProfiles.open(documents);
    for (const known of [profiles, again]) {
      const verify = (message: string, arn = String(profileVersionArn)) =>
        known.verify(arn, Buffer.from(message), signed?.signature ?? Buffer.alloc(0));
      assert.equal(verify('code'), true);
      assert.equal(verify('c0de'), false);
      assert.equal(verify('code', String(profileVersionArn).replace(/.$/, '!')), undefined);
      assert.equal(verify('code', 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/profile_1'), undefined);
    }
  });

  test('are described and listed, whatever came of them', async () => {
    const { call, objects } = await signer();
    await call('PutSigningProfile', { profileName: 'profile_1', platformId: PLATFORM });
    const good = await call('StartSigningJob', START);
    const described = await call('DescribeSigningJob', { jobId: good['jobId'] });
    assert.deepEqual(
      [described['status'], described['signedObject'], described['requestedBy']],
      ['Succeeded', { s3: { bucketName: 'to', key: `signed/${String(good['jobId'])}.zip` } }, 'arn:aws:iam::111111111111:root'],
    );
    objects.set('from/empty.zip', Buffer.alloc(0));
    const failing: readonly (readonly [string, RegExp])[] = [
      ['missing.zip', /NoSuchKey: The specified key does not exist\./],
      ['empty.zip', /^Uploaded file must be a non-empty zip$/],
    ];
    for (const [key, reason] of failing) {
      const { jobId } = await call('StartSigningJob', { ...START, source: { s3: { bucketName: 'from', key, version: 'null' } } });
      const failed = await call('DescribeSigningJob', { jobId });
      assert.equal(failed['status'], 'Failed');
      assert.match(String(failed['statusReason']), reason);
    }
    const count = async (input: object): Promise<number> => ((await call('ListSigningJobs', input))['jobs'] as readonly unknown[]).length;
    assert.equal(await count({}), 3);
    assert.equal(await count({ status: 'Succeeded' }), 1);
    assert.equal(await count({ isRevoked: true }), 0);
    assert.equal(await count({ signatureExpiresBefore: new Date(0) }), 0);
    const page = await call('ListSigningJobs', { maxResults: 2 });
    assert.equal(
      ((await call('ListSigningJobs', { maxResults: 2, nextToken: page['nextToken'] }))['jobs'] as readonly unknown[]).length,
      1,
    );
    await assert.rejects(call('DescribeSigningJob', { jobId: 'x' }), { code: 'ResourceNotFoundException' });
  });

  test('of the same token are one', async () => {
    const { call, statements } = await signer();
    await call('PutSigningProfile', { profileName: 'profile_1', platformId: PLATFORM });
    const input = { ...START, clientRequestToken: 'token' };
    assert.deepEqual(await call('StartSigningJob', input), await call('StartSigningJob', input));
    assert.equal(statements.length, 1);
  });

  test('need an active profile, and versions that are there', async () => {
    const { call } = await signer();
    await assert.rejects(call('StartSigningJob', START), { code: 'ResourceNotFoundException' });
    await call('PutSigningProfile', { profileName: 'profile_1', platformId: PLATFORM });
    const versioned = { ...START, source: { s3: { ...START.source.s3, version: 'v1' } } };
    await assert.rejects(call('StartSigningJob', versioned), { code: 'NotImplemented' });
    await call('CancelSigningProfile', { profileName: 'profile_1' });
    await assert.rejects(call('StartSigningJob', START), { code: 'ValidationException' });
  });

  test('permissions name profile or job', async () => {
    const { service } = await signer();
    const resource = (operation: string, input: object): string | undefined =>
      service.permissions(operation, { ...input }, requestContext())[0]?.resource;
    assert.equal(resource('StartSigningJob', START), 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/profile_1');
    assert.equal(resource('DescribeSigningJob', { jobId: 'j' }), 'arn:aws:signer:us-east-1:111111111111:/signing-jobs/j');
    assert.equal(resource('ListSigningJobs', {}), '*');
  });
});
