import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, writeSync } from 'node:fs';
import { bubblewrapOptions, spawnChain } from './bubblewrap-arguments.ts';
import type { Commands } from './bubblewrap-arguments.ts';
import type { Cgroup } from './cgroup.ts';
import { CODE_GROUPS } from '#sandboxes/host-protocol.ts';
import type { HostedSpec } from '#sandboxes/host-protocol.ts';
import { pipe, reopenNonBlocking, socketPair } from '#sandboxes/libc.ts';
import { memoryFile } from './libc.ts';
import type { NetworkNamespaces } from './network-namespace.ts';
import { openOutput } from '#sandboxes/output-pipe.ts';
import type { RootFiles } from './root-files.ts';

export interface SpawnRequest {
  readonly spec: HostedSpec;
  readonly commands: Commands;
  readonly rootFiles: RootFiles;
  /** Path of the compiled filter. */
  readonly seccompFilter: string;
  readonly scratchPath: string | undefined;
  readonly disableUserNamespaces: boolean;
  readonly uid: number;
  readonly cgroup: Cgroup;
  readonly networks: NetworkNamespaces;
  /** Descriptor of the sandbox's network namespace. */
  readonly networkFd: number;
}

export interface Spawned {
  readonly child: ChildProcess;
  /** Our ends of the channel and the output, for whoever uses the sandbox. */
  readonly channelFd: number;
  readonly outputFd: number;
  readonly sideOutputFd: number | undefined;
  readonly statusFd: number;
}

/** Starts bwrap in the network namespace. Synchronous, as that demands. @throws when the host cannot start a process */
export function spawnBubblewrap(request: SpawnRequest): Spawned {
  using fds = new DisposableStack();
  const untilSpawned = (fd: number): number => fds.adopt(fd, closeSync);
  using onFailure = new DisposableStack();
  const output = openOutput();
  untilSpawned(output.writeEnd);
  const outputFd = onFailure.adopt(output.readEnd, closeSync);
  const side = request.spec.sideOutput ? openOutput() : undefined;
  if (side !== undefined) untilSpawned(side.writeEnd);
  const sideOutputFd = side === undefined ? undefined : onFailure.adopt(side.readEnd, closeSync);
  const [ours, childEnd] = socketPair();
  untilSpawned(childEnd);
  const channelFd = onFailure.adopt(ours, closeSync);
  const status = pipe();
  untilSpawned(status.write);
  untilSpawned(status.read);
  const statusFd = onFailure.adopt(reopenNonBlocking(status.read), closeSync);
  const seccomp = untilSpawned(openSync(request.seccompFilter, 'r'));
  const argumentsFile = untilSpawned(memoryFile('bwrap-arguments'));
  // Nothing, the output, the channel and perhaps the side output, which the command keeps; then those that are bwrap's own.
  const stdio = ['ignore' as const, output.writeEnd, output.writeEnd, childEnd];
  if (side !== undefined) stdio.push(side.writeEnd);
  const [seccompFd, innerStatusFd, argumentsFd] = [stdio.push(seccomp) - 1, stdio.push(status.write) - 1, stdio.push(argumentsFile) - 1];
  const options = bubblewrapOptions({ ...request, seccompFd, statusFd: innerStatusFd });
  // At an explicit position, so that the reader, who shares ours, begins at the start.
  writeSync(argumentsFile, options.map((option) => `${option}\0`).join(''), 0);
  const [file, argv] = chainOf(request, argumentsFd);
  const child = request.networks.within(request.networkFd, () => {
    const started = spawn(file, argv, { stdio, env: {}, cwd: '/' });
    if (started.pid === undefined) {
      // Node tells why in an event as well; one report is enough.
      started.on('error', () => {});
      throw new Error(`${file} could not be started`);
    }
    return started;
  });
  onFailure.move();
  return { child, channelFd, outputFd, sideOutputFd, statusFd };
}

/**
 * Every sandbox has two groups besides its own, as one with code and layers needs. So nobody inside can tell by their number whether
 * it has layers, or was parked and so needs none. No file belongs to these.
 */
const NOBODYS_GROUPS = [CODE_GROUPS.last + 1, CODE_GROUPS.last + 2] as const;

function chainOf({ spec, commands, uid, cgroup }: SpawnRequest, argumentsFd: number): readonly [file: string, argv: readonly string[]] {
  const groups = new Set(spec.mounts.flatMap(({ gid }) => gid ?? []));
  for (const gid of NOBODYS_GROUPS) if (groups.size < NOBODYS_GROUPS.length) groups.add(gid);
  return spawnChain({
    commands,
    uid,
    groups: [...groups],
    openFiles: spec.limits.openFiles,
    joinFiles: cgroup.joinFiles,
    argumentsFd,
    command: spec.command,
  });
}
