import type {
  ApplicationLogLevel,
  FunctionConfiguration,
  Layer,
  LastUpdateStatusReasonCode,
  Runtime,
  SystemLogLevel,
} from '@aws-sdk/client-lambda';
import { codeSha256 } from '#functions/code-package.ts';
import { configSha256 } from '#functions/content-digest.ts';
import { functionArn } from '#functions/function-arn.ts';
import { signatureMembers } from './signature-members.ts';
import type { FunctionLayer, FunctionVersion } from '#functions/function-record.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';

/**
 * A version as the API shows it, in the shape AWS answers (recorded by test_function_lifecycle). `qualifier` is the one that
 * the request used: the ARN repeats it.
 */
export function toFunctionConfiguration(version: FunctionVersion, qualifier?: string): FunctionConfiguration {
  return {
    ...toListedConfiguration(version, qualifier),
    RuntimeVersionConfig: { RuntimeVersionArn: runtimeVersionArn(version) },
    ...stateMembers(version),
    ...lastUpdateMembers(version),
  };
}

/** The shorter form in lists: without state, last update and runtime version. */
export function toListedConfiguration(version: FunctionVersion, qualifier?: string): FunctionConfiguration {
  const { logging } = version;
  return {
    FunctionName: version.name,
    FunctionArn: functionArn(version, qualifier),
    Version: version.version,
    PackageType: 'Zip',
    // Any identifier that passed the check of runtimes; the SDK's list may be shorter.
    Runtime: version.runtime as Runtime,
    Handler: version.handler,
    Role: version.role,
    Description: version.description,
    Timeout: version.timeoutSeconds,
    MemorySize: version.memoryMb,
    EphemeralStorage: { Size: version.ephemeralStorageMb },
    Architectures: [version.architecture],
    CodeSize: version.code.sizeBytes,
    CodeSha256: codeSha256(version.code),
    ConfigSha256: configSha256(version),
    ...signatureMembers(version.code),
    LastModified: version.lastModified,
    RevisionId: version.revisionId,
    TracingConfig: { Mode: version.tracingMode },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: logging.format,
      LogGroup: logging.group,
      // Checked against the model's enumerations when they came in.
      ...(logging.applicationLogLevel !== undefined && { ApplicationLogLevel: logging.applicationLogLevel as ApplicationLogLevel }),
      ...(logging.systemLogLevel !== undefined && { SystemLogLevel: logging.systemLogLevel as SystemLogLevel }),
    },
    ...(version.layers !== undefined && version.layers.length > 0 && { Layers: version.layers.map(toLayer) }),
    ...(version.environment !== undefined && { Environment: { Variables: { ...version.environment } } }),
  };
}

function toLayer({ arn, code }: FunctionLayer): Layer {
  return { Arn: arn, CodeSize: code.sizeBytes, ...signatureMembers(code) };
}

function stateMembers({ state }: FunctionVersion): FunctionConfiguration {
  if (state.name === 'Active') return { State: 'Active' };
  return { State: state.name, StateReason: state.reason, StateReasonCode: state.reasonCode };
}

/** A function that is being created has had no update. */
function lastUpdateMembers({ state, lastUpdate }: FunctionVersion): FunctionConfiguration {
  if (state.name === 'Pending') return {};
  if (lastUpdate.name === 'Successful') return { LastUpdateStatus: 'Successful' };
  return {
    LastUpdateStatus: lastUpdate.name,
    LastUpdateStatusReason: lastUpdate.reason,
    // AWS answers `Creating` here, too (recorded by test_function_lifecycle), which the SDK's list does not have.
    LastUpdateStatusReasonCode: lastUpdate.reasonCode as LastUpdateStatusReasonCode,
  };
}
