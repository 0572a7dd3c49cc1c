import type { DestinationConfig, FunctionEventInvokeConfig } from '@aws-sdk/client-lambda';
import { parseArn } from '#aws/arn.ts';
import type { RequestContext } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import { findEventInvokeConfig, type EventInvokeConfig } from '#functions/event-invoke-config.ts';
import { parseFunctionName, type FunctionReference } from '#functions/function-name.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { invalidParameter, resourceNotFound } from '#functions/lambda-errors.ts';
import { resolveOwnFunction } from './target-function.ts';

type Functions = Pick<FunctionRepository, 'find'>;

interface NamedFunction {
  readonly FunctionName: string | undefined;
  readonly Qualifier?: string | undefined;
}

export interface EventInvokeInput extends NamedFunction {
  readonly MaximumRetryAttempts?: number | undefined;
  readonly MaximumEventAgeInSeconds?: number | undefined;
  readonly DestinationConfig?: DestinationConfig | undefined;
}

/** A function with the version or alias that a request names. */
export interface EventInvokeReference extends FunctionReference {
  readonly qualifier: string;
}

export function resolveEventInvoke(operation: string, input: NamedFunction, context: RequestContext): EventInvokeReference {
  const reference = resolveOwnFunction(operation, input, context);
  return { ...reference, qualifier: reference.qualifier ?? '$LATEST' };
}

/** @throws AwsError ResourceNotFoundException, in the same words for a function and a qualifier that are not there */
export function presentTarget(record: FunctionRecord | undefined, qualifier: string): FunctionRecord {
  const present = qualifier === '$LATEST' || Object.hasOwn(record?.versions ?? {}, qualifier);
  if (record !== undefined && (present || findAlias(record, qualifier) !== undefined)) return record;
  throw resourceNotFound("The function doesn't exist.");
}

/** @throws AwsError ResourceNotFoundException; it does not say whether there is such a function at all */
export function presentConfig(record: FunctionRecord | undefined, reference: EventInvokeReference): EventInvokeConfig {
  const found = record === undefined ? undefined : findEventInvokeConfig(record, reference.qualifier);
  if (found !== undefined) return found;
  throw resourceNotFound(`The function ${functionArn(reference, reference.qualifier)} doesn't have an EventInvokeConfig`);
}

/**
 * What a request configures; members that it does not have are absent.
 * @throws AwsError InvalidParameterValueException when it configures nothing
 */
export function givenSettings(
  input: EventInvokeInput,
): Omit<EventInvokeConfig, 'lastModifiedMs'> & { readonly destinationsGiven: boolean } {
  const { MaximumRetryAttempts: attempts, MaximumEventAgeInSeconds: age, DestinationConfig: destinations } = input;
  if (attempts === undefined && age === undefined && destinations === undefined) {
    throw invalidParameter('You must specify at least one of error handling or destination setting.');
  }
  const onSuccess = destinations?.OnSuccess?.Destination;
  const onFailure = destinations?.OnFailure?.Destination;
  return {
    destinationsGiven: destinations !== undefined,
    ...(attempts !== undefined && { maximumRetryAttempts: attempts }),
    ...(age !== undefined && { maximumEventAgeSeconds: age }),
    // An empty ARN takes the destination away.
    ...(onSuccess && { onSuccess }),
    ...(onFailure && { onFailure }),
  };
}

/** Services that take results of invocations. S3 takes failures only. Source: "Capturing records of Lambda asynchronous invocations". */
const DESTINATIONS: ReadonlySet<string> = new Set(['lambda', 'sqs', 'sns', 'events']);

/** @throws AwsError InvalidParameterValueException */
export function checkDestinations(
  { onSuccess, onFailure }: Pick<EventInvokeConfig, 'onSuccess' | 'onFailure'>,
  source: FunctionReference,
  functions: Functions,
): void {
  for (const arn of [onFailure, onSuccess]) {
    if (arn === undefined) continue;
    const service = parseArn(arn)?.service ?? '';
    if (!DESTINATIONS.has(service) && !(service === 's3' && arn === onFailure && arn !== onSuccess)) {
      throw invalidParameter(`The provided destination config ${javaText(onSuccess, onFailure)} is invalid.`);
    }
    if (service === 'lambda') checkFunction(arn, source, functions);
  }
}

function checkFunction(arn: string, source: FunctionReference, functions: Functions): void {
  const named = parseFunctionName(arn);
  const [accountId, region] = [named?.accountId ?? source.accountId, named?.region ?? source.region];
  if (named === undefined || functions.find(accountId, region, named.name) === undefined) {
    throw invalidParameter(`The destination ARN ${arn} is invalid.`);
  }
  if (named.name === source.name && accountId === source.accountId && region === source.region) {
    throw invalidParameter("You can't specify the function as a destination for itself.");
  }
}

/** As AWS prints its own object (recorded by test_lambda_eventinvokeconfig_exceptions). */
function javaText(onSuccess: string | undefined, onFailure: string | undefined): string {
  const success = onSuccess === undefined ? 'null' : `OnSuccess(destination=${onSuccess})`;
  const failure = onFailure === undefined ? 'null' : `OnFailure(destination=${onFailure})`;
  return `DestinationConfig(onSuccess=${success}, onFailure=${failure})`;
}

export function toEventInvokeConfig(record: FunctionRecord, qualifier: string, config: EventInvokeConfig): FunctionEventInvokeConfig {
  const { maximumRetryAttempts, maximumEventAgeSeconds, onSuccess, onFailure, lastModifiedMs } = config;
  return {
    FunctionArn: functionArn(record, qualifier),
    LastModified: new Date(lastModifiedMs),
    ...(maximumRetryAttempts !== undefined && { MaximumRetryAttempts: maximumRetryAttempts }),
    ...(maximumEventAgeSeconds !== undefined && { MaximumEventAgeInSeconds: maximumEventAgeSeconds }),
    DestinationConfig: {
      OnSuccess: onSuccess === undefined ? {} : { Destination: onSuccess },
      OnFailure: onFailure === undefined ? {} : { Destination: onFailure },
    },
  };
}
