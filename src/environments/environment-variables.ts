import type { FunctionVersion } from '#functions/function-record.ts';
import type { RuntimeInstallation } from '#functions/runtime-locator.ts';
import type { InitializationType } from '#telemetry/platform-events.ts';
import type { TemporaryCredentials } from './ports.ts';

/**
 * The environment of the runtime process: what Lambda sets (recorded: test_introspection_invoke, test_lambda_init_environment), the
 * function's own variables, which may override the runtime's paths but nothing reserved, and where the AWS endpoint is.
 */
export function environmentVariables(
  version: FunctionVersion,
  installation: RuntimeInstallation,
  place: {
    readonly logStream: string;
    readonly initializationType: InitializationType;
    readonly runtimeApi: string;
    readonly awsEndpoint: string;
    readonly credentials: TemporaryCredentials;
  },
): Record<string, string> {
  // The runtime's own libraries stay findable: a Python of the host may need them, where AWS's knows its place.
  const ownLibraries = version.environment?.['LD_LIBRARY_PATH'];
  const [host] = place.runtimeApi.split(':');
  return {
    ...installation.environment,
    // A function may point its SDK elsewhere, as on AWS; without a word of its own it reaches this platform.
    AWS_ENDPOINT_URL: `http://${place.awsEndpoint}`,
    ...version.environment,
    ...(ownLibraries !== undefined && { LD_LIBRARY_PATH: `${ownLibraries}:/var/lang/lib` }),
    AWS_ACCESS_KEY_ID: place.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: place.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: place.credentials.sessionToken,
    AWS_DEFAULT_REGION: version.region,
    AWS_REGION: version.region,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(version.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: version.name,
    AWS_LAMBDA_FUNCTION_VERSION: version.version,
    AWS_LAMBDA_INITIALIZATION_TYPE: place.initializationType,
    AWS_LAMBDA_LOG_GROUP_NAME: version.logging.group,
    AWS_LAMBDA_LOG_STREAM_NAME: place.logStream,
    AWS_LAMBDA_RUNTIME_API: place.runtimeApi,
    ...(version.logging.format === 'JSON' && {
      AWS_LAMBDA_LOG_FORMAT: 'JSON',
      AWS_LAMBDA_LOG_LEVEL: version.logging.applicationLogLevel ?? 'INFO',
    }),
    AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
    AWS_XRAY_DAEMON_ADDRESS: `${host}:2000`,
    _AWS_XRAY_DAEMON_ADDRESS: host ?? '',
    _AWS_XRAY_DAEMON_PORT: '2000',
    LAMBDA_TASK_ROOT: '/var/task',
    _HANDLER: version.handler,
  };
}
