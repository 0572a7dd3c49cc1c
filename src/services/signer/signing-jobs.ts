import { formatArn, partitionOf } from '#aws/arn.ts';
import type { AccountId } from '#aws/caller.ts';
import { documentKey, RevisionConflict, type DocumentStore } from '#storage/document-store.ts';
import { listAll } from '#storage/list-all.ts';

const KIND = 'signer-jobs';

/** A document `signer-jobs/<partition>/<account>/<region>/<id>`. Jobs are written when they are done. */
export interface SigningJob {
  readonly accountId: AccountId;
  readonly region: string;
  readonly id: string;
  readonly profileName: string;
  readonly profileVersion: string;
  readonly signingParameters: Readonly<Record<string, string>>;
  readonly source: { readonly bucketName: string; readonly key: string; readonly version: string };
  readonly createdMs: number;
  readonly completedMs: number;
  /** ARN of the caller. */
  readonly requestedBy: string;
  readonly result:
    | { readonly status: 'Succeeded'; readonly bucketName: string; readonly key: string; readonly expiresAtMs: number }
    | { readonly status: 'Failed'; readonly reason: string };
}

type Scope = Pick<SigningJob, 'accountId' | 'region'>;

export class SigningJobs {
  readonly #documents: DocumentStore;

  constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  async find(scope: Scope, id: string): Promise<SigningJob | undefined> {
    return (await this.#documents.get<SigningJob>(scopePrefix(scope) + documentKey(id)))?.value;
  }

  /** The newest first. */
  async list(scope: Scope): Promise<readonly SigningJob[]> {
    const jobs = (await listAll<SigningJob>(this.#documents, scopePrefix(scope))).map(({ value }) => value);
    return jobs.toSorted((left, right) => right.createdMs - left.createdMs || (left.id < right.id ? -1 : 1));
  }

  /** A job of the same id stays as it is: it is the same request, made again. */
  async add(job: SigningJob): Promise<void> {
    try {
      await this.#documents.put(scopePrefix(job) + documentKey(job.id), job, 0);
    } catch (error) {
      if (!(error instanceof RevisionConflict)) throw error;
    }
  }
}

export function jobArn({ accountId, region, id }: Scope & { readonly id: string }): string {
  return formatArn({ service: 'signer', region, accountId, resource: `/signing-jobs/${id}` });
}

function scopePrefix({ accountId, region }: Scope): string {
  return `${documentKey(KIND, partitionOf(region), accountId, region)}/`;
}
