import type { Sandbox, SandboxDriver, SandboxExit, SandboxSpec } from './sandbox.ts';

/** What tests run sandboxes with. */
export interface SandboxBench {
  readonly driver: () => SandboxDriver;
  /** A directory of the host, world-readable; gone after the tests. */
  readonly directory: () => string;
  readonly start: (command: readonly string[], change?: Partial<SandboxSpec>) => Promise<RunningSandbox>;
  /** Runs to the end. */
  readonly run: (command: readonly string[], change?: Partial<SandboxSpec>) => Promise<EndedSandbox>;
  /** Runs JavaScript, in which `channel` is a socket over descriptor 3. */
  readonly startScript: (script: string, change?: Partial<SandboxSpec>) => Promise<RunningSandbox>;
  readonly runScript: (script: string, change?: Partial<SandboxSpec>) => Promise<EndedSandbox>;
}

export interface EndedSandbox {
  readonly output: string;
  readonly exit: SandboxExit;
  readonly peakMemoryBytes: number;
}

export interface RunningSandbox {
  readonly sandbox: Sandbox;
  readonly output: () => string;
  /** The next bytes that come over the channel. */
  readonly receive: () => Promise<string>;
}
