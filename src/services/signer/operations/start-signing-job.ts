import { createHash } from 'node:crypto';
import type { StartSigningJobCommandInput, StartSigningJobCommandOutput } from '@aws-sdk/client-signer';
import { AwsError } from '#aws/errors.ts';
import type { Operation, RequestContext } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import { presentProfile } from '../profile-shapes.ts';
import { notSupported, validationFailure } from '../signer-errors.ts';
import { expiryOf, profileVersionArn, type SigningProfileVersion } from '../signing-profile.ts';
import { jobArn, type SigningJob, type SigningJobs } from '../signing-jobs.ts';
import { signWith, type SigningProfiles } from '../signing-profiles.ts';

/** What the signed package may have, as an unpacked one: 250 MB. */
const MAX_SOURCE_BYTES = 262_144_000;

interface ObjectAddress {
  readonly bucket: string;
  readonly key: string;
}

/** Objects of S3, read and written in the name of the caller. */
export interface SigningObjects {
  /** Undefined when it is larger than that. @throws AwsError with the code and the words of S3 */
  read(object: ObjectAddress, by: Pick<RequestContext, 'caller' | 'region' | 'signal'>, maxBytes: number): Promise<Buffer | undefined>;
  /** @throws AwsError with the code and the words of S3 */
  write(object: ObjectAddress, by: Pick<RequestContext, 'caller' | 'region' | 'signal'>, bytes: Uint8Array): Promise<void>;
}

/** Puts a statement and its signature into a package. */
export type PackageSigner = (
  zip: Buffer,
  statement: {
    readonly profileVersionArn: string;
    readonly jobArn: string;
    readonly signedAtMs: number;
    readonly expiresAtMs: number;
  },
  sign: (message: Uint8Array) => Uint8Array,
) => Promise<{ readonly kind: 'signed'; readonly zip: Buffer } | { readonly kind: 'refused'; readonly reason: string }>;

export interface StartSigningJobDependencies {
  readonly profiles: Pick<SigningProfiles, 'find'>;
  readonly jobs: Pick<SigningJobs, 'find' | 'add'>;
  readonly objects: SigningObjects;
  readonly signPackage: PackageSigner;
  readonly clock: Clock;
  readonly ids: IdSource;
}

/**
 * Signs a package that lies in S3 into another place there. The job is done, well or not, when this answers: an interrupted one has left
 * nothing, and is made again by the same token.
 */
export function startSigningJob(
  deps: StartSigningJobDependencies,
): Operation<StartSigningJobCommandInput, Omit<StartSigningJobCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const { bucketName, key, version } = input.source?.s3 ?? {};
    const { bucketName: target, prefix = '' } = input.destination?.s3 ?? {};
    if (bucketName === undefined || key === undefined || target === undefined)
      throw validationFailure('Source and destination must be in S3.');
    // Buckets have no versions, but every object has this one.
    if (version !== 'null') throw notSupported('versions of objects; the source version must be null');
    const { accountId } = context.caller;
    if (input.profileOwner !== undefined && input.profileOwner !== accountId) throw notSupported('profiles of other accounts');
    const { profile, newest } = presentProfile(input.profileName, context, deps.profiles);
    if (newest.status !== 'Active') throw validationFailure(`The signing profile ${profile.name} is not active.`);
    const scope = { accountId, region: context.region };
    const id = idOf(input.clientRequestToken ?? deps.ids.uuid(), scope);
    const answer = { jobId: id, jobOwner: accountId };
    if ((await deps.jobs.find(scope, id)) !== undefined) return answer;

    const createdMs = deps.clock.wallMs();
    const statement = {
      profileVersionArn: profileVersionArn(profile),
      jobArn: jobArn({ ...scope, id }),
      signedAtMs: createdMs,
      expiresAtMs: expiryOf(createdMs, newest.validity),
    };
    const destination = { bucket: target, key: `${prefix}${id}.zip` };
    const result = await signObject({ bucket: bucketName, key }, destination, { statement, newest, context, deps });
    await deps.jobs.add({
      ...scope,
      id,
      profileName: profile.name,
      profileVersion: profile.version,
      signingParameters: newest.signingParameters,
      source: { bucketName, key, version },
      createdMs,
      completedMs: deps.clock.wallMs(),
      requestedBy: context.caller.arn,
      result,
    });
    return answer;
  };
}

async function signObject(
  source: ObjectAddress,
  destination: ObjectAddress,
  by: {
    readonly statement: Parameters<PackageSigner>[1];
    readonly newest: SigningProfileVersion;
    readonly context: RequestContext;
    readonly deps: StartSigningJobDependencies;
  },
): Promise<SigningJob['result']> {
  const { statement, newest, context, deps } = by;
  try {
    const zip = await deps.objects.read(source, context, MAX_SOURCE_BYTES);
    if (zip === undefined) return { status: 'Failed', reason: `The source is larger than ${MAX_SOURCE_BYTES} bytes.` };
    const outcome = await deps.signPackage(zip, statement, (message) => signWith(newest, message));
    if (outcome.kind === 'refused') return { status: 'Failed', reason: outcome.reason };
    await deps.objects.write(destination, context, outcome.zip);
    return { status: 'Succeeded', bucketName: destination.bucket, key: destination.key, expiresAtMs: statement.expiresAtMs };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { status: 'Failed', reason: `S3 answered ${error.code}: ${error.message}` };
  }
}

/** The same token names the same job. In the form of a UUID, version 8: made by a rule of one's own. */
function idOf(token: string, { accountId, region }: { readonly accountId: string; readonly region: string }): string {
  const hex = createHash('sha256').update(`${accountId}\n${region}\n${token}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
