import type { GetSigningProfileCommandInput, GetSigningProfileCommandOutput } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import { presentProfile, toSigningProfile } from '../profile-shapes.ts';
import { notFound } from '../signer-errors.ts';
import type { SigningProfiles } from '../signing-profiles.ts';

export function getSigningProfile(deps: {
  readonly profiles: Pick<SigningProfiles, 'find'>;
}): Operation<GetSigningProfileCommandInput, Omit<GetSigningProfileCommandOutput, '$metadata'>> {
  return ({ profileName, profileOwner }, context) => {
    // Profiles are not shared between accounts here.
    if (profileOwner !== undefined && profileOwner !== context.caller.accountId) {
      throw notFound(`The signing profile ${profileName} does not exist.`);
    }
    const { profile, newest } = presentProfile(profileName, context, deps.profiles);
    return toSigningProfile(profile, newest);
  };
}
