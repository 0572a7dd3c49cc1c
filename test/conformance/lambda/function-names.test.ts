import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  LambdaServiceException,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { startTestPlatform } from '../../support/platform.ts';

/** As printed in the recorded answers. */
const PATTERN =
  '(arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?';
const QUALIFIER_PATTERN = '\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+';
const ARN = 'arn:aws:lambda:us-east-1:000000000000:function';
const A65 = 'a'.repeat(65);
const A129 = 'a'.repeat(129);

const noName = (name: string): string =>
  `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must satisfy regular expression pattern: ${PATTERN}`;
const noQualifier = (value: string, constraint: string): string =>
  `1 validation error detected: Value '${value}' at 'qualifier' failed to satisfy constraint: ${constraint}`;

interface Expected {
  readonly code: string;
  readonly message: string;
}

interface Case {
  readonly name: string;
  readonly qualifier?: string;
  readonly get: Expected;
  readonly remove: Expected;
  readonly invoke: Expected;
}

const everywhere = (code: string, message: string): Pick<Case, 'get' | 'remove' | 'invoke'> => {
  const expected = { code, message };
  return { get: expected, remove: expected, invoke: expected };
};
const notFound = (suffix: string): Expected => ({ code: 'ResourceNotFoundException', message: `Function not found: ${ARN}:${suffix}` });
const noAliasDeletion: Expected = { code: 'InvalidParameterValueException', message: 'Deletion of aliases is not currently supported.' };

/** The recorded answers of test_function_name_and_qualifier_validation for operations on functions that do not exist. */
const CASES: Readonly<Record<string, Case>> = {
  function_name_is_single_invalid: { name: '*', ...everywhere('ValidationException', noName('*')) },
  invalid_characters_in_function_name: { name: 'my-function!', ...everywhere('ValidationException', noName('my-function!')) },
  invalid_characters_in_qualifier: {
    name: 'my-function',
    qualifier: 'invalid!',
    ...everywhere('ValidationException', noQualifier('invalid!', `Member must satisfy regular expression pattern: ${QUALIFIER_PATTERN}`)),
  },
  qualifier_too_long: {
    name: 'my-function',
    qualifier: A129,
    ...everywhere('ValidationException', noQualifier(A129, 'Member must have length less than or equal to 128')),
  },
  invalid_account_id_in_partial_arn: {
    name: 'invalid-account:function:my-function',
    ...everywhere('ValidationException', noName('invalid-account:function:my-function')),
  },
  function_name_too_long: { name: A65, get: notFound(A65), remove: notFound(A65), invoke: notFound(`${A65}:$LATEST`) },
  alias_too_long: {
    name: `my-function:${A65}`,
    get: notFound(`my-function:${A65}`),
    remove: noAliasDeletion,
    invoke: notFound(`my-function:${A65}`),
  },
  incomplete_arn: { name: ARN, get: notFound('function'), remove: notFound('function'), invoke: notFound('function:$LATEST') },
  latest_version_with_additional_qualifier: {
    name: 'my-function:$LATEST',
    qualifier: '1',
    ...everywhere('InvalidParameterValueException', 'The derived qualifier from the function name does not match the specified qualifier.'),
  },
  lowercase_latest_qualifier: {
    name: 'my-function',
    qualifier: '$latest',
    get: notFound('my-function:$latest'),
    remove: notFound('my-function'),
    invoke: notFound('my-function:$latest'),
  },
};

suite('Names of functions through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let lambda: LambdaClient;

  before(async () => {
    platform = await startTestPlatform();
    lambda = new LambdaClient({
      endpoint: platform.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  });

  after(async () => {
    lambda.destroy();
    await platform.close();
  });

  async function failsWith(work: Promise<unknown>, expected: Expected): Promise<void> {
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof LambdaServiceException, String(error));
      assert.deepEqual({ code: error.name, message: error.message }, expected);
      return true;
    });
  }

  for (const [title, { name, qualifier, get, remove, invoke }] of Object.entries(CASES)) {
    test(title, async () => {
      const input = { FunctionName: name, ...(qualifier !== undefined && { Qualifier: qualifier }) };
      await failsWith(lambda.send(new GetFunctionCommand(input)), get);
      await failsWith(lambda.send(new DeleteFunctionCommand(input)), remove);
      await failsWith(lambda.send(new InvokeCommand(input)), invoke);
    });
  }

  test('a function of another region is not reachable', async () => {
    await failsWith(lambda.send(new GetFunctionCommand({ FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:f' })), {
      code: 'ResourceNotFoundException',
      message: "Functions from 'eu-west-1' are not reachable in this region ('us-east-1')",
    });
  });

  test('a function of another account is not accessible', async () => {
    const name = 'arn:aws:lambda:us-east-1:111111111111:function:f';
    const update = new UpdateFunctionConfigurationCommand({ FunctionName: name, Timeout: 5 });
    await assert.rejects(lambda.send(update), { name: 'AccessDeniedException' });
  });
});
