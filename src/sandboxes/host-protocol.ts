import type { LogFields, LogLevel } from '#base/logger.ts';
import type { CgroupVersion } from './cgroup-control.ts';
import type { SandboxExit, SandboxLimits, SandboxMount, SandboxNetworkProfile, SandboxRole } from './sandbox.ts';

/**
 * What the daemon and the sandbox host say to each other: frames of JSON behind their length, over a socket that nobody else has. Open
 * files go beside it, over a socket of their own, always before the frame that speaks of them. The daemon is the less trusted side:
 * the host checks each request (`sandbox-host/request.ts`).
 */
export type HostRequest =
  | { readonly type: 'open'; readonly options: HostOptions }
  | { readonly type: 'create'; readonly request: number; readonly spec: HostedSpec }
  /** Once, for a sandbox that was made parked. */
  | { readonly type: 'specialise'; readonly request: number; readonly sandbox: string; readonly role: SandboxRole }
  | { readonly type: 'expose' | 'reach'; readonly request: number; readonly path: string }
  /** Gives a folder of the data directory to a group of sandboxes. */
  | { readonly type: 'share'; readonly request: number; readonly path: string; readonly gid: number }
  /** Answered by `exited`: its processes go, its /tmp stays for a successor. */
  | { readonly type: 'halt'; readonly sandbox: string }
  /** Answered by `released`. */
  | { readonly type: 'kill'; readonly sandbox: string }
  /** SIGTERM to the main process. */
  | { readonly type: 'terminate'; readonly sandbox: string }
  /** To what listens on a port of its loopback interface. */
  | { readonly type: 'connect'; readonly request: number; readonly sandbox: string; readonly port: number }
  /** Whether the kernel has killed in it for lack of memory. */
  | { readonly type: 'memory'; readonly request: number; readonly sandbox: string }
  | { readonly type: 'close'; readonly request: number };

/** What the host is started with. It never leaves these bounds, whatever it is asked. */
export interface HostOptions {
  /** `none` only takes back what dead runs left. */
  readonly driver: 'bubblewrap' | 'none';
  readonly runDirectory: string;
  readonly dataDirectory: string;
  readonly runId: string;
  readonly network: HostNetwork;
  /** Directories, apart from the data directory, from which things may be shown to sandboxes that they could not reach by themselves. */
  readonly places: readonly string[];
}

/**
 * `auto` offers the internet where that works, `internet` fails where it does not. `lan` is `internet`, and lets those sandboxes
 * reach the private networks behind the host's default routes, too.
 */
export type HostNetwork = 'auto' | SandboxNetworkProfile | 'lan';

/** A `SandboxSpec` whose environment is made. */
export interface HostedSpec {
  readonly id: string;
  readonly mounts: readonly SandboxMount[];
  readonly command: readonly string[];
  readonly workingDirectory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly limits: SandboxLimits;
  readonly network: SandboxNetworkProfile;
  readonly sideOutput: boolean;
  readonly parked: boolean;
  readonly successorOf?: string;
}

/** Where a parked sandbox may be given something to read. */
export const LATE_TARGETS = ['/var/task', '/opt'] as const;

export type HostReply =
  | { readonly type: 'opened'; readonly cgroupVersion: CgroupVersion; readonly networks: readonly SandboxNetworkProfile[] }
  /** This host permits no sandboxes. Nothing follows. */
  | { readonly type: 'unavailable'; readonly reason: string }
  /** One line for people, which may change once more is known. */
  | { readonly type: 'described'; readonly description: string }
  /** The sandbox's descriptors came before, in the order of `DESCRIPTORS`, then the side output where it was asked for. */
  | { readonly type: 'created'; readonly request: number }
  /** One descriptor came before. */
  | { readonly type: 'connected'; readonly request: number }
  | { readonly type: 'memory'; readonly request: number; readonly outOfMemory: boolean }
  | { readonly type: 'done'; readonly request: number; readonly path?: string }
  /** `open` is request 0. */
  | { readonly type: 'failed'; readonly request: number; readonly message: string; readonly code: string | undefined }
  | { readonly type: 'exited'; readonly sandbox: string; readonly exit: SandboxExit; readonly peakMemoryBytes: number }
  /** After `exited`: nothing of it is left, or what is left is its successor's. */
  | { readonly type: 'released'; readonly sandbox: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly message: string; readonly fields: LogFields };

/** What comes with `created`, in this order. */
export const DESCRIPTORS = ['channel', 'output', 'runtimeApi', 'awsEndpoint', 'freezer', 'quota', 'memory'] as const;
export interface SandboxDescriptors extends Readonly<Record<(typeof DESCRIPTORS)[number], number>> {
  readonly sideOutput: number | undefined;
}

/** Ports inside every sandbox of the host, the same in each since each has a network of its own. */
export const RUNTIME_API_PORT = 9001;
export const AWS_ENDPOINT_PORT = 4566;

/** Ids of groups that may read code, one for each folder; nothing on a usual system uses such numbers. */
export const CODE_GROUPS = { first: 300_000, last: 999_999 } as const;

/** Descriptors of the host beside the standard three: the frames, and the messages with open files. */
export const FRAMES_FD = 3;
export const MESSAGES_FD = 4;

/** A specification holds an environment of 4 KiB, credentials and a few paths. */
const MAX_FRAME_BYTES = 1 << 20;
const LENGTH_BYTES = 4;

export function encodeHostFrame(frame: HostRequest | HostReply): Buffer {
  const text = JSON.stringify(frame);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_FRAME_BYTES) throw new RangeError(`a frame of ${bytes} bytes is too long for the sandbox host`);
  const encoded = Buffer.allocUnsafe(LENGTH_BYTES + bytes);
  encoded.writeUInt32LE(bytes);
  encoded.write(text, LENGTH_BYTES);
  return encoded;
}

/** Cuts a stream into frames. */
export class HostFrames {
  #rest: Buffer = Buffer.alloc(0);

  /** What is complete with this chunk. @throws Error when the other side does not keep to the protocol */
  read(chunk: Buffer): readonly unknown[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: unknown[] = [];
    while (this.#rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + this.#rest.readUInt32LE(0);
      if (end > LENGTH_BYTES + MAX_FRAME_BYTES) throw new Error(`a frame of ${end} bytes`);
      if (this.#rest.length < end) break;
      frames.push(JSON.parse(this.#rest.toString('utf8', LENGTH_BYTES, end)));
      this.#rest = this.#rest.subarray(end);
    }
    return frames;
  }
}
