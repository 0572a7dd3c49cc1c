import type { AccountId } from '#aws/caller.ts';
import type { Alias } from './alias.ts';
import type { EventInvokeConfig } from './event-invoke-config.ts';
import type { FunctionUrl } from './function-url.ts';
import type { PackageSignature } from './package-signature.ts';
import type { ResourcePolicy } from './resource-policy.ts';
import type { RuntimeManagement } from './runtime-management.ts';

/**
 * A function and everything that must change together with it: one document, `functions/<partition>/<account>/<region>/<name>`.
 * Published versions are documents of their own; the record names them, and one that it does not name does not exist. Members
 * that came later are optional, so that what was stored before them still loads.
 */
export interface FunctionRecord {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  /** The configuration and code of `$LATEST`, as the API shows them. */
  readonly latest: FunctionVersion;
  /**
   * What invocations of `$LATEST` run while an update is in progress, or after one failed: the last configuration that worked.
   * Absent otherwise.
   */
  readonly serving?: FunctionVersion;
  readonly tags: Readonly<Record<string, string>>;
  /** The highest number that a published version ever had, 0 when there was none: numbers are not used again. */
  readonly versionCounter: number;
  /** The published versions that exist: number → id of the version's document. */
  readonly versions?: Readonly<Record<string, string>>;
  /** By name. */
  readonly aliases?: Readonly<Record<string, Alias>>;
  /** By qualifier: `$LATEST` for the function itself, a version number or an alias. */
  readonly policies?: Readonly<Record<string, ResourcePolicy>>;
  /** What happens when the function calls itself by way of other services; `Terminate` unless given. */
  readonly recursiveLoop?: 'Allow' | 'Terminate';
  /** By version number or `$LATEST`. */
  readonly runtimeManagement?: Readonly<Record<string, RuntimeManagement>>;
  /** By qualifier: `$LATEST` for the function itself, or an alias, which may be gone. */
  readonly urls?: Readonly<Record<string, FunctionUrl>>;
  /** Concurrency that no other function may use, and the most that this one may use; 0 switches it off. Absent when nothing is reserved. */
  readonly reservedConcurrency?: number;
  /** Environments to be kept ready, by alias or version number. Absent when there are none. */
  readonly provisionedConcurrency?: Readonly<Record<string, ProvisionedConcurrency>>;
  /** The configuration that new code and layers are held against; absent when nothing is. */
  readonly codeSigningConfigArn?: string;
  /** By version number, alias or `$LATEST`. */
  readonly eventInvokeConfigs?: Readonly<Record<string, EventInvokeConfig>>;
}

/** Environments to be kept ready for one alias or published version. */
export interface ProvisionedConcurrency {
  readonly requested: number;
  /** Milliseconds since the Unix epoch; also tells one request from the next. */
  readonly modifiedMs: number;
}

/**
 * Configuration and code under one version: `$LATEST`, or a published number. Of a published one only `state` changes, and with it
 * `revisionId`.
 */
export interface FunctionVersion {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  readonly version: string;
  readonly revisionId: string;
  /**
   * Names this exact code and configuration: new with each update, unchanged by tags and by state changes (which do change
   * `revisionId`). Environments are reused under the same one only.
   */
  readonly configurationId: string;
  readonly runtime: string;
  readonly handler: string;
  readonly role: string;
  readonly description: string;
  readonly timeoutSeconds: number;
  readonly memoryMb: number;
  readonly ephemeralStorageMb: number;
  readonly architecture: 'x86_64' | 'arm64';
  /** Absent when no Environment was ever given. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly tracingMode: 'PassThrough' | 'Active';
  readonly logging: LoggingConfig;
  readonly code: CodePackage;
  /** In the order in which they are laid over each other; absent in what was stored before there were any. */
  readonly layers?: readonly FunctionLayer[];
  /** `2026-11-20T10:00:00.000+0000`, as AWS writes it. */
  readonly lastModified: string;
  readonly state: FunctionState;
  readonly lastUpdate: LastUpdate;
  /** When it was last in use, to the day, in milliseconds since the Unix epoch; absent before its first use. */
  readonly usedMs?: number;
  /** Of published versions: the content digest of `$LATEST` at that time (`content-digest.ts`). */
  readonly publishedFrom?: string;
}

export interface LoggingConfig {
  readonly format: 'Text' | 'JSON';
  readonly applicationLogLevel?: string;
  readonly systemLogLevel?: string;
  readonly group: string;
}

/** A layer version as a function has it: what it needs to run stays here when the layer version is deleted. */
export interface FunctionLayer {
  /** Of the layer version. */
  readonly arn: string;
  readonly code: CodePackage;
}

export interface CodePackage {
  /** Hexadecimal SHA-256 of the zip; the blob's digest. */
  readonly digest: string;
  readonly sizeBytes: number;
  /** Of all its files; absent in what was stored before this was. */
  readonly unzippedBytes?: number;
  /** Absent when it has none. */
  readonly signature?: PackageSignature;
}

/** `Pending` until the code is unpacked and the runtime is found; then `Active`, or `Failed` with the reason. */
export type FunctionState =
  | { readonly name: 'Active' }
  | { readonly name: 'Pending' | 'Failed' | 'Inactive'; readonly reason: string; readonly reasonCode: StateReasonCode };

export type LastUpdate =
  | { readonly name: 'Successful' }
  | { readonly name: 'InProgress' | 'Failed'; readonly reason: string; readonly reasonCode: StateReasonCode };

/** Those of Lambda's state reason codes that occur here. */
export type StateReasonCode = 'Creating' | 'Restoring' | 'Idle' | 'InvalidZipFileException' | 'InvalidRuntime' | 'InternalError';
