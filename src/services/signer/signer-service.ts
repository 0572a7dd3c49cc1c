import { lazily } from '#aws/lazy-operation.ts';
import type { OperationTable, Service } from '#aws/service.ts';
import type { StartSigningJobDependencies } from './operations/start-signing-job.ts';
import { signerPermissions } from './permissions.ts';
import type { SigningJobs } from './signing-jobs.ts';
import type { SigningProfiles } from './signing-profiles.ts';

/** As much of AWS Signer as code signing of functions needs. Each operation is loaded when it is first called. */
export function signerService(parts: SignerServiceParts): Service {
  const operations: OperationTable = {
    CancelSigningProfile: lazily(async () => (await import('./operations/cancel-signing-profile.ts')).cancelSigningProfile(parts)),
    DescribeSigningJob: lazily(async () => (await import('./operations/describe-signing-job.ts')).describeSigningJob(parts)),
    GetSigningProfile: lazily(async () => (await import('./operations/get-signing-profile.ts')).getSigningProfile(parts)),
    ListSigningJobs: lazily(async () => (await import('./operations/list-signing-jobs.ts')).listSigningJobs(parts)),
    ListSigningProfiles: lazily(async () => (await import('./operations/list-signing-profiles.ts')).listSigningProfiles(parts)),
    PutSigningProfile: lazily(async () => (await import('./operations/put-signing-profile.ts')).putSigningProfile(parts)),
    StartSigningJob: lazily(async () => (await import('./operations/start-signing-job.ts')).startSigningJob(parts)),
  };
  return { name: 'signer', operations, permissions: signerPermissions };
}

export interface SignerServiceParts extends StartSigningJobDependencies {
  readonly profiles: SigningProfiles;
  readonly jobs: SigningJobs;
}
