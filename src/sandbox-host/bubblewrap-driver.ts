import { closeSync, openSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { invariant } from '#base/invariant.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { BubblewrapHost } from './bubblewrap-host.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { spawnBubblewrap } from './bubblewrap-spawn.ts';
import { openCgroups } from './cgroup-layout.ts';
import type { Cgroup, Cgroups } from './cgroup.ts';
import { Egress } from './egress.ts';
import { ExposedDirectories } from './exposed-directories.ts';
import { missingResolver, resolverConfiguration } from './host-network.ts';
import { closeNetwork, NetworkNamespaces } from './network-namespace.ts';
import type { SandboxNetwork } from './network-namespace.ts';
import { NetworkPool } from './network-pool.ts';
import { cgroupPrefix } from './previous-runs.ts';
import { makeRootFiles } from './root-files.ts';
import type { RootFiles } from './root-files.ts';
import { makeRunDirectories, removeRunDirectories } from './run-directories.ts';
import type { RunDirectories } from './run-directories.ts';
import { RunRegistry } from './run-registry.ts';
import type { CgroupVersion } from '#sandboxes/cgroup-control.ts';
import type { HostedSpec, HostNetwork, SandboxDescriptors } from '#sandboxes/host-protocol.ts';
import { connectToLoopback } from '#sandboxes/libc.ts';
import type { SandboxNetworkProfile, SandboxRole } from '#sandboxes/sandbox.ts';
import { ParkedSandboxes } from './parked-sandboxes.ts';
import { ScratchSpace } from './scratch-space.ts';
import type { Scratch } from './scratch-space.ts';
import { SandboxPlace } from './sandbox-place.ts';
import { shareDirectory } from './share-directory.ts';
import { seccompFilter } from './seccomp-filter.ts';
import { SANDBOX_UIDS, UidPool } from './uid-pool.ts';
import type { UidRange } from './uid-pool.ts';
import { withinTime } from './within-time.ts';

export interface BubblewrapDriverOptions {
  /** For small files, mount points and the record of runs. Its ancestors must let others pass: /run/hearth, say. */
  readonly runDirectory: string;
  /** On a disk: scratch space and copies. */
  readonly dataDirectory: string;
  /** Unique among all runs of this host; letters and digits. */
  readonly runId: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly host: BubblewrapHost;
  readonly network: HostNetwork;
  /** See `ExposedDirectoriesOptions`. */
  readonly places: readonly string[];
  readonly uids?: UidRange;
}

/** /tmp of most functions: AWS's default size. */
const USUAL_SCRATCH_MB = 512;
const READY_SCRATCH_SPACES = 2;
const READY_NETWORKS = 3;
/** Networks are made up for when the sandbox that took one is well on its way. */
const REFILL_DELAY_MS = 20;
/** A daemon that starts has more urgent things to do. */
const FIRST_FILL_DELAY_MS = 250;
/** Some ten times what a busy host takes. Beyond it, a disk or the kernel hangs. */
const CREATE_LIMIT_MS = 30_000;
/** bwrap's two processes live in the group of the sandbox, beside what the function may have. */
const OWN_PROCESSES = 2;

/** A sandbox that runs, and what its user needs of it: all but the control group's descriptors are the caller's to close. */
export interface MadeSandbox {
  readonly sandbox: BubblewrapSandbox;
  readonly descriptors: SandboxDescriptors;
}

/** Sandboxes by bubblewrap, control groups and network namespaces, as root. @throws when the run directory cannot be used */
export async function bubblewrapDriver(options: BubblewrapDriverOptions): Promise<BubblewrapDriver> {
  const { runDirectory, dataDirectory, runId } = options;
  new RunRegistry(runDirectory).register(runId, dataDirectory);
  try {
    return await makeDriver(options);
  } catch (error) {
    await removeRun(options);
    throw error;
  }
}

async function makeDriver(options: BubblewrapDriverOptions): Promise<BubblewrapDriver> {
  const directories = await makeRunDirectories(options, options.runId);
  // Asynchronous file calls start the thread pool: its threads must be born in the host's network, so before any namespace is entered.
  await writeFile(directories.seccompFilter, seccompFilter(options.host.architecture), { mode: 0o600 });
  const networks = new NetworkNamespaces();
  const [rootFiles, egress] = await Promise.allSettled([makeRootFiles(directories.etc), openEgress(options, networks)]);
  try {
    return new BubblewrapDriver(options, { directories, rootFiles: fulfilled(rootFiles), networks, egress: fulfilled(egress) });
  } catch (error) {
    if (egress.status === 'fulfilled' && typeof egress.value !== 'string') await egress.value.close();
    networks.close();
    throw error;
  }
}

function fulfilled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}

async function removeRun(options: BubblewrapDriverOptions): Promise<void> {
  await removeRunDirectories(options, options.runId);
  new RunRegistry(options.runDirectory).forget(options.runId);
}

/** The way out, or why there is none. @throws when the internet was asked for by name */
async function openEgress(options: BubblewrapDriverOptions, networks: NetworkNamespaces): Promise<Egress | string> {
  const { network, host, runDirectory, runId } = options;
  if (network === 'none') return 'as asked for';
  try {
    if (host.nft === undefined) throw new Error('nft is not installed');
    return await Egress.open({ runDirectory, runId, nft: host.nft, networks, lan: network === 'lan' });
  } catch (error) {
    if (network !== 'auto') throw new Error(`functions cannot reach the internet here: ${messageOf(error)}`, { cause: error });
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface DriverParts {
  readonly directories: RunDirectories;
  readonly rootFiles: RootFiles;
  readonly networks: NetworkNamespaces;
  readonly egress: Egress | string;
}

interface SandboxResources {
  readonly place: SandboxPlace;
  readonly network: SandboxNetwork;
  readonly cgroup: Cgroup;
}

export class BubblewrapDriver {
  readonly #options: BubblewrapDriverOptions;
  readonly #directories: RunDirectories;
  readonly #rootFiles: RootFiles;
  readonly #cgroups: Cgroups;
  readonly #networks: NetworkNamespaces;
  readonly #egress: Egress | string;
  readonly #pools: ReadonlyMap<SandboxNetworkProfile, NetworkPool>;
  readonly #uids: UidPool;
  readonly #exposed: ExposedDirectories;
  /** Those that run, and those that were halted and wait for a successor. */
  readonly #sandboxes = new Map<string, BubblewrapSandbox>();
  readonly #parked: ParkedSandboxes;
  #scratch: ScratchSpace | undefined;
  #scratchInMemory: string | undefined;
  readonly #creating = new Set<Promise<MadeSandbox>>();
  #scratchWorks = false;
  #closing: Promise<void> | undefined;

  constructor(options: BubblewrapDriverOptions, { directories, rootFiles, networks, egress }: DriverParts) {
    const { clock, ids, logger, host } = options;
    this.#options = options;
    this.#directories = directories;
    this.#rootFiles = rootFiles;
    this.#networks = networks;
    this.#egress = egress;
    const makers: [SandboxNetworkProfile, () => Promise<SandboxNetwork>][] = [
      ['none', async () => networks.makeForSandbox(() => {}).network],
    ];
    if (typeof egress !== 'string') makers.push(['internet', () => egress.makeNetwork()]);
    this.#pools = new Map(makers.map(([profile, make]) => [profile, new NetworkPool(make, READY_NETWORKS)]));
    clock.schedule(FIRST_FILL_DELAY_MS, () => this.#pools.get('internet')?.fill());
    this.#cgroups = openCgroups(host.cgroups, clock);
    this.#uids = new UidPool(options.uids ?? SANDBOX_UIDS);
    this.#exposed = new ExposedDirectories({
      mountDirectory: directories.exposed,
      copyDirectory: directories.copies,
      dataDirectory: options.dataDirectory,
      places: options.places,
      ids,
    });
    this.#parked = new ParkedSandboxes((sizeMb, uid) => this.#takeScratch(sizeMb, uid), logger);
    this.#scratchInMemory = host.scratchInMemory;
    if (host.scratchInMemory !== undefined) return;
    this.#scratch = new ScratchSpace({
      mountDirectory: directories.scratch,
      imageDirectory: directories.images,
      usual: { sizeMb: USUAL_SCRATCH_MB, ready: READY_SCRATCH_SPACES },
      clock,
      logger,
    });
    this.#scratch.prepare();
  }

  get description(): string {
    const tmp = this.#scratchInMemory === undefined ? '/tmp on disk' : `/tmp in memory (lower tier: ${this.#scratchInMemory})`;
    return `bubblewrap ${this.#options.host.bwrapVersion}: own user, process, mount, network and ipc namespaces, seccomp, control groups v${this.#cgroups.version}, ${tmp}, ${this.#networkDescription()}`;
  }

  get networks(): readonly SandboxNetworkProfile[] {
    return [...this.#pools.keys()];
  }

  get cgroupVersion(): CgroupVersion {
    return this.#cgroups.version;
  }

  create(spec: HostedSpec): Promise<MadeSandbox> {
    const creating = withinTime(this.#create(spec), {
      clock: this.#options.clock,
      limitMs: CREATE_LIMIT_MS,
      what: `making the sandbox ${spec.id}`,
      onLate: discard,
    }).finally(() => this.#creating.delete(creating));
    this.#creating.add(creating);
    return creating;
  }

  /** @throws when it is not parked; when it fails in the midst it cannot be tried again */
  async specialise(sandbox: BubblewrapSandbox, role: SandboxRole): Promise<void> {
    await Promise.all(role.mounts.map(({ source }) => this.#exposed.check(source)));
    await this.#parked.specialise(sandbox, role);
  }

  /** A connection to a port of the sandbox's loopback interface. @throws when nobody listens there, or it has ended */
  connect({ networkPid }: BubblewrapSandbox, port: number): number {
    const network = openSync(`/proc/${networkPid}/ns/net`, 'r');
    try {
      return this.#networks.within(network, () => connectToLoopback(port));
    } finally {
      closeSync(network);
    }
  }

  expose(path: string): Promise<string> {
    return this.#exposed.expose(path);
  }

  share(directory: string, gid: number): Promise<void> {
    return shareDirectory(directory, { gid, dataDirectory: this.#options.dataDirectory });
  }

  reach(directory: string): Promise<string> {
    return this.#exposed.reach(directory);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.allSettled(this.#creating);
    await Promise.allSettled([...this.#sandboxes.values()].map((sandbox) => sandbox.kill()));
    const egress = this.#egress;
    const failures: unknown[] = [];
    const steps: readonly (() => Promise<void> | void)[] = [
      () => this.#scratch?.close(),
      () => this.#exposed.close(),
      ...[...this.#pools.values()].map((pool) => () => pool.close()),
      () => (typeof egress === 'string' ? undefined : egress.close()),
      () => this.#networks.close(),
      () => this.#parked.close(),
    ];
    for (const close of steps) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    // The run stays on record then, for the next start to take back what is left.
    if (failures.length > 0) throw new AggregateError(failures, `sandboxes leave something behind: ${failures.map(messageOf).join('; ')}`);
    await removeRun(this.#options);
  }

  #networkDescription(): string {
    if (typeof this.#egress === 'string') return `no way to the internet (${this.#egress})`;
    const lan = this.#options.network === 'lan' ? ' and private networks' : '';
    const resolver = missingResolver(resolverConfiguration());
    return `a way to the internet${lan}${resolver === undefined ? '' : `, but no name server (${resolver})`}`;
  }

  async #create(spec: HostedSpec): Promise<MadeSandbox> {
    await Promise.all(spec.mounts.map(({ source }) => this.#exposed.check(source)));
    const pool = this.#pools.get(spec.network);
    if (pool === undefined) throw new Error(`sandboxes have no network '${spec.network}' here`);
    const predecessor = spec.successorOf === undefined ? undefined : await this.#halted(spec.successorOf);
    // Given back in reverse, each whatever becomes of the others.
    const resources = new AsyncDisposableStack();
    try {
      const holder = predecessor ?? { place: resources.adopt(await this.#makePlace(spec), (place) => place.release()) };
      const network = resources.adopt(await pool.take(), closeNetwork);
      this.#options.clock.schedule(REFILL_DELAY_MS, () => pool.fill());
      // From here on nothing waits, so that neither close nor another successor comes between.
      invariant(this.#closing === undefined, 'a closed driver makes no sandboxes');
      const { place } = holder;
      const cgroup = resources.adopt(this.#makeCgroup(spec), (made) => made.remove());
      const made = this.#start(spec, { place, network, cgroup });
      resources.move();
      predecessor?.handOver();
      closeSync(network.fd);
      this.#sandboxes.set(spec.id, made.sandbox);
      if (spec.parked) this.#parked.add(made.sandbox, { place, cgroup, limits: spec.limits });
      return made;
    } catch (error) {
      // What is said is why there is no sandbox.
      await resources.disposeAsync().catch((left: unknown) => this.#options.logger.error('a sandbox left something', { error: left }));
      throw error;
    }
  }

  /** One whose place can be taken over. @throws when there is none */
  async #halted(id: string): Promise<BubblewrapSandbox> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) throw new Error(`there is no sandbox ${id} to follow`);
    await sandbox.halt();
    return sandbox;
  }

  async #makePlace(spec: HostedSpec): Promise<SandboxPlace> {
    const uid = this.#uids.take();
    try {
      return new SandboxPlace(this.#uids, uid, await this.#takeScratch(spec.limits.scratchMb, uid));
    } catch (error) {
      this.#uids.release(uid);
      throw error;
    }
  }

  #makeCgroup({ id, limits: { memoryMb, processes, cpus } }: HostedSpec): Cgroup {
    const limits = { memoryBytes: memoryMb * 1024 * 1024, processes: processes + OWN_PROCESSES, cpus };
    return this.#cgroups.create(cgroupPrefix(this.#options.runId) + id, limits);
  }

  /** Synchronous: between the look whether this is closed and the start nothing may close it. */
  #start(spec: HostedSpec, { place, network, cgroup }: SandboxResources): MadeSandbox {
    const { clock, logger, host } = this.#options;
    const { child, channelFd, outputFd, sideOutputFd, statusFd } = spawnBubblewrap({
      spec,
      commands: host.commands,
      rootFiles: this.#rootFiles,
      seccompFilter: this.#directories.seccompFilter,
      scratchPath: place.scratch?.path,
      disableUserNamespaces: host.disableUserNamespaces,
      uid: place.uid,
      cgroup,
      networks: this.#networks,
      networkFd: network.fd,
    });
    const onReleased = (): void => {
      this.#sandboxes.delete(spec.id);
      this.#parked.forget(sandbox);
    };
    const sandbox = new BubblewrapSandbox({ id: spec.id, child, statusFd, cgroup, clock, logger, place, onReleased });
    return {
      sandbox,
      descriptors: { channel: channelFd, output: outputFd, ...network.listeners, ...cgroup.descriptors, sideOutput: sideOutputFd },
    };
  }

  /**
   * Before the first success, a failure means that this host cannot do it: memory then, said in the description. Later it is an
   * error: a function must not lose its disk because the host's is full.
   */
  async #takeScratch(sizeMb: number, uid: number): Promise<Scratch | undefined> {
    if (this.#scratch === undefined || this.#scratchInMemory !== undefined) return undefined;
    try {
      const taken = await this.#scratch.take(sizeMb, uid);
      this.#scratchWorks = true;
      return taken;
    } catch (error) {
      if (this.#scratchWorks) throw error;
      this.#options.logger.warn('/tmp on disk is not possible here, so it is memory', { error });
      this.#scratchInMemory = messageOf(error);
      return undefined;
    }
  }
}

/** For a sandbox that came when nobody waited for it any more. */
function discard(made: MadeSandbox): void {
  closeOurs(made);
  void made.sandbox.kill();
}

/** Closes what is the caller's: once it has handed the descriptors on, or will not. */
export function closeOurs({ descriptors }: MadeSandbox): void {
  const { channel, output, runtimeApi, awsEndpoint, sideOutput } = descriptors;
  for (const fd of [channel, output, runtimeApi, awsEndpoint]) closeSync(fd);
  if (sideOutput !== undefined) closeSync(sideOutput);
}
