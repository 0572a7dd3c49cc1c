import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runtimeEnvironment } from '#functions/runtime-environment.ts';
import type { RuntimeInstallation } from '#functions/runtime-locator.ts';
import { runtimeByIdentifier } from '#functions/runtimes.ts';
import { PYTHON, testVersion } from '../../test/support/environments.ts';
import { environmentVariables } from './environment-variables.ts';

const PLACE = {
  logStream: '2026/11/20/[$LATEST]0',
  initializationType: 'on-demand',
  runtimeApi: '169.254.100.1:9001',
  awsEndpoint: '127.0.0.1:4566',
  credentials: { accessKeyId: 'ASIAKEY', secretAccessKey: 'secret', sessionToken: 'token' },
} as const;

/** What test_introspection_invoke recorded of every runtime; the trace id comes with each invocation. */
const ALWAYS = {
  AWS_ACCESS_KEY_ID: 'ASIAKEY',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  AWS_LAMBDA_FUNCTION_NAME: 'f',
  AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
  AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
  AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
  AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/20/[$LATEST]0',
  AWS_LAMBDA_RUNTIME_API: '169.254.100.1:9001',
  AWS_REGION: 'us-east-1',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_SESSION_TOKEN: 'token',
  AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
  AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1:2000',
  LAMBDA_RUNTIME_DIR: '/var/runtime',
  LAMBDA_TASK_ROOT: '/var/task',
  LANG: 'en_US.UTF-8',
  LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
  PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
  TEST_KEY: 'TEST_VAL',
  TZ: ':UTC',
  _AWS_XRAY_DAEMON_ADDRESS: '169.254.100.1',
  _AWS_XRAY_DAEMON_PORT: '2000',
  _HANDLER: 'function.handler',
};

const RECORDED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'provided.al2023': ALWAYS,
  'nodejs24.x': {
    ...ALWAYS,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    NODE_PATH: '/opt/nodejs/node24/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
    PWD: '/var/task',
    SHLVL: '0',
  },
  'python3.12': {
    ...ALWAYS,
    AWS_EXECUTION_ENV: 'AWS_Lambda_python3.12',
    LC_CTYPE: 'C.UTF-8',
    PWD: '/var/task',
    PYTHONPATH: '/var/runtime',
    SHLVL: '0',
  },
};

function installation(identifier: string): RuntimeInstallation {
  const runtime = runtimeByIdentifier(identifier) ?? assert.fail(identifier);
  return { ...PYTHON, identifier, family: runtime.family, environment: runtimeEnvironment(runtime) };
}

suite('environmentVariables', () => {
  for (const [identifier, recorded] of Object.entries(RECORDED)) {
    test(`${identifier}: names and values as recorded, and where AWS is`, () => {
      const version = testVersion({ memoryMb: 1024, handler: 'function.handler', environment: { TEST_KEY: 'TEST_VAL' } });
      assert.deepEqual(environmentVariables(version, installation(identifier), PLACE), {
        ...recorded,
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
      });
    });
  }

  test("the function's own variables override paths and the endpoint, and nothing that is reserved", () => {
    const environment = {
      PATH: '/opt/mine',
      AWS_ENDPOINT_URL: 'http://elsewhere',
      AWS_SESSION_TOKEN: 'stolen',
      AWS_LAMBDA_FUNCTION_NAME: 'other',
      AWS_LAMBDA_RUNTIME_API: 'other',
      AWS_REGION: 'other',
      _HANDLER: 'other',
      LAMBDA_TASK_ROOT: 'other',
    };
    const variables = environmentVariables(testVersion({ environment }), installation('python3.12'), PLACE);
    assert.equal(variables['PATH'], '/opt/mine');
    assert.equal(variables['AWS_ENDPOINT_URL'], 'http://elsewhere');
    assert.deepEqual(
      Object.entries(environment).filter(([name, value]) => variables[name] === value),
      [
        ['PATH', '/opt/mine'],
        ['AWS_ENDPOINT_URL', 'http://elsewhere'],
      ],
    );
  });

  test('the JSON log format is told with its level, the Text format is not', () => {
    const of = (logging: Parameters<typeof testVersion>[0]): readonly (string | undefined)[] => {
      const variables = environmentVariables(testVersion(logging), PYTHON, PLACE);
      return [variables['AWS_LAMBDA_LOG_FORMAT'], variables['AWS_LAMBDA_LOG_LEVEL'], variables['AWS_LAMBDA_LOG_GROUP_NAME']];
    };
    assert.deepEqual(of({}), [undefined, undefined, '/aws/lambda/f']);
    assert.deepEqual(of({ logging: { format: 'JSON', group: 'g' } }), ['JSON', 'INFO', 'g']);
    assert.deepEqual(of({ logging: { format: 'JSON', group: 'g', applicationLogLevel: 'DEBUG' } }), ['JSON', 'DEBUG', 'g']);
  });
});
