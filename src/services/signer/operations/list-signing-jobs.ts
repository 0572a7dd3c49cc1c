import type { ListSigningJobsCommandInput, ListSigningJobsCommandOutput, SigningJob as ShownJob } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../page-token.ts';
import { LAMBDA_PLATFORM } from '../signing-profile.ts';
import type { SigningJob, SigningJobs } from '../signing-jobs.ts';

/** The newest first. */
export function listSigningJobs(deps: {
  readonly jobs: Pick<SigningJobs, 'list'>;
}): Operation<ListSigningJobsCommandInput, Omit<ListSigningJobsCommandOutput, '$metadata'>> {
  return async (input, context) => {
    const jobs = await deps.jobs.list({ accountId: context.caller.accountId, region: context.region });
    const { items, ...next } = pageOf(
      jobs.filter((job) => isWanted(job, input)),
      input,
    );
    return { jobs: items.map(toShownJob), ...next };
  };
}

function isWanted(job: SigningJob, input: ListSigningJobsCommandInput): boolean {
  const { result } = job;
  const expiresAtMs = result.status === 'Succeeded' ? result.expiresAtMs : undefined;
  const { signatureExpiresBefore: before, signatureExpiresAfter: after } = input;
  return (
    (input.status === undefined || input.status === result.status) &&
    (input.platformId === undefined || input.platformId === LAMBDA_PLATFORM.platformId) &&
    (input.requestedBy === undefined || input.requestedBy === job.requestedBy) &&
    (input.jobInvoker === undefined || input.jobInvoker === job.accountId) &&
    // Signatures cannot be revoked here.
    input.isRevoked !== true &&
    (before === undefined || (expiresAtMs !== undefined && expiresAtMs < before.getTime())) &&
    (after === undefined || (expiresAtMs !== undefined && expiresAtMs > after.getTime()))
  );
}

function toShownJob(job: SigningJob): ShownJob {
  const { result } = job;
  return {
    jobId: job.id,
    source: { s3: { ...job.source } },
    createdAt: new Date(job.createdMs),
    status: result.status,
    isRevoked: false,
    profileName: job.profileName,
    profileVersion: job.profileVersion,
    ...LAMBDA_PLATFORM,
    jobOwner: job.accountId,
    jobInvoker: job.accountId,
    ...(result.status === 'Succeeded' && {
      signatureExpiresAt: new Date(result.expiresAtMs),
      signedObject: { s3: { bucketName: result.bucketName, key: result.key } },
    }),
  };
}
