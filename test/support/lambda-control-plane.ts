import assert from 'node:assert/strict';
import type { AccountId } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext } from '#aws/service.ts';
import type { Chance } from '#base/chance.ts';
import type { Clock } from '#base/clock.ts';
import { systemClock } from '#base/clock.ts';
import { systemIds } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { CodeStorage } from '#functions/code-storage.ts';
import { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { FunctionUrlIndex } from '#functions/function-url-index.ts';
import { FunctionRepository } from '#functions/function-repository.ts';
import { LayerRepository } from '#functions/layer-repository.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import { signPackage, type SignatureAuthority } from '#functions/package-signature.ts';
import { MemoryBlobStore } from '#storage/memory/memory-blob-store.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { SignatureCheck } from '../../src/services/lambda/signature-check.ts';
import { CodeSource } from '../../src/services/lambda/code-source.ts';
import { CodeUrls } from '../../src/services/lambda/code-url.ts';
import type { ProvisionedStates } from '../../src/services/lambda/provisioned-configuration.ts';
import { TEST_ACCOUNT, TEST_REGION } from './function-record.ts';
import { zipArchive } from './zip-archive.ts';

/** 2026-11-20T10:00:00Z. */
export const TEST_WALL_MS = Date.UTC(2026, 10, 20, 10);

export const TEST_ROLE = `arn:aws:iam::${TEST_ACCOUNT}:role/r1`;
export const TEST_ZIP = zipArchive([{ name: 'handler.py', content: 'def handler(event, context): return event' }]);

/** Everything that the control-plane operations of Lambda need, in memory; the unpacking can be held. */
export interface LambdaControlPlane {
  readonly functions: FunctionRepository;
  readonly layers: LayerRepository;
  readonly lifecycle: FunctionLifecycle;
  readonly blobs: MemoryBlobStore;
  readonly codeSource: CodeSource;
  /** What S3 has: by bucket and key (`bucket/key`), and an error for what it refuses. */
  readonly objects: Map<string, Uint8Array | AwsError>;
  readonly codeSigning: CodeSigningConfigs;
  readonly signatureCheck: SignatureCheck;
  /** Messages of the platform's own log about signatures. */
  readonly signatureWarnings: unknown[];
  readonly codeUrls: CodeUrls;
  readonly roles: { assumableByLambda(roleArn: string): boolean };
  readonly runtimes: { checkForCreate(identifier: string): void; checkForUpdate(identifier: string): void };
  readonly clock: Clock;
  readonly ids: typeof systemIds;
  readonly codeStorage: CodeStorage;
  readonly concurrency: ConcurrencyLedger;
  readonly provisioned: ProvisionedStates;
  readonly urls: FunctionUrlIndex;
  readonly chance: Chance;
  /** No function becomes Active, no update Successful, until the returned function is called. */
  holdUnpacking(): () => void;
  /** The function of that name after all background work. */
  settled(name: string): Promise<FunctionRecord>;
}

/** `codeLimitBytes` is the code storage of an account in a region. */
export async function lambdaControlPlane({ codeLimitBytes = 300 * 1024 ** 3 } = {}): Promise<LambdaControlPlane> {
  const documents = new MemoryDocumentStore();
  const functions = await FunctionRepository.open(documents);
  const layers = await LayerRepository.open(documents);
  const clock: Clock = { ...systemClock, wallMs: () => TEST_WALL_MS };
  const blobs = new MemoryBlobStore({ clock });
  const objects = new Map<string, Uint8Array | AwsError>();
  const codeSigning = await CodeSigningConfigs.open(documents);
  const signatureWarnings: unknown[] = [];
  let gate: Promise<void> = Promise.resolve();
  const lifecycle = new FunctionLifecycle({
    functions,
    code: {
      ensureUnpacked: async () => {
        await gate;
        return { path: '/code' };
      },
      ensureLayered: () => Promise.resolve({ path: '/layers' }),
    },
    runtimes: { ensure: () => Promise.resolve() },
    clock,
    ids: systemIds,
    log: silentLogger,
    signal: new AbortController().signal,
  });
  return {
    functions,
    layers,
    codeStorage: new CodeStorage({ functions, layers, limitBytes: codeLimitBytes }),
    lifecycle,
    blobs,
    objects,
    codeSource: new CodeSource({ blobs, objects: { read: (object) => readObject(objects, object) }, signatures: TEST_SIGNATURES }),
    codeSigning,
    signatureWarnings,
    signatureCheck: new SignatureCheck({
      configs: codeSigning,
      clock,
      log: { ...silentLogger, warn: (_message, fields) => void signatureWarnings.push(fields?.['problem']) },
    }),
    codeUrls: new CodeUrls({ secret: 'secret', clock, blobs }),
    roles: { assumableByLambda: (arn) => !arn.endsWith('/untrusted') },
    runtimes: {
      checkForCreate: (runtime) => checkTestRuntime('create', runtime),
      checkForUpdate: (runtime) => checkTestRuntime('update', runtime),
    },
    clock,
    ids: systemIds,
    provisioned: { stateOf: () => undefined },
    concurrency: new ConcurrencyLedger({ functions, accountLimit: 1000 }),
    urls: new FunctionUrlIndex(functions),
    chance: () => 0.5,
    holdUnpacking() {
      const { promise, resolve } = Promise.withResolvers<void>();
      gate = promise;
      return resolve;
    },
    async settled(name) {
      await lifecycle.close();
      return functions.find(TEST_ACCOUNT, TEST_REGION, name) ?? assert.fail(`no function ${name}`);
    },
  };
}

/** Whoever signs with these bytes is anybody's profile, but for the strangers. */
const TEST_SIGNATURE = Buffer.from('signed');
const TEST_SIGNATURES: SignatureAuthority = {
  verify: (profileVersionArn, message, signature) =>
    profileVersionArn.includes('stranger') ? undefined : Buffer.concat([TEST_SIGNATURE, message]).equals(signature),
};

/** A package that was signed by that profile, of which {@link lambdaControlPlane} knows. */
export async function signedZip(profileVersionArn: string, { zip = TEST_ZIP, expiresAtMs = TEST_WALL_MS + 1000 } = {}): Promise<Buffer> {
  const statement = { profileVersionArn, jobArn: 'arn:job', signedAtMs: TEST_WALL_MS, expiresAtMs };
  const outcome = await signPackage(zip, statement, (message) => Buffer.concat([TEST_SIGNATURE, message]));
  assert.equal(outcome.kind, 'signed');
  return outcome.kind === 'signed' ? outcome.zip : assert.fail();
}

async function readObject(
  objects: ReadonlyMap<string, Uint8Array | AwsError>,
  { bucket, key }: { readonly bucket: string; readonly key: string },
): Promise<Uint8Array> {
  const found = objects.get(`${bucket}/${key}`) ?? new AwsError('NoSuchKey', 'The specified key does not exist.', { status: 404 });
  if (found instanceof AwsError) throw found;
  return Promise.resolve(found);
}

function checkTestRuntime(action: 'create' | 'update', runtime: string): void {
  if (!/^(?:python3|nodejs2)/.test(runtime)) throw invalidParameter(`test runtime check for ${action}: ${runtime}`);
}

/** A request of the account's root. */
export function requestContext(accountId: AccountId = TEST_ACCOUNT, region: string = TEST_REGION): RequestContext {
  return {
    caller: { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId, accessKeyId: 'test' },
    region,
    requestId: '00000000-0000-4000-8000-000000000000',
    endpoint: 'http://127.0.0.1:4566',
    traceHeader: undefined,
    signal: new AbortController().signal,
  };
}

/** Whether an operation fails with exactly this error. */
export async function rejectsWith(
  work: () => unknown,
  expected: { readonly code: string; readonly status?: number; readonly message: string | RegExp },
): Promise<void> {
  try {
    await work();
  } catch (error) {
    assert.ok(error instanceof AwsError, String(error));
    assert.equal(error.code, expected.code);
    if (expected.status !== undefined) assert.equal(error.status, expected.status);
    if (typeof expected.message === 'string') assert.equal(error.message, expected.message);
    else assert.match(error.message, expected.message);
    return;
  }
  assert.fail(`expected ${expected.code}`);
}
