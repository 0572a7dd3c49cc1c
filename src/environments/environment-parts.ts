import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { SandboxDriver, SandboxSpec } from '#sandboxes/sandbox.ts';
import type { InitializationType } from '#telemetry/platform-events.ts';
import type { EnvironmentId } from './environment-id.ts';
import type { EnvironmentLog } from './environment-log.ts';
import type { AwsEndpoint } from './ports.ts';

/** What one environment is made of. */
export interface EnvironmentParts {
  readonly id: EnvironmentId;
  readonly version: FunctionVersion;
  readonly initializationType: InitializationType;
  readonly driver: Pick<SandboxDriver, 'create'>;
  /** `successorOf`: the sandbox of the runtime before, which has ended. */
  readonly spec: (sandboxId: string, successorOf: string | undefined) => SandboxSpec;
  readonly framed: boolean;
  /** File names of external extensions. */
  readonly extensions: readonly string[];
  readonly ids: IdSource;
  /** Why a custom runtime has nothing that could be started; undefined when there is. */
  readonly entrypointFailure: string | undefined;
  readonly log: EnvironmentLog;
  readonly clock: Clock;
  readonly freezeGraceMs: number;
  readonly cpusFor: (memoryMb: number) => number;
  readonly awsEndpoint: AwsEndpoint;
  /** Runs work when what is being answered has been written. */
  readonly defer: (work: () => void) => void;
  /** Something went wrong that no invocation can be told of. */
  readonly onFault: (error: unknown) => void;
}
