import type { SigningProfile as ShownProfile } from '@aws-sdk/client-signer';
import type { RequestContext } from '#aws/service.ts';
import { notFound } from './signer-errors.ts';
import { LAMBDA_PLATFORM, profileArn, profileVersionArn, type SigningProfile, type SigningProfileVersion } from './signing-profile.ts';
import type { SigningProfiles } from './signing-profiles.ts';

/** The profile that a request names, and its newest version. @throws AwsError ResourceNotFoundException */
export function presentProfile(
  name: string | undefined,
  context: RequestContext,
  profiles: Pick<SigningProfiles, 'find'>,
): { readonly profile: SigningProfile; readonly newest: SigningProfileVersion } {
  const profile = profiles.find({ accountId: context.caller.accountId, region: context.region, name: name ?? '' });
  const newest = profile?.versions[profile.version];
  if (profile === undefined || newest === undefined) throw notFound(`The signing profile ${name} does not exist.`);
  return { profile, newest };
}

export function toSigningProfile(profile: SigningProfile, newest: SigningProfileVersion): ShownProfile {
  return {
    profileName: profile.name,
    profileVersion: profile.version,
    profileVersionArn: profileVersionArn(profile),
    ...LAMBDA_PLATFORM,
    signatureValidityPeriod: { ...newest.validity },
    signingParameters: { ...newest.signingParameters },
    status: newest.status,
    arn: profileArn(profile),
    tags: { ...profile.tags },
  };
}
