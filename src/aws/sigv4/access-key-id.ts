import type { IdSource } from '#base/ids.ts';
import type { AccountId } from '#aws/caller.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The account id when the text is one: twelve digits. */
export function parseAccountId(text: string): AccountId | undefined {
  return isAccountId(text) ? text : undefined;
}

/**
 * A new access key id: `AKIA` of users, `ASIA` of temporary credentials, and 16 characters of base32 that hold the account id as
 * AWS's own do (a set bit, 40 bits of account id), so that GetAccessKeyInfo needs no record.
 */
export function newAccessKeyId(prefix: 'AKIA' | 'ASIA', accountId: AccountId, ids: IdSource): string {
  const account = BigInt(accountId);
  const head = (1n << 39n) | (account >> 1n);
  let text = '';
  for (let shift = 35n; shift >= 0n; shift -= 5n) text += BASE32.charAt(Number((head >> shift) & 31n));
  const noise = BASE32.indexOf(ids.base32(1)) & 15;
  return `${prefix}${text}${BASE32.charAt((Number(account & 1n) << 4) | noise)}${ids.base32(7)}`;
}

/** The account that an access key id belongs to, as far as the id itself tells. */
export function accountOfAccessKeyId(accessKeyId: string): AccountId | undefined {
  if (!/^A[KS]IA[A-Z2-7]{16}$/.test(accessKeyId)) return parseAccountId(accessKeyId);
  let head = 0n;
  for (const character of accessKeyId.slice(4, 13)) head = (head << 5n) | BigInt(BASE32.indexOf(character));
  if (head >> 44n !== 1n) return undefined;
  return parseAccountId(((head >> 4n) & 0xff_ffff_ffffn).toString().padStart(12, '0'));
}

function isAccountId(text: string): text is AccountId {
  return /^\d{12}$/.test(text);
}
