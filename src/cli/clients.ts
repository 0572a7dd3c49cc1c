import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient } from '@aws-sdk/client-lambda';
import type { ClientConfig } from '#config/client-config.ts';

/** One attempt only: whoever types a command wants its error, not a silent repetition of the invocation. */
export function lambdaClient(config: ClientConfig): LambdaClient {
  return new LambdaClient({ ...config, maxAttempts: 1 });
}

export function logsClient(config: ClientConfig): CloudWatchLogsClient {
  return new CloudWatchLogsClient({ ...config });
}
