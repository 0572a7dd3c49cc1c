import type { DescribeSigningJobCommandInput, DescribeSigningJobCommandOutput } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import { notFound } from '../signer-errors.ts';
import { LAMBDA_PLATFORM } from '../signing-profile.ts';
import type { SigningJobs } from '../signing-jobs.ts';

export function describeSigningJob(deps: {
  readonly jobs: Pick<SigningJobs, 'find'>;
}): Operation<DescribeSigningJobCommandInput, Omit<DescribeSigningJobCommandOutput, '$metadata'>> {
  return async ({ jobId = '' }, context) => {
    const job = await deps.jobs.find({ accountId: context.caller.accountId, region: context.region }, jobId);
    if (job === undefined) throw notFound(`The signing job ${jobId} does not exist.`);
    const { result } = job;
    return {
      jobId,
      source: { s3: { ...job.source } },
      ...LAMBDA_PLATFORM,
      profileName: job.profileName,
      profileVersion: job.profileVersion,
      signingParameters: { ...job.signingParameters },
      createdAt: new Date(job.createdMs),
      completedAt: new Date(job.completedMs),
      requestedBy: job.requestedBy,
      jobOwner: job.accountId,
      jobInvoker: job.accountId,
      status: result.status,
      ...(result.status === 'Succeeded'
        ? {
            statusReason: 'Signing Succeeded',
            signatureExpiresAt: new Date(result.expiresAtMs),
            signedObject: { s3: { bucketName: result.bucketName, key: result.key } },
          }
        : { statusReason: result.reason }),
    };
  };
}
