import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger } from '#base/logger.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import { roleSessionName } from '#functions/role-session-name.ts';
import { customEntrypoint, type EntrypointPlace } from '#functions/custom-entrypoint.ts';
import type { Architecture } from '#functions/executable-header.ts';
import { runtimeCommand } from '#functions/runtime-command.ts';
import type { RuntimeInstallation } from '#functions/runtime-locator.ts';
import type { SandboxAddresses, SandboxDriver, SandboxMount, SandboxSpec } from '#sandboxes/sandbox.ts';
import type { LogSink } from '#telemetry/log-sink.ts';
import type { InitializationType } from '#telemetry/platform-events.ts';
import { Environment } from './environment.ts';
import type { EnvironmentId } from './environment-id.ts';
import { environmentVariables } from './environment-variables.ts';
import { LEAST_MEMORY_MB, MAX_OPEN_FILES, MAX_PROCESSES, MAX_VCPUS, MEMORY_MB_PER_VCPU } from './limits.ts';
import { canWaitFor, bringLibraries } from './parked/late-code.ts';
import type { ParkedRuntimes } from './parked/parked-runtimes.ts';
import { EnvironmentLog } from './environment-log.ts';
import { findExtensions } from './extensions/find-extensions.ts';
import { supervisedCommand } from './extensions/supervisor.ts';
import type { AwsEndpoint, CodeFolder, CodeSource, RoleCredentials, RuntimeSource, TemporaryCredentials } from './ports.ts';

/** Makes execution environments for function versions. */
export class EnvironmentLauncher {
  readonly #options: LauncherOptions;

  constructor(options: LauncherOptions) {
    this.#options = options;
  }

  /** What all environments of a version share: its code and layers unpacked, its runtime found. @throws RuntimeUnavailable and the like */
  async prepare(version: FunctionVersion): Promise<Preparation> {
    const { code, runtimes, driver, hostArchitecture } = this.#options;
    this.#sayIfForeign(version);
    const [task, layers, installation] = await Promise.all([
      code.unpacked(version),
      code.layers(version),
      runtimes.locate(version.runtime),
    ]);
    const mounts: SandboxMount[] = [];
    for (const mount of installation.mounts) mounts.push({ source: await driver.expose(mount.source), target: mount.target });
    mounts.push(codeMount(task, '/var/task'));
    if (layers !== undefined) mounts.push(codeMount(layers, '/opt'));
    const extensions = layers === undefined ? [] : await findExtensions(layers.path);
    const libraries = bringLibraries([task.path, ...(layers === undefined ? [] : [layers.path])]);
    const codeMayComeLate = extensions.length === 0 && !libraries;
    const place = { task: task.path, ...(layers !== undefined && { layers: layers.path }), hostArchitecture };
    const prepared = { installation, mounts, extensions, place, entrypointFailure: undefined, codeMayComeLate };
    if (installation.family !== 'provided') return prepared;
    const { command, failure } = await customEntrypoint(place);
    if (command === undefined) return { ...prepared, entrypointFailure: failure };
    return { ...prepared, installation: { ...installation, command: [command] } };
  }

  /** Resolves at the end of the init phase, however it ended; `signal` ends it. @throws whatever kept the sandbox from being made */
  async launch(
    version: FunctionVersion,
    preparation: Preparation,
    initializationType: InitializationType = 'on-demand',
    signal?: AbortSignal,
  ): Promise<Environment> {
    const { clock, ids, credentials, freezeGraceMs, awsEndpoint, logger } = this.#options;
    this.#options.onLaunch(version);
    const id = ids.hex(16) as EnvironmentId;
    const logStream = logStreamName(version, id, clock.wallMs());
    const start = startOf(version, preparation);
    const temporary = credentials.issue(version.role, roleSessionName(version.name));
    const log = new EnvironmentLog({
      sink: this.#options.logSink,
      clock,
      version,
      initializationType,
      stream: logStream,
      runtimeLabel: preparation.installation.versionLabel,
      runtimeLogsJson: preparation.installation.family !== 'provided',
    });
    const starting = Environment.start(
      {
        id,
        version,
        initializationType,
        driver: this.#driverFor(version, preparation, { framed: start.framed, initializationType }),
        spec: (sandboxId, successorOf) =>
          this.#spec(version, preparation, { sandboxId, successorOf, initializationType, logStream, start, credentials: temporary }),
        framed: start.framed,
        extensions: preparation.extensions,
        ids,
        entrypointFailure: preparation.entrypointFailure,
        log,
        clock,
        freezeGraceMs,
        cpusFor: (memoryMb) => Math.min(memoryMb / MEMORY_MB_PER_VCPU, MAX_VCPUS, this.#options.cores),
        awsEndpoint,
        defer: this.#options.defer,
        onFault: (error) => logger.error('a sandbox failed', { function: version.name, environment: id, error }),
      },
      signal,
    );
    const environment = await (this.#options.parked?.during(starting) ?? starting);
    if (environment.initFailed) for (const sentence of await this.#options.foreignBinaries(preparation.place)) log.platformLine(sentence);
    return environment;
  }

  /** From parked runtimes for who waits, where that comes to the same. */
  #driverFor(
    version: FunctionVersion,
    { installation, codeMayComeLate }: Preparation,
    { framed, initializationType }: { readonly framed: boolean; readonly initializationType: InitializationType },
  ): Pick<SandboxDriver, 'create'> {
    const { driver, parked } = this.#options;
    if (parked === undefined || initializationType !== 'on-demand') return driver;
    const eligible = framed && codeMayComeLate && canWaitFor(installation.family, version.environment ?? {});
    if (!eligible) return parked.ineligible;
    // The command of Node.js says the memory, and the process may look at its limit when it starts; Python does neither.
    const memoryMb = installation.family === 'nodejs' ? version.memoryMb : LEAST_MEMORY_MB;
    return { create: (spec) => parked.create(spec, { environment: installation.environment, memoryMb }) };
  }

  #sayIfForeign({ name, version, architecture }: FunctionVersion): void {
    const { hostArchitecture: host, logger } = this.#options;
    if (architecture === host) return;
    logger.warn('a function is for another architecture: its scripts run natively, native binaries must be for the host', {
      function: name,
      version,
      architecture,
      host,
    });
  }

  #spec(version: FunctionVersion, preparation: Preparation, place: SpecPlace): SandboxSpec {
    const { installation, mounts } = preparation;
    const environment = (listeners: SandboxAddresses): Record<string, string> => ({
      ...environmentVariables(version, installation, { ...place, ...listeners }),
      ...(place.start.framed && { _HEARTH_CHANNEL_FD: '3' }),
    });
    return {
      id: place.sandboxId,
      mounts,
      command: place.start.command,
      workingDirectory: '/var/task',
      environment,
      network: this.#options.network,
      ...(preparation.extensions.length > 0 && { sideOutput: true }),
      ...(place.successorOf !== undefined && { successorOf: place.successorOf }),
      limits: {
        memoryMb: version.memoryMb,
        // All there is for the init phase, as AWS gives extra CPU then; `Sandbox.setCpu` follows when it is over.
        cpus: Math.min(this.#options.cores, MAX_VCPUS),
        processes: MAX_PROCESSES,
        openFiles: MAX_OPEN_FILES,
        scratchMb: version.ephemeralStorageMb,
      },
    };
  }
}

export interface LauncherOptions {
  readonly driver: SandboxDriver;
  /** Undefined where there shall be none. */
  readonly parked: ParkedRuntimes | undefined;
  readonly code: CodeSource;
  readonly runtimes: RuntimeSource;
  readonly credentials: RoleCredentials;
  readonly awsEndpoint: AwsEndpoint;
  readonly logSink: LogSink;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  readonly network: SandboxSpec['network'];
  readonly freezeGraceMs: number;
  /** An environment is about to be made for this version. */
  readonly onLaunch: (version: FunctionVersion) => void;
  /** Runs work when what is being answered has been written. */
  readonly defer: (work: () => void) => void;
  /** Cores of this host. */
  readonly cores: number;
  readonly hostArchitecture: Architecture;
  /** Says which native files of a function this host cannot load. */
  readonly foreignBinaries: (place: EntrypointPlace) => Promise<readonly string[]>;
}

export interface Preparation {
  readonly installation: RuntimeInstallation;
  readonly mounts: readonly SandboxMount[];
  /** File names of external extensions. */
  readonly extensions: readonly string[];
  /** Where its files are. */
  readonly place: EntrypointPlace;
  /** Why a custom runtime has nothing that could be started; undefined when there is. */
  readonly entrypointFailure: string | undefined;
  /** Whether nothing of code and layers matters before the runtime loads them. */
  readonly codeMayComeLate: boolean;
}

/** With external extensions the runtime speaks HTTP: they may want to stand between it and the platform. */
function startOf(version: FunctionVersion, { installation, extensions }: Preparation): SpecPlace['start'] {
  const start = runtimeCommand(installation, {
    handler: version.handler,
    memoryMb: version.memoryMb,
    environment: version.environment ?? {},
  });
  return extensions.length === 0 ? start : { command: supervisedCommand(extensions, start.command), framed: false };
}

interface SpecPlace {
  readonly sandboxId: string;
  readonly successorOf: string | undefined;
  readonly initializationType: InitializationType;
  readonly logStream: string;
  readonly start: { readonly command: readonly string[]; readonly framed: boolean };
  readonly credentials: TemporaryCredentials;
}

function codeMount({ path, gid }: CodeFolder, target: string): SandboxMount {
  return { source: path, target, ...(gid !== undefined && { gid }) };
}

/** `2026/11/20/[$LATEST]<id>`; in a log group of the user's choice, which functions may share, the name comes first. */
export function logStreamName(version: FunctionVersion, id: EnvironmentId, wallMs: number): string {
  const day = new Date(wallMs).toISOString().slice(0, 10).replaceAll('-', '/');
  const shared = version.logging.group === `/aws/lambda/${version.name}` ? '' : version.name;
  return `${day}/${shared}[${version.version}]${id}`;
}
