import { DEFAULT_HOST, DEFAULT_PORT } from './config.ts';
import type { Environment } from './environment.ts';

/** How the command line reaches a daemon: from the variables that every AWS tool reads, else as a fresh daemon listens. */
export interface ClientConfig {
  /** `AWS_ENDPOINT_URL`, without a trailing slash. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
}

export function loadClientConfig(environment: Environment): ClientConfig {
  const value = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name]);
  const sessionToken = value('AWS_SESSION_TOKEN');
  return {
    endpoint: (value('AWS_ENDPOINT_URL') ?? `http://${DEFAULT_HOST}:${value('HEARTH_PORT') ?? DEFAULT_PORT}`).replace(/\/+$/, ''),
    region: value('AWS_REGION') ?? value('AWS_DEFAULT_REGION') ?? 'us-east-1',
    credentials: {
      accessKeyId: value('AWS_ACCESS_KEY_ID') ?? 'test',
      secretAccessKey: value('AWS_SECRET_ACCESS_KEY') ?? 'test',
      ...(sessionToken === undefined ? {} : { sessionToken }),
    },
  };
}
