import { formatArn } from '#aws/arn.ts';
import type { RequestContext, RequiredPermission } from '#aws/service.ts';
import { profileArn } from './signing-profile.ts';

/** The action and the profile or job that it concerns. */
export function signerPermissions(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  context: RequestContext,
): readonly RequiredPermission[] {
  const { profileName, jobId } = input;
  const { region, caller } = context;
  const scope = { region, accountId: caller.accountId };
  const action = `signer:${operation}`;
  if (typeof profileName === 'string') return [{ action, resource: profileArn({ ...scope, name: profileName }) }];
  if (typeof jobId === 'string')
    return [{ action, resource: formatArn({ service: 'signer', ...scope, resource: `/signing-jobs/${jobId}` }) }];
  return [{ action, resource: '*' }];
}
