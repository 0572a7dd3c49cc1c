import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * Isolation only: processes, mounts, limits, freeze, thaw, usage, kill. Nothing here knows of functions.
 * Every driver passes `sandbox-contract.ts`.
 */
export interface SandboxDriver {
  /** `bubblewrap` isolates; `process` isolates nothing. */
  readonly name: 'bubblewrap' | 'process';
  /** One line for people: what the driver uses on this host, and why. */
  readonly description: string;
  /** The profiles that `create` accepts here; the process driver's sandboxes have the host's network in either. */
  readonly networks: readonly SandboxNetworkProfile[];
  /** Whether a sandbox can be made `parked`. */
  readonly parks: boolean;
  create(spec: SandboxSpec): Promise<Sandbox>;
  /**
   * Makes a path of the host readable by every sandbox, wherever it lies and whatever its modes (below a 0700 folder, written with
   * umask 077); undone on close. Returns what to use as `SandboxMount.source`. For runtimes, never for code. @throws when missing
   */
  expose(path: string): Promise<string>;
  /**
   * A path by which others may pass to this directory, and to what appears in it later: another one where the way there is closed to
   * them. Modes of the directory and inside are neither looked at nor changed, so they alone say who may read. Undone on close.
   * @throws when missing
   */
  reach(directory: string): Promise<string>;
  /**
   * Gives a folder below `code` of the data directory to a group, which sandboxes have that name it in a mount, and nobody else.
   * Undefined where all sandboxes are of one user. @throws when it lies elsewhere
   */
  readonly share: ((directory: string, gid: number) => Promise<void>) | undefined;
  /** Resolves, with the reason, when it can make no sandboxes any more and those that it made are dead. Never rejects. */
  readonly failed: Promise<Error>;
  /** Kills what is left, removes mounts, cgroups and scratch space. */
  close(): Promise<void>;
}

export interface SandboxSpec {
  /** Unique within the driver; letters, digits and dashes. */
  readonly id: string;
  /** Read-only binds, host path to path inside. A missing source is an error. `gid`, when given, is a group that may read it. */
  readonly mounts: readonly SandboxMount[];
  /**
   * Absolute path inside, and arguments. The process driver cannot mount: in `command`, `workingDirectory` and the values of
   * `environment` it puts a mount's source for its target, where that is a whole argument, or an item of a list joined by colons.
   */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /**
   * The whole environment of the process, made once the addresses of its listeners are known; nothing is inherited. The driver sets
   * PWD to the working directory.
   */
  readonly environment: (listeners: SandboxAddresses) => Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  readonly network: SandboxNetworkProfile;
  /** Gives the process a second output, descriptor 4, for what is to be told apart from standard output and error. */
  readonly sideOutput?: boolean;
  /**
   * It is made before it is known what for: `Sandbox.specialise` follows, once, and until then `limits.memoryMb` is the least that it
   * will be given.
   */
  readonly parked?: boolean;
  /**
   * The id of a sandbox that was halted: this one takes over its /tmp, with what is in it, and its user. `limits.scratchMb` has no
   * effect then. The other one is over once this one is made, and its `kill` finds nothing to do.
   */
  readonly successorOf?: string;
}

/** What a parked sandbox becomes. */
export interface SandboxRole {
  /** At /var/task and /opt, which are empty directories before. */
  readonly mounts: readonly SandboxMount[];
  readonly memoryMb: number;
  readonly scratchMb: number;
}

/**
 * `none`: loopback only, with the two listeners. `internet`: also what the host reaches through its default routes, but neither the
 * host itself, nor other sandboxes, nor link-local addresses such as a cloud's metadata service, nor, unless the driver was told
 * otherwise, private networks.
 */
export type SandboxNetworkProfile = 'none' | 'internet';

/** `host:port` of each listener as the process inside reaches it. */
export interface SandboxAddresses {
  readonly runtimeApi: string;
  readonly awsEndpoint: string;
}

export interface SandboxMount {
  readonly source: string;
  readonly target: string;
  readonly gid?: number;
}

export interface SandboxLimits {
  readonly memoryMb: number;
  /** Cores, fractional: 1 is one full core. Applied at once; see `Sandbox.setCpu`. */
  readonly cpus: number;
  readonly processes: number;
  readonly openFiles: number;
  /** Size of /tmp. */
  readonly scratchMb: number;
}

export interface Sandbox {
  readonly id: string;
  /** A socket to descriptor 3 of the process, both directions. */
  readonly channel: Duplex;
  /**
   * Descriptors of two listening TCP sockets, for `server.listen({ fd })`, bound to 127.0.0.1 inside the sandbox's network
   * (the process driver binds them to free ports of the host). Whoever listens on them closes them.
   */
  readonly listeners: { readonly runtimeApi: SandboxListener; readonly awsEndpoint: SandboxListener };
  /** Called with each piece of what the process wrote to standard output and error, in order. Set before output is lost. */
  onOutput(listener: (chunk: Buffer) => void): void;
  /** The same for the side output, where the specification asks for one. */
  onSideOutput(listener: (chunk: Buffer) => void): void;
  /** Delivers, before it returns, all output that the process has written up to now. */
  drainOutput(): void;
  /** Resolves once all processes are gone. */
  readonly exited: Promise<SandboxExit>;
  setCpu(cpus: number): void;
  /**
   * Every process of the sandbox comes to a stop within moments; one in an uninterruptible wait does when that ends. Returns at once,
   * without waiting for it. Idempotent.
   */
  freeze(): void;
  thaw(): void;
  usage(): SandboxUsage;
  /** Whether the kernel has killed for lack of memory within the sandbox up to now; false once that has ended. */
  outOfMemory(): Promise<boolean>;
  /**
   * A connection to what listens inside, on that port of the sandbox's loopback interface. Whoever listens need not be running: a
   * frozen process is connected to, and answers once it is thawed. @throws when nobody listens there
   */
  connect(port: number): Promise<Socket>;
  /**
   * Gives a parked sandbox, frozen or not, what it lacks: code, memory, the size of /tmp, which is empty before and after. A process sees what was
   * mounted when it goes there anew: its working directory is still the empty one. @throws when it was not parked, or is not any
   * more; when it failed in the midst, the sandbox is good for nothing but `kill`
   */
  specialise(role: SandboxRole): Promise<void>;
  /** Sends a signal to the sandbox's main process only. */
  signal(name: 'SIGTERM'): void;
  /** Kills every process, frozen or not. Resolves when they are gone. Its /tmp stays, for a successor or until `kill`. Idempotent. */
  halt(): Promise<void>;
  /** The same, and releases all resources, /tmp too. Resolves when nothing is left. Idempotent. */
  kill(): Promise<void>;
}

export interface SandboxListener {
  readonly fd: number;
  /** `host:port` as a process inside reaches it. */
  readonly address: string;
}

export interface SandboxExit {
  /** Exit status of the main process, or undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The kernel killed for lack of memory within the sandbox. */
  readonly outOfMemory: boolean;
}

export interface SandboxUsage {
  /** Highest memory of all processes together since creation. */
  readonly peakMemoryBytes: number;
}
