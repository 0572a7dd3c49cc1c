import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { Account, clientSettings } from '../support/account.ts';
import { CLIENTS, missing, userEnvironment, withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import { runTool } from '../support/run-tool.ts';
import { zipArchive } from '../support/zip-archive.ts';

const MIB = 1024 * 1024;

/** Objects by the users' own clients, and functions whose code comes from there. */
describe('objects', { concurrency: false }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-objects-'));
  let daemon: RealDaemon;
  let account: Account;
  let s3: S3Client;

  before(async () => {
    daemon = await RealDaemon.start();
    account = new Account(daemon.endpoint);
    s3 = new S3Client(clientSettings(daemon.endpoint));
  });

  after(async () => {
    s3.destroy();
    await daemon.stop();
    daemon.removeData();
    rmSync(folder, { recursive: true });
  });

  function file(name: string, content: string | Uint8Array): string {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  }

  /** What a program printed; it must succeed. */
  async function run(program: string, ...args: readonly string[]): Promise<string> {
    const endpoint = program === CLIENTS.awsV2 ? ['--endpoint-url', daemon.endpoint] : [];
    const { code, stdout, stderr } = await runTool(program, [...args, ...endpoint], {
      cwd: folder,
      environment: userEnvironment(daemon.endpoint),
    });
    assert.equal(code, 0, `${args.join(' ')}\n${stderr}`);
    return stdout;
  }

  for (const [version, aws] of [
    ['v1', CLIENTS.awsV1],
    ['v2', CLIENTS.awsV2],
  ] as const) {
    test(`aws CLI ${version}: mb, cp of many parts and back, ls, rm, rb`, { skip: missing(aws) }, async () => {
      const bucket = `cli-${version}`;
      const big = randomBytes(20 * MIB);
      file('big', big);
      file('small.txt', 'hello');
      await run(aws, 's3', 'mb', `s3://${bucket}`);
      await run(aws, 's3', 'cp', 'small.txt', `s3://${bucket}/dir/small.txt`);
      await run(aws, 's3', 'cp', 'big', `s3://${bucket}/big`, '--no-progress');
      assert.match(await run(aws, 's3', 'ls', `s3://${bucket}`), /PRE dir\/\n.* 20971520 big\n/);
      await run(aws, 's3', 'cp', `s3://${bucket}/big`, 'back', '--no-progress');
      assert.ok(readFileSync(join(folder, 'back')).equals(big));
      const head = JSON.parse(await run(aws, 's3api', 'head-object', '--bucket', bucket, '--key', 'dir/small.txt')) as object;
      assert.equal(Reflect.get(head, 'ContentType'), 'text/plain');
      const url = (await run(aws, 's3', 'presign', `s3://${bucket}/dir/small.txt`)).trim();
      assert.equal(await (await fetch(url)).text(), 'hello');
      await run(aws, 's3', 'rm', `s3://${bucket}`, '--recursive');
      await run(aws, 's3', 'rb', `s3://${bucket}`);
      assert.doesNotMatch(await run(aws, 's3', 'ls'), new RegExp(bucket));
    });

    test(`aws CLI ${version}: functions from S3`, { skip: missing(aws) }, async () => {
      const bucket = `code-${version}`;
      const name = `from-s3-${version}`;
      for (const text of ['one', 'two']) {
        file(`${text}.zip`, zipArchive([{ name: 'index.mjs', content: `export const handler = async () => '${text}';` }]));
      }
      await run(aws, 's3', 'mb', `s3://${bucket}`);
      for (const text of ['one', 'two']) await run(aws, 's3', 'cp', `${text}.zip`, `s3://${bucket}/${text}.zip`);
      const creation = ['--runtime', 'nodejs24.x', '--handler', 'index.handler', '--role', await account.role()];
      await run(aws, 'lambda', 'create-function', '--function-name', name, ...creation, '--code', `S3Bucket=${bucket},S3Key=one.zip`);
      await run(aws, 'lambda', 'wait', 'function-active-v2', '--function-name', name);
      assert.equal(await account.result(name), 'one');
      await run(aws, 'lambda', 'update-function-code', '--function-name', name, '--s3-bucket', bucket, '--s3-key', 'two.zip');
      await run(aws, 'lambda', 'wait', 'function-updated-v2', '--function-name', name);
      assert.equal(await account.result(name), 'two');
    });
  }

  test('boto3: managed transfers, streams, checksums, and the region of a bucket', { skip: missing(CLIENTS.boto3Python) }, async () => {
    const script = file(
      'transfer.py',
      `
import boto3, hashlib, io, os
s3 = boto3.client('s3')
s3.create_bucket(Bucket='boto')
data = os.urandom(${18 * MIB})
s3.upload_fileobj(io.BytesIO(data), 'boto', 'managed', ExtraArgs={'Metadata': {'a': 'b'}, 'ContentType': 'x/y'})
back = io.BytesIO()
s3.download_fileobj('boto', 'managed', back)
assert back.getvalue() == data
head = s3.head_object(Bucket='boto', Key='managed')
assert head['Metadata'] == {'a': 'b'} and head['ContentType'] == 'x/y', head
assert head['ETag'].endswith('-3"'), head
put = s3.put_object(Bucket='boto', Key='k', Body=b'x', ChecksumAlgorithm='SHA256')
assert put['ChecksumSHA256'], put
for n in range(5): s3.put_object(Bucket='boto', Key=f'many/{n} ü', Body=b'')
keys = [o['Key'] for p in s3.get_paginator('list_objects_v2').paginate(Bucket='boto', PaginationConfig={'PageSize': 2}) for o in p['Contents']]
assert keys == ['k', 'managed'] + [f'many/{n} ü' for n in range(5)], keys
irish = boto3.client('s3', region_name='eu-west-1')
irish.create_bucket(Bucket='irish', CreateBucketConfiguration={'LocationConstraint': 'eu-west-1'})
irish.put_object(Bucket='irish', Key='k', Body=b'far')
assert s3.get_object(Bucket='irish', Key='k')['Body'].read() == b'far'
assert s3.get_bucket_location(Bucket='irish')['LocationConstraint'] == 'eu-west-1'
boto3.resource('s3').Bucket('boto').objects.all().delete()
s3.delete_bucket(Bucket='boto')
print('done')
`,
    );
    assert.equal(await run(CLIENTS.boto3Python, script), 'done\n');
  });

  test('a function reads and writes objects with its role', { skip: withoutIsolation() }, async () => {
    await account.deploy('writer', {
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      files: {
        'index.mjs': `
import { S3Client, CreateBucketCommand, PutObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
const s3 = new S3Client();
export const handler = async ({ bucket }) => {
  try {
    await s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: 'k', Body: 'from inside' }));
    return await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: 'k' }))).Body.transformToString();
  } catch (error) {
    return error.name;
  }
};`,
      },
    });
    assert.equal(await account.result('writer', { bucket: 'inside' }), 'AccessDenied');
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] });
    await account.iam.send(new PutRolePolicyCommand({ RoleName: 'scenario-role', PolicyName: 'objects', PolicyDocument }));
    assert.equal(await account.result('writer', { bucket: 'inside' }), 'from inside');
  });

  test('200 MB go in and out without being held in memory, and outlive kill -9', async () => {
    await s3.send(new CreateBucketCommand({ Bucket: 'large' }));
    const piece = randomBytes(MIB);
    const pieces = Array.from({ length: 200 }, () => piece);
    const digest = createHash('sha256').update(Buffer.concat(pieces)).digest('hex');
    const ContentLength = pieces.length * MIB;
    const object = { Bucket: 'large', Key: 'k' };
    const read = async (): Promise<string> => {
      const hash = createHash('sha256');
      const { Body } = await s3.send(new GetObjectCommand(object));
      for await (const chunk of Body as AsyncIterable<Uint8Array>) hash.update(chunk);
      return hash.digest('hex');
    };
    const beforeMb = peakMemoryMb(daemon.pid);
    await s3.send(new PutObjectCommand({ ...object, Body: Readable.from(pieces, { objectMode: false }), ContentLength }));
    assert.equal(await read(), digest);
    const grownMb = peakMemoryMb(daemon.pid) - beforeMb;
    assert.ok(grownMb < 100, `grown by ${grownMb} MB`);
    await daemon.stop('SIGKILL');
    daemon = await RealDaemon.start({ dataDir: daemon.dataDir, port: daemon.port });
    assert.equal(await read(), digest);
  });
});

/** The most that a process ever had resident. */
function peakMemoryMb(pid: number): number {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
