import { stat, writeFile } from 'node:fs/promises';
import { invariant } from '#base/invariant.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { Commands } from './bubblewrap-arguments.ts';
import { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { spawnBubblewrap } from './bubblewrap-spawn.ts';
import { openCgroups } from './cgroup-layout.ts';
import type { CgroupLayout } from './cgroup-layout.ts';
import type { Cgroups } from './cgroup.ts';
import { ExposedDirectories } from './exposed-directories.ts';
import { closeInheritedOnExec } from './libc.ts';
import { AWS_ENDPOINT_PORT, NetworkNamespaces, RUNTIME_API_PORT } from './network-namespace.ts';
import { cgroupPrefix } from './previous-runs.ts';
import { makeRootFiles } from './root-files.ts';
import type { RootFiles } from './root-files.ts';
import { makeRunDirectories, removeRunDirectories } from './run-directories.ts';
import type { RunDirectories } from './run-directories.ts';
import { RunRegistry } from './run-registry.ts';
import type { Sandbox, SandboxDriver, SandboxSpec } from './sandbox.ts';
import { checkEnvironment, checkSpec } from './sandbox-spec.ts';
import { ScratchSpace } from './scratch-space.ts';
import type { Scratch } from './scratch-space.ts';
import { seccompFilter } from './seccomp-filter.ts';
import type { FilterArchitecture } from './seccomp-filter.ts';
import { SANDBOX_UIDS, UidPool } from './uid-pool.ts';
import type { UidRange } from './uid-pool.ts';

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
  readonly uids?: UidRange;
}

/** What the probe found. */
export interface BubblewrapHost {
  readonly commands: Commands;
  readonly bwrapVersion: string;
  /** bubblewrap 0.8 and later can forbid user namespaces inside. */
  readonly disableUserNamespaces: boolean;
  readonly cgroups: CgroupLayout;
  readonly architecture: FilterArchitecture;
  /** Why /tmp has to be memory; undefined when it can be disk. */
  readonly scratchInMemory: string | undefined;
}

/** /tmp of most functions: AWS's default size. */
const USUAL_SCRATCH_MB = 512;
const READY_SCRATCH_SPACES = 2;
/** bwrap's two processes live in the group of the sandbox, beside what the function may have. */
const OWN_PROCESSES = 2;

const RUNTIME_API = `127.0.0.1:${RUNTIME_API_PORT}`;
const AWS_ENDPOINT = `127.0.0.1:${AWS_ENDPOINT_PORT}`;

/** Sandboxes by bubblewrap, control groups and network namespaces, as root. @throws when the run directory cannot be used */
export async function bubblewrapDriver(options: BubblewrapDriverOptions): Promise<SandboxDriver> {
  closeInheritedOnExec();
  const directories = await makeRunDirectories(options, options.runId);
  new RunRegistry(options.runDirectory).register(options.runId);
  // Asynchronous file calls start the thread pool: its threads must be born in the host's network, so before any namespace is entered.
  await writeFile(directories.seccompFilter, seccompFilter(options.host.architecture), { mode: 0o600 });
  return new BubblewrapDriver(options, directories, await makeRootFiles(directories.etc));
}

class BubblewrapDriver implements SandboxDriver {
  readonly name = 'bubblewrap';
  readonly #options: BubblewrapDriverOptions;
  readonly #directories: RunDirectories;
  readonly #rootFiles: RootFiles;
  readonly #cgroups: Cgroups;
  readonly #networks = new NetworkNamespaces();
  readonly #uids: UidPool;
  readonly #exposed: ExposedDirectories;
  readonly #sandboxes = new Set<Sandbox>();
  #scratch: ScratchSpace | undefined;
  #scratchInMemory: string | undefined;
  readonly #creating = new Set<Promise<Sandbox>>();
  #scratchWorks = false;
  #closed = false;

  constructor(options: BubblewrapDriverOptions, directories: RunDirectories, rootFiles: RootFiles) {
    const { clock, ids, logger, host } = options;
    this.#options = options;
    this.#directories = directories;
    this.#rootFiles = rootFiles;
    this.#cgroups = openCgroups(host.cgroups, clock);
    this.#uids = new UidPool(options.uids ?? SANDBOX_UIDS);
    this.#exposed = new ExposedDirectories({ mountDirectory: directories.exposed, copyDirectory: directories.copies, ids });
    this.#scratchInMemory = host.scratchInMemory;
    if (host.scratchInMemory !== undefined) return;
    this.#scratch = new ScratchSpace({
      mountDirectory: directories.scratch,
      imageDirectory: directories.images,
      ready: READY_SCRATCH_SPACES,
      clock,
      logger,
    });
    this.#scratch.prepare(USUAL_SCRATCH_MB);
  }

  get description(): string {
    const tmp = this.#scratchInMemory === undefined ? '/tmp on disk' : `/tmp in memory (lower tier: ${this.#scratchInMemory})`;
    return `bubblewrap ${this.#options.host.bwrapVersion}: own user, process, mount, network and ipc namespaces, seccomp, control groups v${this.#cgroups.version}, ${tmp}`;
  }

  create(spec: SandboxSpec): Promise<Sandbox> {
    const creating = this.#create(spec).finally(() => this.#creating.delete(creating));
    this.#creating.add(creating);
    return creating;
  }

  expose(path: string): Promise<string> {
    return this.#exposed.expose(path);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.allSettled(this.#creating);
    await Promise.all([...this.#sandboxes].map((sandbox) => sandbox.kill()));
    await this.#scratch?.close();
    await this.#exposed.close();
    this.#networks.close();
    await removeRunDirectories(this.#options, this.#options.runId);
    new RunRegistry(this.#options.runDirectory).forget(this.#options.runId);
  }

  async #create(spec: SandboxSpec): Promise<Sandbox> {
    checkSpec(spec);
    for (const { source } of spec.mounts) await stat(source);
    const uid = this.#uids.take();
    let scratch: Scratch | undefined;
    try {
      scratch = await this.#takeScratch(spec, uid);
      invariant(!this.#closed, 'a closed driver makes no sandboxes');
      return await this.#start(spec, uid, scratch);
    } catch (error) {
      await scratch?.release();
      this.#uids.release(uid);
      throw error;
    }
  }

  async #start(spec: SandboxSpec, uid: number, scratch: Scratch | undefined): Promise<Sandbox> {
    const { clock, logger, host, runId } = this.#options;
    const environment = spec.environment({ runtimeApi: RUNTIME_API, awsEndpoint: AWS_ENDPOINT });
    checkEnvironment(environment);
    const { memoryMb, processes, cpus } = spec.limits;
    const limits = { memoryBytes: memoryMb * 1024 * 1024, processes: processes + OWN_PROCESSES, cpus };
    const cgroup = this.#cgroups.create(cgroupPrefix(runId) + spec.id, limits);
    try {
      const { listeners, ...spawned } = spawnBubblewrap({
        spec,
        environment,
        commands: host.commands,
        rootFiles: this.#rootFiles,
        seccompFilter: this.#directories.seccompFilter,
        scratchPath: scratch?.path,
        disableUserNamespaces: host.disableUserNamespaces,
        uid,
        cgroup,
        networks: this.#networks,
      });
      const sandbox: Sandbox = new BubblewrapSandbox({
        ...spawned,
        id: spec.id,
        listeners: {
          runtimeApi: { fd: listeners.runtimeApi, address: RUNTIME_API },
          awsEndpoint: { fd: listeners.awsEndpoint, address: AWS_ENDPOINT },
        },
        cgroup,
        clock,
        logger,
        release: async () => {
          await scratch?.release();
          this.#uids.release(uid);
          this.#sandboxes.delete(sandbox);
        },
      });
      this.#sandboxes.add(sandbox);
      return sandbox;
    } catch (error) {
      await cgroup.remove();
      throw error;
    }
  }

  /**
   * Before the first success, a failure means that this host cannot do it: memory then, said in the description. Later it is an
   * error: a function must not lose its disk because the host's is full.
   */
  async #takeScratch(spec: SandboxSpec, uid: number): Promise<Scratch | undefined> {
    if (this.#scratch === undefined || this.#scratchInMemory !== undefined) return undefined;
    try {
      const taken = await this.#scratch.take(spec.limits.scratchMb, uid);
      this.#scratchWorks = true;
      return taken;
    } catch (error) {
      if (this.#scratchWorks) throw error;
      this.#options.logger.warn('/tmp on disk is not possible here, so it is memory', { error });
      this.#scratchInMemory = error instanceof Error ? error.message : String(error);
      return undefined;
    }
  }
}
