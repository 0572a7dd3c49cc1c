import type { Clock } from '#base/clock.ts';
import { invariant } from '#base/invariant.ts';
import type { AccountId, Caller, RootCaller } from '#aws/caller.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import { authDialect, expiredToken, invalidSignature, unknownCredentials } from '#aws/sigv4/auth-errors.ts';
import type { AuthDialect } from '#aws/sigv4/auth-errors.ts';
import { provenBody } from '#aws/sigv4/proven-body.ts';
import { readSignatureClaim } from '#aws/sigv4/signature-claim.ts';
import type { SignatureClaim, SignatureV2Claim, SignatureV4Claim } from '#aws/sigv4/signature-claim.ts';
import { checkExpiryV2, verifySignatureV2 } from '#aws/sigv4/signature-v2.ts';
import { SigningKeys, scopeText } from '#aws/sigv4/signing-key.ts';
import { checkSignatureTime, equalText, verifyHeadOfS3, verifySignature } from '#aws/sigv4/verify-signature.ts';
import type { IncomingBody, WireRequest } from '#aws/wire/message.ts';

/** The listener by which a request came in: the daemon's own, or the one inside an execution environment's sandbox. */
export type RequestOrigin = { readonly kind: 'outer' } | { readonly kind: 'environment'; readonly environmentId: string };

export interface AuthenticatorOptions {
  /** Root of account 000000000000. */
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
  /** A 12-digit access key id with the secret `test` is the root of that account. Loopback only. */
  readonly acceptAccountKeys: boolean;
  /**
   * No secret is checked of root, 12-digit and unknown access key ids; an unknown one is root of account 000000000000. Known users and
   * our own session tokens are verified as ever. For migration from LocalStack; loopback only.
   */
  readonly acceptAnySecret: boolean;
}

/** A user's access key. */
export interface UserAccessKey {
  readonly secretAccessKey: string;
  readonly active: boolean;
  readonly caller: Caller & { readonly kind: 'user' };
}

/** What a session token of ours says, once opened. Users and roots have sessions, too (GetSessionToken). */
export interface OpenedSession {
  readonly secretAccessKey: string;
  readonly expiresAtMs: number;
  readonly caller: Caller;
}

export interface AuthenticatorPorts {
  readonly clock: Clock;
  readonly accessKeys: { find(accessKeyId: string): UserAccessKey | undefined };
  /** Undefined when the token is forged or was issued by another daemon. */
  readonly sessions: { open(sessionToken: string): OpenedSession | undefined };
  /** The bucket that a Host header names, when it is a bucket's virtual host. */
  readonly bucketOfHost?: (host: string) => string | undefined;
}

export interface Authenticated {
  readonly caller: Caller;
  readonly region: string;
  readonly service: string;
}

/** Who makes a request whose body is still on its way. */
export interface AuthenticatedHead {
  readonly caller: Caller;
  readonly region: string;
  /** The body without the framing of chunks, held against what was signed of it while it is read. */
  readonly openBody: (source: AsyncIterable<Uint8Array>) => IncomingBody;
}

interface Credentials {
  readonly caller: Caller;
  /** Undefined when any secret is accepted. */
  readonly secretAccessKey: string | undefined;
}

const DEFAULT_ACCOUNT = '000000000000' as AccountId;
const ACCOUNT_KEY_SECRET = 'test';
/** A SigV2 URL names no region; S3 has always taken that for this one. */
const SIGNATURE_V2_REGION = 'us-east-1';
/** A URL of the older scheme says nothing of the body. */
const UNSIGNED = { payloadHash: 'UNSIGNED-PAYLOAD', signing: undefined } as const;

/** Who makes a request: proves the signature and names the caller. Reads memory only. */
export class Authenticator {
  readonly #options: AuthenticatorOptions;
  readonly #ports: AuthenticatorPorts;
  readonly #signingKeys = new SigningKeys();

  constructor(options: AuthenticatorOptions, ports: AuthenticatorPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * Refuses what the head alone gives away: keys that nobody has, another service's signature, one out of date. For those who would
   * have us take in a large body before its signature can be computed. Proves nothing: {@link authenticate} does.
   * @throws AwsError as {@link authenticate}
   */
  screen(head: Omit<WireRequest, 'body'>, origin: RequestOrigin, service: string, dialect = authDialect(service, head.headers)): void {
    const claim = readSignatureClaim(head, dialect);
    const { secretAccessKey } = this.#credentialsOf(claim, dialect, origin);
    if (claim.version === 4) checkService(claim, service, dialect);
    if (secretAccessKey === undefined) return;
    const nowMs = this.#ports.clock.wallMs();
    if (claim.version === 4) checkSignatureTime(claim, nowMs, dialect);
    else checkExpiryV2(claim, nowMs);
  }

  /**
   * `service` is the one that the request is addressed to, but not S3; its signature must be scoped to it. Errors are spelt in `dialect`, that of the
   * request unless given.
   * @throws AwsError with the code, status and text that AWS gives for the failure in that service's protocol
   */
  authenticate(
    request: WireRequest,
    origin: RequestOrigin,
    service: string,
    dialect = authDialect(service, request.headers),
  ): Authenticated {
    const claim = readSignatureClaim(request, dialect);
    const credentials = this.#credentialsOf(claim, dialect, origin);
    invariant(claim.version === 4, 'S3 alone takes the older scheme');
    return this.#verify(request, claim, { credentials, dialect, service });
  }

  /**
   * As {@link authenticate}, for a request to S3, whose body is not taken in whole: what the signature says of the body is checked by
   * those who read it.
   * @throws AwsError in S3's words
   */
  authenticateHead(head: Omit<WireRequest, 'body'>, origin: RequestOrigin): AuthenticatedHead {
    const claim = readSignatureClaim(head, 's3');
    const credentials = this.#credentialsOf(claim, 's3', origin);
    const { caller, secretAccessKey } = credentials;
    if (claim.version === 2) {
      this.#verifyUrl(head, claim, credentials);
      return { caller, region: SIGNATURE_V2_REGION, openBody: (source) => provenBody(head, source, UNSIGNED) };
    }
    const { region } = claim.scope;
    checkService(claim, 's3', 's3');
    if (secretAccessKey === undefined) {
      const payloadHash = head.headers['x-amz-content-sha256'] ?? '';
      return { caller, region, openBody: (source) => provenBody(head, source, { payloadHash, signing: undefined }) };
    }
    return this.#signingKeys.use(secretAccessKey, claim.scope, (key) => {
      const payloadHash = verifyHeadOfS3(head, claim, { key, nowMs: this.#ports.clock.wallMs() });
      const signing = { key, date: claim.date, scope: scopeText(claim.scope), seedSignature: claim.signature };
      return { caller, region, openBody: (source) => provenBody(head, source, { payloadHash, signing }) };
    });
  }

  #verify(
    request: WireRequest,
    claim: SignatureV4Claim,
    by: { readonly credentials: Credentials; readonly dialect: AuthDialect; readonly service: string },
  ): Authenticated {
    const { caller, secretAccessKey } = by.credentials;
    const { region, service } = claim.scope;
    checkService(claim, by.service, by.dialect);
    if (secretAccessKey !== undefined) {
      this.#signingKeys.use(secretAccessKey, claim.scope, (key) =>
        verifySignature(request, claim, { key, nowMs: this.#ports.clock.wallMs(), dialect: by.dialect }),
      );
    }
    return { caller, region, service };
  }

  #verifyUrl(head: Omit<WireRequest, 'body'>, claim: SignatureV2Claim, { secretAccessKey }: Credentials): void {
    if (secretAccessKey === undefined) return;
    verifySignatureV2(head, claim, {
      secretAccessKey,
      nowMs: this.#ports.clock.wallMs(),
      virtualHostBucket: this.#ports.bucketOfHost?.(head.headers['host'] ?? ''),
    });
  }

  #credentialsOf(claim: SignatureClaim, dialect: AuthDialect, origin: RequestOrigin): Credentials {
    const { accessKeyId, sessionToken } = claim;
    const session = sessionToken === undefined ? undefined : this.#ports.sessions.open(sessionToken);
    if (session !== undefined && equalText(session.caller.accessKeyId, accessKeyId)) {
      // A function is its role, or one that it has assumed from there, as on AWS: never a root or a user, whatever it has found or guessed.
      if (origin.kind === 'environment' && session.caller.kind !== 'role-session') throw unknownCredentials(dialect, accessKeyId);
      if (session.expiresAtMs <= this.#ports.clock.wallMs()) throw expiredToken(dialect);
      return session;
    }
    const lasting = origin.kind === 'outer' ? this.#lastingCredentials(accessKeyId, sessionToken !== undefined) : undefined;
    if (lasting === undefined) throw unknownCredentials(dialect, accessKeyId);
    return lasting;
  }

  /** Keys that need no session token, and with one that is not ours are no keys, but for those of any secret. */
  #lastingCredentials(accessKeyId: string, hasToken: boolean): Credentials | undefined {
    const user = this.#ports.accessKeys.find(accessKeyId);
    if (user !== undefined) return user.active && !hasToken ? user : undefined;
    const account = parseAccountId(accessKeyId);
    if (this.#options.acceptAnySecret) return { caller: rootCaller(account ?? DEFAULT_ACCOUNT, accessKeyId), secretAccessKey: undefined };
    if (hasToken) return undefined;
    const { rootAccessKeyId, rootSecretAccessKey, acceptAccountKeys } = this.#options;
    if (accessKeyId === rootAccessKeyId) return { caller: rootCaller(DEFAULT_ACCOUNT, accessKeyId), secretAccessKey: rootSecretAccessKey };
    if (account === undefined || !acceptAccountKeys) return undefined;
    return { caller: rootCaller(account, accessKeyId), secretAccessKey: ACCOUNT_KEY_SECRET };
  }
}

function checkService({ scope }: SignatureV4Claim, service: string, dialect: AuthDialect): void {
  if (scope.service === service) return;
  throw invalidSignature(dialect, `Credential should be scoped to correct service: '${service}'. `);
}

function rootCaller(accountId: AccountId, accessKeyId: string): RootCaller {
  return { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId, accessKeyId };
}
