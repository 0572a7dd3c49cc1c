import type { CodePackage } from '#functions/function-record.ts';

/** Who signed a package, as functions and layers show it; nothing for one that is not signed, or not rightly. */
export function signatureMembers({ signature }: Pick<CodePackage, 'signature'>): {
  readonly SigningProfileVersionArn?: string;
  readonly SigningJobArn?: string;
} {
  if (signature?.integrity !== 'intact') return {};
  return { SigningProfileVersionArn: signature.profileVersionArn, SigningJobArn: signature.jobArn };
}
