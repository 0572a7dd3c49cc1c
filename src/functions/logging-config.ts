import type { LoggingConfig } from './function-record.ts';
import { invalidParameter } from './lambda-errors.ts';

/** The part of a LoggingConfig that a request gives. */
export interface LoggingConfigChange {
  readonly LogFormat?: 'Text' | 'JSON' | undefined;
  readonly ApplicationLogLevel?: string | undefined;
  readonly SystemLogLevel?: string | undefined;
  readonly LogGroup?: string | undefined;
}

export function defaultLoggingConfig(functionName: string): LoggingConfig {
  return { format: 'Text', group: `/aws/lambda/${functionName}` };
}

/**
 * What is not given stays as it was; with the JSON format each level is INFO unless given, with Text there are none (recorded
 * by test_function_partial_advanced_logging_configuration_update).
 * @throws AwsError InvalidParameterValueException for a level with the Text format
 */
export function changeLoggingConfig(current: LoggingConfig, change: LoggingConfigChange): LoggingConfig {
  const format = change.LogFormat ?? current.format;
  const group = change.LogGroup ?? current.group;
  if (format === 'Text') {
    if (change.ApplicationLogLevel !== undefined || change.SystemLogLevel !== undefined) {
      throw invalidParameter('ApplicationLogLevel and SystemLogLevel can only be set when LogFormat is JSON.');
    }
    return { format, group };
  }
  return {
    format,
    applicationLogLevel: change.ApplicationLogLevel ?? current.applicationLogLevel ?? 'INFO',
    systemLogLevel: change.SystemLogLevel ?? current.systemLogLevel ?? 'INFO',
    group,
  };
}
