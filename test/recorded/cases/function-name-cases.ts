import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaServiceException,
  type LambdaClient,
} from '@aws-sdk/client-lambda';
import { functionInput } from '../new-function.ts';
import type { Replay, ReplaySteps, ReplayTable } from '../replay.ts';

interface Named {
  readonly name: (accountId: string) => string;
  readonly qualifier?: string;
}

const arn =
  (rest: string, region = 'us-east-1') =>
  (accountId: string): string =>
    `arn:aws:lambda:${region}:${accountId}:${rest}`;
const text = (name: string) => (): string => name;

/** By the parameter of test_function_name_and_qualifier_validation. */
const NAMES: Readonly<Record<string, Named>> = {
  function_name_is_single_invalid: { name: text('*') },
  invalid_characters_in_function_name: { name: text('my-function!') },
  invalid_characters_in_qualifier: { name: text('my-function'), qualifier: 'invalid!' },
  qualifier_too_long: { name: text('my-function'), qualifier: 'a'.repeat(129) },
  qualifier_too_long0: { name: text('my-function'), qualifier: 'a'.repeat(129) },
  qualifier_too_long1: { name: text('my-function'), qualifier: 'a'.repeat(65) },
  function_name_and_qualifier_too_long: { name: text('my-function'), qualifier: 'a'.repeat(65) },
  function_name_too_long: { name: text('a'.repeat(65)) },
  function_name_too_long_and_invalid_region: { name: arn(`function:my-function${'a'.repeat(170)}`, 'invalid-region') },
  full_arn_and_qualifier_too_long_and_invalid_region: {
    name: arn(`function:my-function-${'a'.repeat(170)}`, 'invalid-region'),
    qualifier: 'a'.repeat(129),
  },
  invalid_account_id_in_partial_arn: { name: text('invalid-account:function:my-function') },
  invalid_region_in_arn: { name: arn('function:my-function', 'invalid-region') },
  non_lambda_arn: { name: (accountId) => `arn:aws:ec2:us-east-1:${accountId}:instance:i-1234567890abcdef0` },
  full_arn_with_multiple_qualifiers: { name: arn('function:my-function:1:2') },
  incomplete_arn: { name: arn('function') },
  partial_arn_with_extra_qualifier: { name: text('function:my-function:$LATEST:extra') },
  latest_version_with_additional_qualifier: { name: arn('function:my-function:$LATEST'), qualifier: '1' },
  lowercase_latest_qualifier: { name: arn('function:my-function'), qualifier: '$latest' },
  missing_region_in_arn: { name: arn('function:my-function', '') },
  missing_account_id_in_arn: { name: () => 'arn:aws:lambda:us-east-1::function:my-function' },
  misspelled_latest_in_arn: { name: arn('function:my-function:$LATES') },
};

type Call = (lambda: LambdaClient, named: { readonly FunctionName: string; readonly Qualifier?: string }) => Promise<unknown>;

const CALLS: Readonly<Record<string, Call>> = {
  get_function: (lambda, named) => lambda.send(new GetFunctionCommand(named)),
  delete_function: (lambda, named) => lambda.send(new DeleteFunctionCommand(named)),
  invoke: (lambda, named) => lambda.send(new InvokeCommand(named)),
};

function steps(operation: string, { name, qualifier }: Named): ReplaySteps {
  return async (replay) => {
    const FunctionName = name(replay.accountId);
    if (!replay.expects(`${operation}_exception`)) return;
    const call = CALLS[operation];
    const { lambda } = replay.account;
    const answer =
      call === undefined
        ? lambda.send(
            new CreateFunctionCommand(
              await functionInput(replay, { FunctionName: qualifier === undefined ? FunctionName : `${FunctionName}:${qualifier}` }),
            ),
          )
        : call(lambda, { FunctionName, ...(qualifier !== undefined && { Qualifier: qualifier }) });
    await refusal(replay, `${operation}_exception`, answer);
  };
}

/** Recorded is the code with the text, or with the single violations in the order of their texts. */
async function refusal(replay: Replay, key: string, answer: Promise<unknown>): Promise<void> {
  try {
    replay.match(key, await answer);
  } catch (error) {
    if (!(error instanceof LambdaServiceException)) throw error;
    const [, count, violations] = /^(\d+) validation errors? detected: ([^]*)$/.exec(error.message) ?? [];
    replay.match(
      key,
      violations === undefined
        ? single(error)
        : {
            Code: error.name,
            Count: Number(count),
            Errors: violations.split('; ').toSorted((a, b) => (shortened(a) < shortened(b) ? -1 : 1)),
          },
    );
  }
}

/** CreateFunction refuses a long name with one violation and no count before it. */
function single({ name, message }: LambdaServiceException): object {
  return message.startsWith('Value ') ? { Code: name, Count: 1, Errors: [message] } : { Code: name, Message: message };
}

/** The records were sorted while long names were abbreviated. */
function shortened(violation: string): string {
  return violation.replaceAll(/a{65,}/g, '<');
}

/** test_function_name_and_qualifier_validation of `test_lambda_api`. */
export const functionNameReplays: ReplayTable = Object.fromEntries(
  Object.entries(NAMES).flatMap(([parameter, named]) =>
    ['get_function', 'delete_function', 'invoke', 'create_function'].map((operation) => [
      `TestLambdaFunction::test_function_name_and_qualifier_validation[${parameter}-${operation}]`,
      steps(operation, named),
    ]),
  ),
);
