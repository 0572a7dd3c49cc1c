import type { AccountId } from '#aws/caller.ts';

/**
 * A function and everything that must change together with it: one document, `functions/<partition>/<account>/<region>/<name>`.
 * Published versions are documents of their own and never change.
 */
export interface FunctionRecord {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  /** The configuration and code of `$LATEST`. */
  readonly latest: FunctionVersion;
  readonly tags: Readonly<Record<string, string>>;
  /** Number of the newest published version, 0 when there is none. */
  readonly versionCounter: number;
}

/** Configuration and code under one version: `$LATEST`, or a published number. */
export interface FunctionVersion {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  readonly version: string;
  readonly revisionId: string;
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
  /** `2026-11-20T10:00:00.000+0000`, as AWS writes it. */
  readonly lastModified: string;
  readonly state: FunctionState;
  readonly lastUpdate: LastUpdate;
}

export interface LoggingConfig {
  readonly format: 'Text' | 'JSON';
  readonly applicationLogLevel?: string;
  readonly systemLogLevel?: string;
  readonly group: string;
}

export interface CodePackage {
  /** Hexadecimal SHA-256 of the zip; the blob's digest. */
  readonly digest: string;
  readonly sizeBytes: number;
}

/** `Pending` until the code is unpacked and the runtime is found; then `Active`, or `Failed` with the reason. */
export type FunctionState =
  | { readonly name: 'Active' }
  | { readonly name: 'Pending' | 'Failed' | 'Inactive'; readonly reason: string; readonly reasonCode: string };

export type LastUpdate =
  | { readonly name: 'Successful' }
  | { readonly name: 'InProgress' | 'Failed'; readonly reason: string; readonly reasonCode: string };
