import { existsSync } from 'node:fs';

const ROOT = new URL('../../', import.meta.url).pathname;

/** The clients that `scripts/setup-test-tools.sh` installs: users' own, not ours. */
export const CLIENTS = {
  awsV1: `${ROOT}.cache/aws-v1/bin/aws`,
  /** The Python that has boto3. */
  boto3Python: `${ROOT}.cache/aws-v1/bin/python`,
  awsV2: '/usr/bin/aws',
  awscurl: `${ROOT}.cache/awscurl/bin/awscurl`,
} as const;

/** False to run; otherwise why a scenario is skipped on a developer's machine. On CI a missing tool fails, so nothing is skipped there. */
export function missing(...programs: readonly string[]): string | false {
  const absent = programs.filter((program) => !existsSync(program));
  if (absent.length === 0 || process.env['CI'] === 'true') return false;
  return `not installed: ${absent.join(', ')}`;
}

/** False to run; otherwise why a scenario about isolation and limits is skipped: only root's daemon is sure to have them. */
export function withoutIsolation(): string | false {
  return process.getuid?.() !== 0 && process.env['CI'] !== 'true' && 'not root';
}

/** What a user has set, and nothing else that could change what a client does. */
export function userEnvironment(endpoint: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_DEFAULT_REGION: 'us-east-1',
    AWS_PAGER: '',
    AWS_CONFIG_FILE: '/dev/null',
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  };
}
