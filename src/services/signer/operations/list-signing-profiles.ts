import type { ListSigningProfilesCommandInput, ListSigningProfilesCommandOutput } from '@aws-sdk/client-signer';
import type { Operation } from '#aws/service.ts';
import { pageOf } from '../page-token.ts';
import { toSigningProfile } from '../profile-shapes.ts';
import { LAMBDA_PLATFORM } from '../signing-profile.ts';
import type { SigningProfiles } from '../signing-profiles.ts';

/** In the order of names; canceled ones only for who asks for them. */
export function listSigningProfiles(deps: {
  readonly profiles: Pick<SigningProfiles, 'list'>;
}): Operation<ListSigningProfilesCommandInput, Omit<ListSigningProfilesCommandOutput, '$metadata'>> {
  return (input, context) => {
    const { includeCanceled = false, platformId = LAMBDA_PLATFORM.platformId, statuses } = input;
    const shown = deps.profiles.list(context.caller.accountId, context.region).flatMap((profile) => {
      const newest = profile.versions[profile.version];
      if (newest === undefined || platformId !== LAMBDA_PLATFORM.platformId) return [];
      const wanted = statuses === undefined ? includeCanceled || newest.status === 'Active' : statuses.includes(newest.status);
      return wanted ? [toSigningProfile(profile, newest)] : [];
    });
    const { items, ...next } = pageOf(shown, input);
    return { profiles: [...items], ...next };
  };
}
