import type { AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse } from '@aws-sdk/client-sts';
import { AwsError } from '#aws/errors.ts';
import type { Operation } from '#aws/service.ts';

/** Hearth trusts no identity provider, so no token of one can be valid. */
export function assumeRoleWithWebIdentity(): Operation<AssumeRoleWithWebIdentityRequest, AssumeRoleWithWebIdentityResponse> {
  return () => {
    throw new AwsError(
      'InvalidIdentityToken',
      'No OpenIDConnect provider found in your account: Hearth does not federate with identity providers.',
    );
  };
}
