import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkUserEnvironment } from './user-environment.ts';

suite('checkUserEnvironment', () => {
  // Sizes as recorded by test_large_environment_variables_fails and test_lambda_envvars_near_limit_succeeds.
  const overhead = '{"LARGE_VAR":""}'.length;

  test("accepts 4096 bytes of JSON and refuses one more, in AWS's words", () => {
    checkUserEnvironment({ LARGE_VAR: 'x'.repeat(4096 - overhead) });
    const value = 'x'.repeat(4097 - overhead);
    assert.throws(() => checkUserEnvironment({ LARGE_VAR: value }), {
      code: 'InvalidParameterValueException',
      message: `Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {"LARGE_VAR":"${value}"}`,
    });
  });

  test('measures bytes, not characters', () => {
    assert.throws(() => checkUserEnvironment({ LARGE_VAR: 'ä'.repeat(2048) }), /exceeded the 4KB limit/);
  });

  test('refuses reserved names and lists them', () => {
    assert.throws(() => checkUserEnvironment({ MINE: '1', AWS_REGION: 'x', LAMBDA_TASK_ROOT: '/' }), {
      code: 'InvalidParameterValueException',
      message:
        'Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: AWS_REGION, LAMBDA_TASK_ROOT',
    });
  });
});
