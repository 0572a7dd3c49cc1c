import { RecentlyUsed } from '#base/recently-used.ts';
import type { AccountId } from '#aws/caller.ts';
import type { FunctionKey } from './function-arn.ts';
import { invalidParameter, resourceNotFound, validationFailure } from './lambda-errors.ts';

/** A function as a caller named it, resolved against the request's own account and region. */
export interface FunctionReference extends FunctionKey {
  readonly accountId: AccountId;
  /** From the name's suffix or the Qualifier parameter: `$LATEST`, a version number or an alias. */
  readonly qualifier?: string;
}

export interface RequestScope {
  readonly accountId: AccountId;
  readonly region: string;
}

/** As AWS prints it in its validation errors (recorded by test_function_name_and_qualifier_validation). */
const FUNCTION_NAME_PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';

/** The same language; captures region, account, name and qualifier. */
const FUNCTION_NAME =
  /^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(\d{12}):)?(?:function:)?([a-zA-Z0-9-_.]+)(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/;

export interface FunctionNameParts {
  readonly region?: string;
  readonly accountId?: AccountId;
  readonly name: string;
  readonly qualifier?: string;
}

/**
 * Reads a name, a partial ARN (`123456789012:function:name`) or a full ARN, each with or without a qualifier.
 * Undefined when the text is none of these.
 */
export function parseFunctionName(text: string): FunctionNameParts | undefined {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const parts = readFunctionName(text);
  if (parts !== undefined && text.length <= MAX_REMEMBERED_LENGTH) parsed.set(text, parts);
  return parts;
}

/** Every invocation names its function, several times on its way. */
const parsed = new RecentlyUsed<string, FunctionNameParts>(1024);
const MAX_REMEMBERED_LENGTH = 256;

function readFunctionName(text: string): FunctionNameParts | undefined {
  const match = FUNCTION_NAME.exec(text);
  if (match === null) return undefined;
  const [, region, accountId, name, qualifier] = match;
  if (name === undefined) return undefined;
  return {
    name,
    ...(region !== undefined && { region }),
    // Twelve digits, by the pattern.
    ...(accountId !== undefined && { accountId: accountId as AccountId }),
    ...(qualifier !== undefined && { qualifier }),
  };
}

/**
 * Resolves the members FunctionName and Qualifier of a request.
 * @throws AwsError ValidationException for what is no name; InvalidParameterValueException when both members give a qualifier
 *   and they differ; ResourceNotFoundException for a function of another region
 */
export function resolveFunctionReference(
  input: { readonly FunctionName: string | undefined; readonly Qualifier?: string | undefined },
  scope: RequestScope,
): FunctionReference {
  const text = input.FunctionName ?? '';
  const parts = parseFunctionName(text);
  if (parts === undefined) {
    throw validationFailure(text, 'functionName', `Member must satisfy regular expression pattern: ${FUNCTION_NAME_PATTERN}`);
  }
  if (parts.qualifier !== undefined && input.Qualifier !== undefined && parts.qualifier !== input.Qualifier) {
    throw invalidParameter('The derived qualifier from the function name does not match the specified qualifier.');
  }
  if (parts.region !== undefined && parts.region !== scope.region) {
    throw resourceNotFound(`Functions from '${parts.region}' are not reachable in this region ('${scope.region}')`);
  }
  const qualifier = parts.qualifier ?? input.Qualifier;
  return {
    accountId: parts.accountId ?? scope.accountId,
    region: scope.region,
    name: parts.name,
    ...(qualifier !== undefined && { qualifier }),
  };
}
