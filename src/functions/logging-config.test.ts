import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { changeLoggingConfig, defaultLoggingConfig } from './logging-config.ts';

suite('changeLoggingConfig', () => {
  const text = defaultLoggingConfig('f');
  const json = { format: 'JSON', applicationLogLevel: 'INFO', systemLogLevel: 'INFO', group: '/aws/lambda/f' } as const;

  // The four recorded cases of test_function_partial_advanced_logging_configuration_update.
  test('JSON without levels gives INFO and INFO', () => assert.deepEqual(changeLoggingConfig(text, { LogFormat: 'JSON' }), json));
  test('an application level leaves the system level at INFO', () =>
    assert.deepEqual(changeLoggingConfig(text, { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG' }), {
      ...json,
      applicationLogLevel: 'DEBUG',
    }));
  test('a system level leaves the application level at INFO', () =>
    assert.deepEqual(changeLoggingConfig(text, { LogFormat: 'JSON', SystemLogLevel: 'DEBUG' }), { ...json, systemLogLevel: 'DEBUG' }));
  test('a group alone changes only the group', () =>
    assert.deepEqual(changeLoggingConfig(text, { LogGroup: 'cool_lambda' }), { format: 'Text', group: 'cool_lambda' }));

  test('keeps earlier levels, and forgets them with Text', () => {
    const debug = changeLoggingConfig(json, { ApplicationLogLevel: 'DEBUG' });
    assert.equal(changeLoggingConfig(debug, { SystemLogLevel: 'WARN' }).applicationLogLevel, 'DEBUG');
    assert.deepEqual(changeLoggingConfig(debug, { LogFormat: 'Text' }), text);
  });

  test('refuses a level with Text', () => {
    assert.throws(() => changeLoggingConfig(text, { ApplicationLogLevel: 'DEBUG' }), { code: 'InvalidParameterValueException' });
  });
});
