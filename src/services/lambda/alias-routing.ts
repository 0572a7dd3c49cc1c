import type { AliasRoutingConfiguration } from '@aws-sdk/client-lambda';
import { AwsError } from '#aws/errors.ts';
import type { AliasRouting } from '#functions/alias.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import { functionNotFound, invalidParameter } from '#functions/lambda-errors.ts';

/** The second version of a RoutingConfig. @throws AwsError InvalidParameterValueException when there are more */
export function readRouting(config: AliasRoutingConfiguration | undefined): AliasRouting | undefined {
  const weights = Object.entries(config?.AdditionalVersionWeights ?? {});
  if (weights.length > 1) throw invalidParameter('Number of items in AdditionalVersionWeights cannot be greater than 1');
  const [first] = weights;
  return first === undefined ? undefined : { version: first[0], weight: first[1] };
}

/**
 * Whether an alias may lead to these versions of the function, in AWS's words (test_notfound_and_invalid_routingconfigs).
 * @throws AwsError ResourceNotFoundException for a version that does not exist, InvalidParameterValueException for two that do not
 *   go together
 */
export function checkAliasTargets(record: FunctionRecord, version: string, routing: AliasRouting | undefined): void {
  if (routing !== undefined) {
    if (version === '$LATEST') {
      // Without the Type that other errors have, as recorded.
      throw new AwsError('InvalidParameterValueException', '$LATEST is not supported for an alias pointing to more than 1 version');
    }
    if (routing.version === version) {
      throw invalidParameter(
        `Invalid function version ${version}. Function version ${version} is already included in routing configuration.`,
      );
    }
  }
  for (const number of routing === undefined ? [version] : [version, routing.version]) {
    if (number !== '$LATEST' && record.versions?.[number] === undefined) throw functionNotFound(record, number);
  }
}
