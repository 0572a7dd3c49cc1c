import type { CancelSigningProfileCommandInput } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import { presentProfile } from '../profile-shapes.ts';
import type { SigningProfiles } from '../signing-profiles.ts';

/** It signs no more; what it has signed stays good. */
export function cancelSigningProfile(deps: {
  readonly profiles: Pick<SigningProfiles, 'find' | 'write'>;
}): Operation<CancelSigningProfileCommandInput, void> {
  return async ({ profileName }, context) => {
    const { profile: target } = presentProfile(profileName, context, deps.profiles);
    await deps.profiles.write(target, () => {
      const { profile, newest } = presentProfile(profileName, context, deps.profiles);
      return { ...profile, versions: { ...profile.versions, [profile.version]: { ...newest, status: 'Canceled' } } };
    });
  };
}
