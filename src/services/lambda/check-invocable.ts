import type { FunctionLifecycle } from '#functions/function-lifecycle.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { resourceConflict } from '#functions/lambda-errors.ts';

/**
 * Whether a version can be invoked now. Invoking an inactive one fails, too, and starts to bring it back.
 * @throws AwsError ResourceConflictException
 */
export function checkInvocable(version: FunctionVersion, lifecycle: Pick<FunctionLifecycle, 'restore'>): void {
  const { name } = version.state;
  if (name === 'Active') return;
  if (name === 'Inactive') lifecycle.restore(version);
  throw resourceConflict(`The operation cannot be performed at this time. The function is currently in the following state: ${name}`);
}
