import type { RequestContext } from '#aws/service.ts';
import { parseArn } from '#aws/arn.ts';
import { accessDenied, invalidParameter, validationFailure } from '#functions/lambda-errors.ts';

/** What Lambda must know of identities; IAM answers. */
export interface RoleTrust {
  /** Whether the role exists and its trust policy lets lambda.amazonaws.com assume it. */
  assumableByLambda(roleArn: string): boolean | Promise<boolean>;
}

/** Which runtimes a function may have; the table is in `functions/runtimes.ts`. */
export interface RuntimeRules {
  /** @throws AwsError InvalidParameterValueException for an unknown runtime, and one that no longer may be created */
  checkForCreate(identifier: string): void;
  /** @throws AwsError InvalidParameterValueException for an unknown runtime, and one that no longer may be updated to */
  checkForUpdate(identifier: string): void;
}

/** Lambda quotas. The model's maxima are higher: they hold for Managed Instances, too. */
const MAX_TIMEOUT_SECONDS = 900;
const MAX_MEMORY_MB = 10_240;

/** Lambda quotas: tags of one resource. */
const MAX_TAGS = 50;

/** The limits of a function on demand that the model's own constraints do not have. */
export function checkSizes(input: { readonly Timeout?: number | undefined; readonly MemorySize?: number | undefined }): void {
  if (input.Timeout !== undefined && input.Timeout > MAX_TIMEOUT_SECONDS) {
    throw validationFailure(String(input.Timeout), 'timeout', `Member must have value less than or equal to ${MAX_TIMEOUT_SECONDS}`);
  }
  if (input.MemorySize !== undefined && input.MemorySize > MAX_MEMORY_MB) {
    throw invalidParameter(
      `'MemorySize' value failed to satisfy constraint: Member must have value less than or equal to ${MAX_MEMORY_MB}`,
    );
  }
}

/**
 * @throws AwsError AccessDeniedException for a role of another account, InvalidParameterValueException for one that Lambda
 *   cannot assume
 */
export async function checkRole(roleArn: string, context: RequestContext, roles: RoleTrust): Promise<void> {
  if (parseArn(roleArn)?.accountId !== context.caller.accountId) throw accessDenied('Cross-account pass role is not allowed.');
  if (!(await roles.assumableByLambda(roleArn))) throw invalidParameter('The role defined for the function cannot be assumed by Lambda.');
}

export function checkTagCount(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length > MAX_TAGS) throw invalidParameter('Number of tags exceeds resource tag limit.');
}
