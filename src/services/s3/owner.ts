import { createHash } from 'node:crypto';

/** The owner of an account's buckets and objects. AWS's canonical user id has the same form, and says nothing either. */
export function ownerOf(accountId: string): { readonly ID: string } {
  return { ID: createHash('sha256').update(accountId).digest('hex') };
}
