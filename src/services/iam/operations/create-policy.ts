import type { CreatePolicyRequest, CreatePolicyResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { PolicyRecord } from '../iam-record.ts';
import { wholeSecond } from '../iam-record.ts';
import { policyShape } from '../iam-shapes.ts';
import { tagsOf } from '../policy-holder.ts';
import { checkManagedPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

export function createPolicy(
  directory: IamDirectory,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): Operation<CreatePolicyRequest, CreatePolicyResponse> {
  return async (input, { caller }) => {
    const document = given(input.PolicyDocument);
    checkManagedPolicy(document);
    const nowMs = wholeSecond(clock.wallMs());
    const policy: PolicyRecord = {
      kind: 'policy',
      accountId: caller.accountId,
      name: given(input.PolicyName),
      path: input.Path ?? '/',
      id: `ANPA${ids.base32(17)}`,
      createdAtMs: nowMs,
      updatedAtMs: nowMs,
      tags: tagsOf(input.Tags),
      versions: [{ id: 'v1', document, createdAtMs: nowMs }],
      defaultVersionId: 'v1',
      versionCounter: 1,
      ...(input.Description !== undefined && { description: input.Description }),
    };
    await directory.create(policy);
    const { Description: _, ...shape } = policyShape(policy, { attachments: 0, boundaries: 0 });
    return { Policy: shape };
  };
}
