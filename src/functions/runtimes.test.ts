import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from '#aws/errors.ts';
import { allRuntimes, runtimeByIdentifier, RuntimePolicy } from './runtimes.ts';

const NOVEMBER_2026 = Date.parse('2026-11-20T00:00:00Z');
const policyAt = (wallMs: number, refuseRetired = true): RuntimePolicy =>
  new RuntimePolicy({ clock: { wallMs: () => wallMs }, refuseRetired });

const retired = (identifier: string) => ({
  name: 'AwsError',
  code: 'InvalidParameterValueException',
  status: 400,
  message: `The runtime parameter of ${identifier} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
});

test('runtimeByIdentifier tells family, version, label and execution environment', () => {
  const cases: readonly (readonly [string, string, string, string, string | undefined])[] = [
    ['nodejs24.x', 'nodejs', '24', 'nodejs:24.v1', 'AWS_Lambda_nodejs24.x'],
    ['python3.12', 'python', '3.12', 'python:3.12.v1', 'AWS_Lambda_python3.12'],
    ['provided.al2023', 'provided', 'al2023', 'provided:al2023.v1', undefined],
    ['java8.al2', 'java', '8.al2', 'java:8.al2.v1', 'AWS_Lambda_java8.al2'],
    ['dotnetcore3.1', 'dotnet', '3.1', 'dotnet:3.1.v1', 'AWS_Lambda_dotnetcore3.1'],
    ['go1.x', 'go', '1', 'go:1.v1', 'AWS_Lambda_go1.x'],
  ];
  for (const [identifier, family, version, versionLabel, executionEnvironment] of cases) {
    const {
      deprecatedMs: _deprecated,
      createBlockedMs: _create,
      updateBlockedMs: _update,
      ...known
    } = runtimeByIdentifier(identifier) ?? assert.fail(identifier);
    assert.deepEqual(known, { identifier, family, version, versionLabel, executionEnvironment });
  }
  assert.equal(runtimeByIdentifier('nodejs23.x'), undefined);
});

test('every runtime has a family, and its blocks follow its deprecation', () => {
  for (const { identifier, family, deprecatedMs, createBlockedMs, updateBlockedMs } of allRuntimes()) {
    assert.ok(typeof family === 'string', identifier);
    if (deprecatedMs === undefined) continue;
    assert.ok(createBlockedMs !== undefined && createBlockedMs >= deprecatedMs, identifier);
    assert.ok(updateBlockedMs !== undefined && updateBlockedMs >= createBlockedMs, identifier);
  }
});

test('RuntimePolicy refuses what the recorded service refuses, in its words', () => {
  for (const identifier of ['java8', 'go1.x', 'provided', 'ruby2.7', 'nodejs14.x', 'python3.7', 'dotnetcore3.1', 'nodejs12.x']) {
    assert.throws(() => policyAt(NOVEMBER_2026).checkForCreate(identifier), retired(identifier));
    assert.throws(() => policyAt(NOVEMBER_2026).checkForUpdate(identifier), retired(identifier));
  }
  assert.throws(
    () => policyAt(NOVEMBER_2026).checkForUpdate('PYTHON3.9'),
    (error) =>
      error instanceof AwsError &&
      error.members['Type'] === 'User' &&
      /^Value PYTHON3\.9 at 'runtime' failed .* \[nodejs20\.x, python3\.14, .*, java8\.al2\] or be a valid ARN$/.test(error.message),
  );
});

test('RuntimePolicy blocks creation and updates from their days on', () => {
  const blocked = Date.parse('2027-02-01T00:00:00Z');
  policyAt(blocked - 1).checkForCreate('nodejs20.x');
  assert.throws(() => policyAt(blocked).checkForCreate('nodejs20.x'), retired('nodejs20.x'));
  policyAt(blocked).checkForUpdate('nodejs20.x');
  assert.throws(() => policyAt(Date.parse('2027-03-03T00:00:00Z')).checkForUpdate('nodejs20.x'), retired('nodejs20.x'));
});

test('RuntimePolicy switched off refuses only what does not exist', () => {
  policyAt(NOVEMBER_2026, false).checkForCreate('python3.7');
  policyAt(NOVEMBER_2026, false).checkForUpdate('nodejs12.x');
  assert.throws(() => policyAt(NOVEMBER_2026, false).checkForCreate('cobol85'), /enum value set/);
});
