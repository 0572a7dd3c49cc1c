import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { suite, test } from 'node:test';
import type { UpdateFunctionCodeCommandInput } from '@aws-sdk/client-lambda';
import type { FunctionVersion } from '#functions/function-record.ts';
import { PENDING } from '#functions/function-state.ts';
import { functionRecord, invokedVersion } from '../../../../test/support/function-record.ts';
import {
  lambdaControlPlane,
  rejectsWith,
  requestContext,
  signedZip,
  TEST_WALL_MS,
  TEST_ZIP,
} from '../../../../test/support/lambda-control-plane.ts';
import { zipArchive } from '../../../../test/support/zip-archive.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { putFunctionCodeSigningConfig } from './put-function-code-signing-config.ts';
import { updateCodeSigningConfig } from './update-code-signing-config.ts';
import { updateFunctionCode } from './update-function-code.ts';

const INPUT: UpdateFunctionCodeCommandInput = { FunctionName: 'f', ZipFile: TEST_ZIP };
const DIGEST = createHash('sha256').update(TEST_ZIP).digest('hex');
const CODE_SHA256 = createHash('sha256').update(TEST_ZIP).digest('base64');

async function withFunction(): ReturnType<typeof lambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await plane.functions.create(functionRecord('f'));
  return plane;
}

suite('UpdateFunctionCode', () => {
  test('ZipFile replaces the package, and is mandatory', async () => {
    const plane = await withFunction();
    await rejectsWith(() => updateFunctionCode(plane)({ FunctionName: 'f' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Please provide a source for function code.',
    });
    const updated = await updateFunctionCode(plane)(INPUT, requestContext());
    assert.deepEqual([updated.CodeSha256, updated.CodeSize], [CODE_SHA256, TEST_ZIP.length]);
    assert.equal((await plane.settled('f')).latest.code.digest, DIGEST);
  });

  test('S3Bucket and S3Key name an object that the caller may read', async () => {
    const plane = await withFunction();
    plane.objects.set('bucket/code.zip', TEST_ZIP);
    const source = { FunctionName: 'f', S3Bucket: 'bucket', S3Key: 'code.zip' };
    await rejectsWith(() => updateFunctionCode(plane)({ ...source, S3Key: 'other' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    for (const DryRun of [true, false]) {
      assert.equal((await updateFunctionCode(plane)({ ...source, DryRun }, requestContext())).CodeSha256, CODE_SHA256);
    }
    assert.equal((await plane.settled('f')).latest.code.digest, DIGEST);
  });

  test('what the code signing configuration does not accept is refused, also by DryRun, or told', async () => {
    const plane = await withFunction();
    const trusted = 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/p/abcdefghij';
    const input = { AllowedPublishers: { SigningProfileVersionArns: [trusted] } };
    const { CodeSigningConfig } = await createCodeSigningConfig(plane)(input, requestContext());
    const config = { CodeSigningConfigArn: CodeSigningConfig?.CodeSigningConfigArn };
    await putFunctionCodeSigningConfig(plane)({ FunctionName: 'f', ...config }, requestContext());
    const update = (ZipFile: Uint8Array, DryRun = false) =>
      updateFunctionCode(plane)({ FunctionName: 'f', ZipFile, DryRun }, requestContext());
    await update(TEST_ZIP);
    assert.deepEqual(plane.signatureWarnings, ['unsigned']);
    await plane.settled('f');
    const CodeSigningPolicies = { UntrustedArtifactOnDeployment: 'Enforce' } as const;
    await updateCodeSigningConfig(plane)({ ...config, CodeSigningPolicies }, requestContext());
    const refused = { code: 'CodeVerificationFailedException', message: /^Lambda cannot deploy the function/ };
    for (const DryRun of [true, false]) {
      await rejectsWith(() => update(TEST_ZIP, DryRun), refused);
      const foreign = await signedZip('arn:aws:signer:us-east-1:111111111111:/signing-profiles/stranger/abcdefghij');
      await rejectsWith(() => update(foreign, DryRun), refused);
    }
    const expired = await signedZip(trusted, { expiresAtMs: TEST_WALL_MS });
    await rejectsWith(() => update(expired), refused);
    const updated = await update(await signedZip(trusted));
    assert.equal(updated.SigningProfileVersionArn, trusted);
  });

  test('a package that is too large together with the layers is refused, also by DryRun', async () => {
    const plane = await lambdaControlPlane();
    const code = { digest: 'd', sizeBytes: 1, unzippedBytes: 262_144_000 };
    await plane.functions.create(functionRecord('f', { layers: [{ arn: 'a', code }] }));
    for (const DryRun of [true, false]) {
      await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, DryRun }, requestContext()), {
        code: 'InvalidParameterValueException',
        message: /^Function code combined with layers exceeds/,
      });
    }
  });

  test('answers InProgress as recorded by test_function_lifecycle, serves the old code until Successful, each a new revision', async () => {
    const plane = await withFunction();
    const release = plane.holdUnpacking();
    const updated = await updateFunctionCode(plane)(INPUT, requestContext());
    assert.deepEqual(
      [updated.State, updated.LastUpdateStatus, updated.LastUpdateStatusReason, updated.LastUpdateStatusReasonCode],
      ['Active', 'InProgress', 'The function is being created.', 'Creating'],
    );
    const served = (): string | undefined => invokedVersion(plane.functions, 'f')?.code.digest;
    assert.equal(served(), 'a'.repeat(64));
    release();
    const settled = toFunctionConfiguration((await plane.settled('f')).latest);
    assert.deepEqual([settled.LastUpdateStatus, settled.LastUpdateStatusReason], ['Successful', undefined]);
    assert.equal(served(), DIGEST);
    assert.equal(new Set(['revision-of-f', updated.RevisionId, settled.RevisionId]).size, 3);
  });

  test('refuses a second update while one is in progress, and one while the function is pending', async () => {
    const plane = await withFunction();
    const release = plane.holdUnpacking();
    const update = updateFunctionCode(plane);
    const both = await Promise.allSettled([update(INPUT, requestContext()), update(INPUT, requestContext())]);
    assert.deepEqual(both.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    // Recorded by test_lambda_concurrent_code_updates.
    await rejectsWith(() => update(INPUT, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message:
        'The operation cannot be performed at this time. An update is in progress for resource: arn:aws:lambda:us-east-1:111111111111:function:f',
    });
    release();
    await plane.settled('f');
    await update(INPUT, requestContext());
    await plane.functions.create(functionRecord('pending', { state: PENDING }));
    await rejectsWith(() => update({ ...INPUT, FunctionName: 'pending' }, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    });
  });

  test('FunctionName finds by name and ARN, never a version', async () => {
    const plane = await withFunction();
    for (const FunctionName of ['f', 'f:$LATEST', 'arn:aws:lambda:us-east-1:111111111111:function:f']) {
      assert.equal((await updateFunctionCode(plane)({ ...INPUT, FunctionName }, requestContext())).FunctionName, 'f');
      await plane.settled('f');
    }
    await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, FunctionName: 'f:1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^This operation is permitted on Lambda functions only\./,
    });
    await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, FunctionName: 'g' }, requestContext()), {
      code: 'ResourceNotFoundException',
      message: 'Function not found: arn:aws:lambda:us-east-1:111111111111:function:g',
    });
  });

  test('RevisionId must be the latest', async () => {
    const plane = await withFunction();
    await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, RevisionId: 'wrong' }, requestContext()), {
      code: 'PreconditionFailedException',
      status: 412,
      message:
        'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    });
    const updated = await updateFunctionCode(plane)({ ...INPUT, RevisionId: 'revision-of-f' }, requestContext());
    assert.equal(updated.LastUpdateStatus, 'InProgress');
  });

  test('DryRun checks and changes nothing', async () => {
    const plane = await withFunction();
    const update = updateFunctionCode(plane);
    const answer = await update({ ...INPUT, DryRun: true }, requestContext());
    assert.deepEqual([answer.CodeSha256, answer.LastUpdateStatus, answer.RevisionId], [CODE_SHA256, 'Successful', 'revision-of-f']);
    assert.deepEqual(await plane.settled('f'), functionRecord('f'));
    assert.equal(await plane.blobs.size(DIGEST), undefined);
    await rejectsWith(() => update({ ...INPUT, DryRun: true, ZipFile: Buffer.from('x') }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^Could not unzip/,
    });
  });

  test('Publish answers the version that is made of the new package', async () => {
    const plane = await withFunction();
    const release = plane.holdUnpacking();
    // Recorded by test_publish_with_update.
    const published = await updateFunctionCode(plane)({ ...INPUT, Publish: true }, requestContext());
    assert.deepEqual(
      [published.FunctionArn, published.Version, published.State, published.StateReasonCode, published.LastUpdateStatus],
      ['arn:aws:lambda:us-east-1:111111111111:function:f:1', '1', 'Pending', 'Creating', undefined],
    );
    const version = (): FunctionVersion | undefined => invokedVersion(plane.functions, 'f', '1');
    assert.deepEqual([version()?.state.name, version()?.revisionId], ['Pending', published.RevisionId]);
    release();
    const { latest } = await plane.settled('f');
    assert.deepEqual([version()?.state.name, version()?.code.digest, latest.lastUpdate.name], ['Active', DIGEST, 'Successful']);
    assert.equal(new Set([version()?.revisionId, published.RevisionId, latest.revisionId]).size, 3);

    const again = await updateFunctionCode(plane)({ ...INPUT, Publish: true }, requestContext());
    assert.deepEqual([again.Version, again.State], ['1', 'Active'], 'the same package makes no further version');
    await plane.settled('f');
  });

  test('a larger package must fit into the storage of the account, and with Publish twice', async () => {
    const plane = await lambdaControlPlane({ codeLimitBytes: TEST_ZIP.length + 50 });
    await plane.functions.create(functionRecord('f', { code: { digest: 'a'.repeat(64), sizeBytes: 50 } }));
    const exceeded = { code: 'CodeStorageExceededException', message: 'Code storage limit exceeded.' };
    await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, Publish: true }, requestContext()), exceeded);
    await updateFunctionCode(plane)(INPUT, requestContext());
    await plane.settled('f');
    const larger = zipArchive([{ name: 'handler.py', content: randomBytes(1000) }]);
    await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, ZipFile: larger }, requestContext()), exceeded);
    assert.equal((await plane.settled('f')).latest.code.digest, DIGEST);
  });

  test('Architectures changes the architecture and with it the runtime version', async () => {
    const plane = await withFunction();
    const before = toFunctionConfiguration((await plane.settled('f')).latest);
    const after = await updateFunctionCode(plane)({ ...INPUT, Architectures: ['arm64'] }, requestContext());
    assert.deepEqual(after.Architectures, ['arm64']);
    assert.notEqual(after.RuntimeVersionConfig?.RuntimeVersionArn, before.RuntimeVersionConfig?.RuntimeVersionArn);
    await plane.settled('f');
    assert.deepEqual((await updateFunctionCode(plane)(INPUT, requestContext())).Architectures, ['arm64'], 'it stays');
  });

  test('refuses PublishTo and versions of objects rather than ignore them', async () => {
    const plane = await withFunction();
    for (const [parameter, input] of [
      ['PublishTo', { PublishTo: 'LATEST_PUBLISHED' }],
      ['S3ObjectVersion', { S3ObjectVersion: 'v1' }],
    ] as const) {
      await rejectsWith(() => updateFunctionCode(plane)({ ...INPUT, ...input }, requestContext()), {
        code: 'NotImplemented',
        message: `Hearth does not support the parameter ${parameter} of UpdateFunctionCode yet.`,
      });
    }
  });
});
