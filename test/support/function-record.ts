import type { AccountId } from '#aws/caller.ts';
import type { FunctionRecord, FunctionVersion } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';

export const TEST_ACCOUNT = '111111111111' as AccountId;
export const TEST_REGION = 'us-east-1';

/** An active Python function with every default; `latest` overrides parts of its version. */
export function functionRecord(name: string, latest: Partial<FunctionVersion> = {}): FunctionRecord {
  const key = { accountId: latest.accountId ?? TEST_ACCOUNT, region: latest.region ?? TEST_REGION, name };
  return {
    ...key,
    tags: {},
    versionCounter: 0,
    latest: {
      ...key,
      version: '$LATEST',
      revisionId: `revision-of-${name}`,
      configurationId: `configuration-of-${name}`,
      runtime: 'python3.12',
      handler: 'handler.handler',
      role: `arn:aws:iam::${key.accountId}:role/r1`,
      description: '',
      timeoutSeconds: 3,
      memoryMb: 128,
      ephemeralStorageMb: 512,
      architecture: 'x86_64',
      tracingMode: 'PassThrough',
      logging: { format: 'Text', group: `/aws/lambda/${name}` },
      code: { digest: 'a'.repeat(64), sizeBytes: 100 },
      lastModified: '2026-11-20T10:00:00.000+0000',
      state: { name: 'Active' },
      lastUpdate: { name: 'Successful' },
      ...latest,
    },
  };
}

/** Creates the function and publishes these versions of it; each has its number in its description. */
export async function createWithVersions(
  functions: Pick<FunctionRepository, 'create' | 'publish'>,
  record: FunctionRecord,
  ...numbers: readonly number[]
): Promise<void> {
  await functions.create(record);
  for (const number of numbers) {
    const version = String(number);
    const published = {
      ...record.latest,
      version,
      description: `version ${version}`,
      revisionId: `revision-of-${record.name}-${version}`,
      configurationId: `configuration-of-${record.name}-${version}`,
    };
    await functions.publish(record, (current) => ({
      record: { ...current, versionCounter: number, versions: { ...current.versions, [version]: `${version}-id` } },
      published,
    }));
  }
}

/** What an invocation of `$LATEST` or of a published number runs, of a function in the test account and region. */
export function invokedVersion(
  functions: Pick<FunctionRepository, 'find' | 'publishedVersion'>,
  name: string,
  version = '$LATEST',
): FunctionVersion | undefined {
  const record = functions.find(TEST_ACCOUNT, TEST_REGION, name);
  if (record === undefined) return undefined;
  return version === '$LATEST' ? (record.serving ?? record.latest) : functions.publishedVersion(record, version);
}
