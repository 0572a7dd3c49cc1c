import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts';
import type { Clock } from '#base/clock.ts';
import type { Operation } from '#aws/service.ts';
import type { SessionTokens } from '../session-token.ts';
import { credentialShape } from '../credential-shape.ts';
import { accessDenied, validationError } from '../sts-errors.ts';

const DEFAULT_SECONDS = 43_200;
/** Sessions of root are good for an hour at most, whatever is asked. Source: GetSessionToken in the API reference. */
const MAX_SECONDS_OF_ROOT = 3600;

export function getSessionToken({
  tokens,
  clock,
}: {
  readonly tokens: SessionTokens;
  readonly clock: Clock;
}): Operation<GetSessionTokenRequest, GetSessionTokenResponse> {
  return ({ DurationSeconds, SerialNumber, TokenCode }, { caller }) => {
    if (caller.kind === 'role-session' || caller.accessKeyId.startsWith('ASIA')) {
      throw accessDenied('Cannot call GetSessionToken with session credentials');
    }
    if (SerialNumber !== undefined || TokenCode !== undefined) throw validationError('Hearth has no multi-factor authentication devices.');
    const asked = DurationSeconds ?? DEFAULT_SECONDS;
    const seconds = caller.kind === 'root' ? Math.min(asked, MAX_SECONDS_OF_ROOT) : asked;
    const nowMs = clock.wallMs();
    const { accessKeyId: _, ...identity } = caller;
    return { Credentials: credentialShape(tokens.seal({ caller: identity, expiresAtMs: nowMs - (nowMs % 1000) + seconds * 1000 })) };
  };
}
