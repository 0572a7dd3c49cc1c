import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, test } from 'node:test';
import type { CreateFunctionCommandInput } from '@aws-sdk/client-lambda';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import { layerVersionArn } from '#functions/layer-version.ts';
import { invokedVersion, TEST_ACCOUNT, TEST_REGION } from '../../../../test/support/function-record.ts';
import {
  lambdaControlPlane,
  rejectsWith,
  requestContext,
  signedZip,
  TEST_ROLE,
  TEST_ZIP,
} from '../../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey } from '../../../../test/support/layer-version.ts';
import { zipArchive } from '../../../../test/support/zip-archive.ts';
import { toFunctionConfiguration } from '../function-configuration.ts';
import { createCodeSigningConfig } from './create-code-signing-config.ts';
import { createFunction } from './create-function.ts';

const INPUT: CreateFunctionCommandInput = {
  FunctionName: 'f',
  Runtime: 'python3.12',
  Handler: 'handler.handler',
  Role: TEST_ROLE,
  Code: { ZipFile: TEST_ZIP },
};

const CODE_SHA256 = createHash('sha256').update(TEST_ZIP).digest('base64');

suite('CreateFunction', () => {
  test('answers as recorded by test_lambda_code_location_s3, and becomes Active with another revision', async () => {
    const plane = await lambdaControlPlane();
    const created = await createFunction(plane)(INPUT, requestContext());
    const { RevisionId: first, RuntimeVersionConfig, ConfigSha256, ...rest } = created;
    assert.match(ConfigSha256 ?? '', /^[A-Za-z0-9+/]{43}=$/);
    assert.match(RuntimeVersionConfig?.RuntimeVersionArn ?? '', /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/);
    assert.deepEqual(rest, {
      Architectures: ['x86_64'],
      CodeSha256: CODE_SHA256,
      CodeSize: TEST_ZIP.length,
      Description: '',
      EphemeralStorage: { Size: 512 },
      FunctionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
      FunctionName: 'f',
      Handler: 'handler.handler',
      LastModified: '2026-11-20T10:00:00.000+0000',
      LoggingConfig: { LogFormat: 'Text', LogGroup: '/aws/lambda/f' },
      MemorySize: 128,
      PackageType: 'Zip',
      Role: TEST_ROLE,
      Runtime: 'python3.12',
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      Timeout: 3,
      TracingConfig: { Mode: 'PassThrough' },
      Version: '$LATEST',
    });
    const { State, StateReason, LastUpdateStatus, RevisionId } = toFunctionConfiguration((await plane.settled('f')).latest);
    assert.deepEqual([State, StateReason, LastUpdateStatus], ['Active', undefined, 'Successful']);
    assert.notEqual(RevisionId, first);
  });

  test('FunctionName may be a name, a partial or a full ARN; a qualifier is ignored', async () => {
    const names = ['f', '111111111111:function:f', 'arn:aws:lambda:us-east-1:111111111111:function:f', 'f:prod'];
    for (const FunctionName of names) {
      const plane = await lambdaControlPlane();
      const created = await createFunction(plane)({ ...INPUT, FunctionName }, requestContext());
      assert.equal(created.FunctionArn, 'arn:aws:lambda:us-east-1:111111111111:function:f');
      assert.ok(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'));
    }
    const plane = await lambdaControlPlane();
    const long = 'a'.repeat(65);
    await rejectsWith(() => createFunction(plane)({ ...INPUT, FunctionName: long }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    });
  });

  test('refuses a name that exists, also when two come at once', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    const results = await Promise.allSettled([create(INPUT, requestContext()), create(INPUT, requestContext())]);
    assert.deepEqual(results.map(({ status }) => status).toSorted(), ['fulfilled', 'rejected']);
    await rejectsWith(() => create(INPUT, requestContext()), {
      code: 'ResourceConflictException',
      status: 409,
      message: 'Function already exist: f',
    });
  });

  test('Runtime is checked, stored and given a runtime version', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    await rejectsWith(() => create({ ...INPUT, Runtime: 'java8' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'test runtime check for create: java8',
    });
    const { Runtime: _, ...without } = INPUT;
    await rejectsWith(() => create(without, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Runtime and Handler are mandatory parameters for functions created with deployment packages.',
    });
    const python = await create(INPUT, requestContext());
    const node = await create({ ...INPUT, FunctionName: 'g', Runtime: 'nodejs24.x' }, requestContext());
    assert.equal(node.Runtime, 'nodejs24.x');
    assert.notEqual(node.RuntimeVersionConfig?.RuntimeVersionArn, python.RuntimeVersionConfig?.RuntimeVersionArn);
  });

  test('Handler is stored, and mandatory', async () => {
    const plane = await lambdaControlPlane();
    assert.equal((await createFunction(plane)({ ...INPUT, Handler: 'a/b.c' }, requestContext())).Handler, 'a/b.c');
    const { Handler: _, ...without } = INPUT;
    await rejectsWith(() => createFunction(plane)(without, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^Runtime and Handler are mandatory/,
    });
  });

  test('Role must be one of the account that Lambda can assume', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    await rejectsWith(() => create({ ...INPUT, Role: `arn:aws:iam::${TEST_ACCOUNT}:role/untrusted` }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
    await rejectsWith(() => create({ ...INPUT, Role: 'arn:aws:iam::222222222222:role/r1' }, requestContext()), {
      code: 'AccessDeniedException',
      status: 403,
      message: 'Cross-account pass role is not allowed.',
    });
    assert.equal((await create(INPUT, requestContext())).Role, TEST_ROLE);
  });

  test('Code.ZipFile is stored under its SHA-256, and mandatory', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    await rejectsWith(() => create({ ...INPUT, Code: {} }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Please provide a source for function code.',
    });
    await rejectsWith(() => create({ ...INPUT, Code: { ZipFile: Buffer.from('no zip') } }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Could not unzip uploaded file. Please check your file, then try to upload again.',
    });
    await rejectsWith(() => create({ ...INPUT, Code: { ZipFile: zipArchive([{ name: '../evil' }]) } }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /^Could not unzip/,
    });
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), undefined);
    assert.equal((await create(INPUT, requestContext())).CodeSha256, CODE_SHA256);
    assert.equal(await plane.blobs.size(Buffer.from(CODE_SHA256, 'base64').toString('hex')), TEST_ZIP.length);
  });

  test('Code.S3Bucket and Code.S3Key name an object that the caller may read', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    plane.objects.set('bucket/code.zip', TEST_ZIP);
    plane.objects.set('secret/code.zip', new AwsError('AccessDenied', 'Access Denied', { status: 403 }));
    const from = (S3Bucket: string, S3Key: string) => create({ ...INPUT, Code: { S3Bucket, S3Key } }, requestContext());
    await rejectsWith(() => from('bucket', 'other.zip'), {
      code: 'InvalidParameterValueException',
      message: 'Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key does not exist.',
    });
    await rejectsWith(() => from('secret', 'code.zip'), {
      code: 'AccessDeniedException',
      message:
        'Your access has been denied by S3, please make sure your request credentials have permission to GetObject for secret/code.zip. S3 Error Code: AccessDenied. S3 Error Message: Access Denied',
    });
    await rejectsWith(() => create({ ...INPUT, Code: { ZipFile: TEST_ZIP, S3Bucket: 'bucket', S3Key: 'code.zip' } }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Please do not provide other FunctionCode parameters when providing a ZipFile.',
    });
    await rejectsWith(() => create({ ...INPUT, Code: { S3Bucket: 'bucket' } }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Please provide a source for function code.',
    });
    const created = await from('bucket', 'code.zip');
    assert.deepEqual([created.CodeSha256, created.CodeSize], [CODE_SHA256, TEST_ZIP.length]);
  });

  test('CodeSigningConfigArn is the configuration that code and layers are held against', async () => {
    const plane = await lambdaControlPlane();
    const trusted = 'arn:aws:signer:us-east-1:111111111111:/signing-profiles/p/abcdefghij';
    const { CodeSigningConfig } = await createCodeSigningConfig(plane)(
      {
        AllowedPublishers: { SigningProfileVersionArns: [trusted] },
        CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
      },
      requestContext(),
    );
    const { CodeSigningConfigArn = '' } = CodeSigningConfig ?? {};
    const create = (ZipFile: Uint8Array, more: object = {}) =>
      createFunction(plane)({ ...INPUT, CodeSigningConfigArn, Code: { ZipFile }, ...more }, requestContext());
    await rejectsWith(() => create(TEST_ZIP), {
      code: 'CodeVerificationFailedException',
      message: /Check the provided signature for unsigned\.$/,
    });
    const good = await signedZip(trusted);
    const layer = await plane.layers.publish(layerKey('l'), layerContent());
    await rejectsWith(() => create(good, { Layers: [layerVersionArn(layer)] }), {
      code: 'CodeVerificationFailedException',
      message: /for unsigned\.$/,
    });
    await rejectsWith(() => create(good, { CodeSigningConfigArn: `${CodeSigningConfigArn.slice(0, -17)}${'0'.repeat(17)}` }), {
      code: 'CodeSigningConfigNotFoundException',
      message: /is not deleted/,
    });
    const created = await create(good);
    assert.deepEqual([created.SigningProfileVersionArn, created.SigningJobArn], [trusted, 'arn:job']);
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.codeSigningConfigArn, CodeSigningConfigArn);
  });

  test('Description, Timeout, MemorySize and EphemeralStorage are stored', async () => {
    const plane = await lambdaControlPlane();
    const given = { Description: 'd', Timeout: 900, MemorySize: 10_240, EphemeralStorage: { Size: 1024 } };
    const created = await createFunction(plane)({ ...INPUT, ...given }, requestContext());
    const { Description, Timeout, MemorySize, EphemeralStorage } = created;
    assert.deepEqual({ Description, Timeout, MemorySize, EphemeralStorage }, given);
    await rejectsWith(() => createFunction(plane)({ ...INPUT, FunctionName: 'g', Timeout: 901 }, requestContext()), {
      code: 'ValidationException',
      message:
        "1 validation error detected: Value '901' at 'timeout' failed to satisfy constraint: Member must have value less than or equal to 900",
    });
    await rejectsWith(() => createFunction(plane)({ ...INPUT, FunctionName: 'g', MemorySize: 10_241 }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: "'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to 10240",
    });
  });

  test('Environment is stored, shown when it was given, and limited', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    const Environment = { Variables: { A: 'a' } };
    assert.deepEqual((await create({ ...INPUT, Environment }, requestContext())).Environment, Environment);
    const empty = await create({ ...INPUT, FunctionName: 'empty', Environment: { Variables: {} } }, requestContext());
    assert.deepEqual(empty.Environment, { Variables: {} });
    const none = await create({ ...INPUT, FunctionName: 'none' }, requestContext());
    assert.equal('Environment' in none, false);
    await rejectsWith(
      () => create({ ...INPUT, FunctionName: 'g', Environment: { Variables: { A: 'x'.repeat(5000) } } }, requestContext()),
      {
        code: 'InvalidParameterValueException',
        message: /exceeded the 4KB limit/,
      },
    );
  });

  test('TracingConfig and Architectures are stored', async () => {
    const plane = await lambdaControlPlane();
    const created = await createFunction(plane)(
      { ...INPUT, TracingConfig: { Mode: 'Active' }, Architectures: ['arm64'] },
      requestContext(),
    );
    assert.deepEqual([created.TracingConfig, created.Architectures], [{ Mode: 'Active' }, ['arm64']]);
  });

  test('LoggingConfig is completed and stored', async () => {
    const plane = await lambdaControlPlane();
    const LoggingConfig = { LogFormat: 'JSON', LogGroup: 'mine' } as const;
    const created = await createFunction(plane)({ ...INPUT, LoggingConfig }, requestContext());
    assert.deepEqual(created.LoggingConfig, { ...LoggingConfig, ApplicationLogLevel: 'INFO', SystemLogLevel: 'INFO' });
  });

  test('Tags are stored, at most 50', async () => {
    const plane = await lambdaControlPlane();
    await createFunction(plane)({ ...INPUT, Tags: { a: 'b' } }, requestContext());
    assert.deepEqual(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f')?.tags, { a: 'b' });
    const Tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`key${index}`, '']));
    await rejectsWith(() => createFunction(plane)({ ...INPUT, FunctionName: 'g', Tags }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Number of tags exceeds resource tag limit.',
    });
  });

  test('code beyond the storage of the account is refused, with Publish counted twice', async () => {
    const plane = await lambdaControlPlane({ codeLimitBytes: TEST_ZIP.length });
    const exceeded = { code: 'CodeStorageExceededException', status: 400, message: 'Code storage limit exceeded.' };
    await rejectsWith(() => createFunction(plane)({ ...INPUT, Publish: true }, requestContext()), exceeded);
    await createFunction(plane)(INPUT, requestContext());
    await rejectsWith(() => createFunction(plane)({ ...INPUT, FunctionName: 'g' }, requestContext()), exceeded);
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'g'), undefined);
  });

  test('Publish makes version 1 at once', async () => {
    const plane = await lambdaControlPlane();
    // The ARN of the function, the number of the version (recorded by test_publish_version_on_create).
    const created = await createFunction(plane)({ ...INPUT, Publish: true }, requestContext());
    assert.deepEqual(
      [created.FunctionArn, created.Version, created.State],
      ['arn:aws:lambda:us-east-1:111111111111:function:f', '1', 'Pending'],
    );
    const { latest } = await plane.settled('f');
    const version = invokedVersion(plane.functions, 'f', '1');
    assert.deepEqual([version?.state.name, version?.code], ['Active', latest.code]);
    assert.equal(new Set([created.RevisionId, version?.revisionId, latest.revisionId]).size, 3);
    assert.notEqual(version?.configurationId, latest.configurationId, 'they share no environments');
  });

  const refused: readonly (readonly [string, Partial<CreateFunctionCommandInput>])[] = [
    ['Code.S3ObjectVersion', { Code: { S3Bucket: 'b', S3Key: 'k', S3ObjectVersion: 'v1' } }],
    ['Code.ImageUri', { Code: { ImageUri: '111111111111.dkr.ecr.us-east-1.amazonaws.com/i:latest' } }],
    ['PublishTo', { PublishTo: 'LATEST_PUBLISHED' }],
    ['VpcConfig', { VpcConfig: { SubnetIds: ['subnet-1'], SecurityGroupIds: ['sg-1'] } }],
    ['SnapStart.ApplyOn', { SnapStart: { ApplyOn: 'PublishedVersions' } }],
    ['PackageType', { PackageType: 'Image' }],
    ['DeadLetterConfig', { DeadLetterConfig: { TargetArn: 'arn:aws:sqs:us-east-1:111111111111:q' } }],
  ];
  for (const [parameter, input] of refused) {
    test(`refuses ${parameter} rather than ignore it`, async () => {
      const plane = await lambdaControlPlane();
      await rejectsWith(() => createFunction(plane)({ ...INPUT, ...input }, requestContext()), {
        code: 'NotImplemented',
        status: 501,
        message: `Hearth does not support the parameter ${parameter} of CreateFunction yet.`,
      });
      assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'f'), undefined);
    });
  }

  test('accepts what asks for nothing', async () => {
    const plane = await lambdaControlPlane();
    const nothing: Partial<CreateFunctionCommandInput> = {
      Publish: false,
      PackageType: 'Zip',
      Layers: [],
      FileSystemConfigs: [],
      KMSKeyArn: '',
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false },
      SnapStart: { ApplyOn: 'None' },
      DeadLetterConfig: {},
    };
    assert.equal((await createFunction(plane)({ ...INPUT, ...nothing }, requestContext())).State, 'Pending');
  });

  test('Layers are resolved in order, stored and shown, at most five', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    const LAYER = 'arn:aws:lambda:us-east-1:111111111111:layer';
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) await plane.layers.publish(layerKey(name), layerContent());
    const Layers = [`${LAYER}:b:1`, `${LAYER}:a:1`];
    const created = await create({ ...INPUT, Layers }, requestContext());
    const shown = Layers.map((Arn) => ({ Arn, CodeSize: 50 }));
    assert.deepEqual(created.Layers, shown);
    assert.deepEqual(toFunctionConfiguration((await plane.settled('f')).latest).Layers, shown);
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `${LAYER}:${name}:1`);
    await rejectsWith(() => create({ ...INPUT, FunctionName: 'g', Layers: six }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: 'Cannot reference more than 5 layers.',
    });
    await plane.layers.publish(layerKey('big'), layerContent({ code: { digest: 'd', sizeBytes: 1, unzippedBytes: 262_144_000 } }));
    await rejectsWith(() => create({ ...INPUT, FunctionName: 'g', Layers: [`${LAYER}:big:1`] }, requestContext()), {
      code: 'InvalidParameterValueException',
      message:
        /^Function code combined with layers exceeds the maximum allowed size of 262144000 bytes\. The actual size is 2621440\d\d bytes\.$/,
    });
    assert.equal(plane.functions.find(TEST_ACCOUNT, TEST_REGION, 'g'), undefined);
  });

  test('the packages of its layers are kept while it is being created', async () => {
    const plane = await lambdaControlPlane();
    await plane.layers.publish(layerKey('l'), layerContent({ code: { digest: 'd', sizeBytes: 1 } }));
    const create = createFunction({
      ...plane,
      functions: {
        find: () => undefined,
        create: async () => {
          await plane.layers.delete({ ...layerKey('l'), version: 1 });
          assert.ok(plane.layers.usesCode('d'));
          return true;
        },
      },
    });
    await create({ ...INPUT, Layers: ['arn:aws:lambda:us-east-1:111111111111:layer:l:1'] }, requestContext());
    assert.ok(!plane.layers.usesCode('d'));
  });

  test('keeps accounts and regions apart', async () => {
    const plane = await lambdaControlPlane();
    const create = createFunction(plane);
    await create(INPUT, requestContext());
    await create(INPUT, requestContext(TEST_ACCOUNT, 'eu-west-1'));
    const other = '222222222222' as AccountId;
    await create({ ...INPUT, Role: `arn:aws:iam::${other}:role/r1` }, requestContext(other));
    await rejectsWith(() => create({ ...INPUT, FunctionName: '222222222222:function:g' }, requestContext()), {
      code: 'AccessDeniedException',
      status: 403,
      message:
        'User: arn:aws:iam::111111111111:root is not authorized to perform: lambda:CreateFunction on resource: arn:aws:lambda:us-east-1:222222222222:function:g because no resource-based policy allows the lambda:CreateFunction action',
    });
  });
});
