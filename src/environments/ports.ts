import type { FunctionVersion } from '#functions/function-record.ts';
import type { RuntimeInstallation } from '#functions/runtime-locator.ts';
import type { EnvironmentId } from './environment-id.ts';

/** What environments need of others; `platform.ts` wires it. */
export interface RoleCredentials {
  /** @throws AwsError when Lambda may not assume the role */
  issue(roleArn: string, sessionName: string): TemporaryCredentials;
}

export interface TemporaryCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

export interface CodeSource {
  /** The unpacked code of a version. */
  unpacked(version: FunctionVersion): Promise<CodeFolder>;
  /** The layers of a version, laid over each other; undefined when it has none. */
  layers(version: FunctionVersion): Promise<CodeFolder | undefined>;
}

/** A folder of the host; `gid` may read it. */
export interface CodeFolder {
  readonly path: string;
  readonly gid?: number;
}

export interface RuntimeSource {
  locate(identifier: string): Promise<RuntimeInstallation>;
}

/** Serves the AWS API on a listening descriptor inside a sandbox, for callers that can only be that environment. */
export interface AwsEndpoint {
  attach(fd: number, environmentId: EnvironmentId): { close(): void };
}
