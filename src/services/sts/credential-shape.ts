import type { Credentials } from '@aws-sdk/client-sts';
import type { SessionCredentials } from './session-token.ts';

export function credentialShape({ accessKeyId, secretAccessKey, sessionToken, expiresAtMs }: SessionCredentials): Credentials {
  return { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken, Expiration: new Date(expiresAtMs) };
}
