import type { CreatePolicyVersionRequest, CreatePolicyVersionResponse } from '@aws-sdk/client-iam';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import { limitExceeded } from '../iam-errors.ts';
import { wholeSecond } from '../iam-record.ts';
import { policyVersionShape } from '../iam-shapes.ts';
import { policyAddress } from '../policy-address.ts';
import { checkManagedPolicy } from '../policy-validation.ts';
import type { IamDirectory } from '../iam-directory.ts';
import { given } from '../given.ts';

const MAX_VERSIONS = 5;

export function createPolicyVersion(
  directory: IamDirectory,
  { clock }: { readonly clock: Clock },
): Operation<CreatePolicyVersionRequest, CreatePolicyVersionResponse> {
  return async ({ PolicyArn, PolicyDocument, SetAsDefault }, { caller }) => {
    const document = given(PolicyDocument);
    checkManagedPolicy(document);
    const nowMs = wholeSecond(clock.wallMs());
    const policy = await directory.change(policyAddress(directory, given(PolicyArn), caller.accountId), (current) => {
      if (current.versions.length >= MAX_VERSIONS) {
        throw limitExceeded(
          `A managed policy can have up to ${MAX_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const versionCounter = current.versionCounter + 1;
      const version = { id: `v${versionCounter}`, document, createdAtMs: nowMs };
      return {
        ...current,
        versionCounter,
        versions: [version, ...current.versions],
        updatedAtMs: nowMs,
        defaultVersionId: SetAsDefault === true ? version.id : current.defaultVersionId,
      };
    });
    return { PolicyVersion: policyVersionShape(policy, given(policy.versions[0])) };
  };
}
