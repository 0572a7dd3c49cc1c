import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { IdSource } from '#base/ids.ts';
import { RecentlyUsed } from '#base/recently-used.ts';
import type { AccountId, Caller } from '#aws/caller.ts';
import { newAccessKeyId } from '#aws/sigv4/access-key-id.ts';

/**
 * Temporary credentials without a record of them: the session token holds who they are, sealed with a key that only the daemon
 * has, and the secret is derived from the same key. They outlive a restart and cost no store; they cannot be withdrawn one by one.
 */
export interface SessionIdentity {
  readonly caller: Caller;
  readonly expiresAtMs: number;
}

export interface SessionCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAtMs: number;
}

export interface OpenedSession extends SessionIdentity {
  readonly secretAccessKey: string;
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;
/** Longest that is even looked at; ours have some 400 characters. */
const MAX_TOKEN_LENGTH = 4096;
/** Tokens kept open: unsealing costs more than verifying a signature, and an execution environment always shows the same one. */
const OPEN_TOKENS = 2048;

export class SessionTokens {
  readonly #sealingKey: Buffer;
  readonly #secretKey: Buffer;
  readonly #ids: IdSource;
  readonly #opened = new RecentlyUsed<string, OpenedSession>(OPEN_TOKENS);

  /** `key`: 32 secret bytes, kept for as long as the tokens shall be good. */
  constructor(key: Buffer, ids: IdSource) {
    this.#sealingKey = createHmac('sha256', key).update('session token').digest();
    this.#secretKey = createHmac('sha256', key).update('secret access key').digest();
    this.#ids = ids;
  }

  /** New credentials with an access key id of their own. */
  seal(identity: { readonly caller: WithoutKey<Caller>; readonly expiresAtMs: number }): SessionCredentials {
    const accessKeyId = newAccessKeyId('ASIA', identity.caller.accountId, this.#ids);
    const nonce = Buffer.from(this.#ids.hex(NONCE_BYTES), 'hex');
    const cipher = createCipheriv(CIPHER, this.#sealingKey, nonce);
    const text = JSON.stringify({ caller: { ...identity.caller, accessKeyId }, expiresAtMs: identity.expiresAtMs });
    const sealed = Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return {
      accessKeyId,
      secretAccessKey: this.#secretOf(accessKeyId),
      sessionToken: sealed.toString('base64'),
      expiresAtMs: identity.expiresAtMs,
    };
  }

  /** Undefined for what this key did not seal. An expired one opens: that it has expired is worth telling. */
  open(sessionToken: string): OpenedSession | undefined {
    const session = this.#opened.get(sessionToken) ?? this.#openAnew(sessionToken);
    // Only what we have sealed gets here, so nobody can displace the tokens in use by tokens that he made up.
    if (session !== undefined) this.#opened.set(sessionToken, session);
    return session;
  }

  #openAnew(sessionToken: string): OpenedSession | undefined {
    if (sessionToken.length > MAX_TOKEN_LENGTH) return undefined;
    const sealed = Buffer.from(sessionToken, 'base64');
    if (sealed.length <= 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== FORMAT) return undefined;
    // The decoder overlooks foreign characters: without this, one token could be written in any number of ways.
    if (sealed.toString('base64') !== sessionToken) return undefined;
    const text = this.#unseal(sealed);
    if (text === undefined) return undefined;
    const identity = JSON.parse(text) as SessionIdentity;
    return { ...identity, secretAccessKey: this.#secretOf(identity.caller.accessKeyId) };
  }

  #unseal(sealed: Buffer): string | undefined {
    const decipher = createDecipheriv(CIPHER, this.#sealingKey, sealed.subarray(1, 1 + NONCE_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const text = decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES));
    try {
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch (error) {
      // The tag does not fit: `final` has no other failure, and its error has no code to tell.
      if (error instanceof Error) return undefined;
      throw error;
    }
  }

  /** 40 characters, as AWS's secrets have. */
  #secretOf(accessKeyId: string): string {
    return createHmac('sha256', this.#secretKey).update(accessKeyId).digest('base64').slice(0, 40);
  }
}

type WithoutKey<Each extends Caller> = Each extends Caller ? Omit<Each, 'accessKeyId'> & { readonly accountId: AccountId } : never;
