import { flushCompileCache } from 'node:module';
import { constants as os } from 'node:os';
import type { Clock } from '#base/clock.ts';
import { jsonLogger, type Logger } from '#base/logger.ts';
import type { Config, LoadedConfig } from '#config/config.ts';
import { packageVersion } from '#config/version.ts';
import { prepareDataDirectory } from './data-directory.ts';
import { explainStartFailure } from './start-failure.ts';
import type { Terminal } from './terminal.ts';

/** Builds the whole platform and listens. Rejects, with nothing left behind, when it cannot. */
export type StartPlatform = (config: Config, io: PlatformIo) => Promise<Platform>;

export interface PlatformIo {
  readonly logger: Logger;
  /** A line of the banner that only the platform knows: the isolation it uses and why, what it recovered. */
  print(line: string): void;
}

export interface Platform {
  /** `http://host:port`, as clients reach it. */
  readonly endpoint: string;
  /** Resolves, with the reason, when the platform cannot go on and must be started anew; it has logged that. Never rejects. */
  readonly failed: Promise<Error>;
  /** Drains: no new work, running work ends, and no process, mount or cgroup is left. */
  close(): Promise<void>;
}

/** What the daemon needs of its process. */
export interface StartHost {
  readonly terminal: Terminal;
  readonly clock: Clock;
  readonly signals: SignalSource;
  /** Ends the process at once. */
  exit(code: number): void;
  readonly startPlatform: StartPlatform;
  /**
   * For a process that is root's: makes it the daemon's user, and another program in its place, so that it does not come back. Resolves
   * only when root is kept, to the line that says so.
   */
  readonly leaveRoot?: (config: Config) => Promise<string | undefined>;
  /** Whether this program was started by one that left root: it has looked at the data folder. */
  readonly leftRoot?: boolean;
}

export interface SignalSource {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type StopSignal = (typeof STOP_SIGNALS)[number];

/**
 * Ctrl-C under `npm start` arrives twice: from the terminal, and passed on by npm. Only a signal later than this is impatience.
 */
const REPEATED_SIGNAL_MS = 500;
/** Late enough not to compete with the first requests. */
const FLUSH_COMPILE_CACHE_AFTER_MS = 2000;

/** Runs the daemon until it is told to stop. Returns the exit status. */
export async function start({ config, warnings }: LoadedConfig, host: StartHost): Promise<number> {
  const { terminal, clock } = host;
  const stopRequested = untilStopSignal(host);
  let rights: string | undefined;
  try {
    rights = await prepare(config, host);
  } catch (error) {
    terminal.err(`hearth: ${explainStartFailure(error, config)}\n`);
    return 1;
  }
  const logger = jsonLogger({ level: config.logLevel, write: (line) => terminal.err(line), wallMs: () => clock.wallMs() });
  terminal.out(`Hearth ${packageVersion()}\n`);
  if (rights !== undefined) terminal.out(`${rights}\n`);
  let platform: Platform;
  try {
    platform = await host.startPlatform(config, { logger, print: (line) => terminal.out(`${line}\n`) });
  } catch (error) {
    terminal.err(`hearth: ${explainStartFailure(error, config)}\n`);
    logger.debug('start failed', { error });
    return 1;
  }
  terminal.out(banner(platform.endpoint, config, warnings));
  // A daemon that is killed never gets to write the cache at exit.
  const flush = clock.schedule(FLUSH_COMPILE_CACHE_AFTER_MS, flushCompileCache);

  const reason = await Promise.race([stopRequested, platform.failed]);
  flush.cancel();
  logger.info('draining', reason instanceof Error ? { failure: reason } : { signal: reason });
  try {
    await platform.close();
    return reason instanceof Error ? 1 : 0;
  } catch (error) {
    logger.error('draining failed', { error });
    return 1;
  }
}

/** The data folder, and the user that the daemon runs as. Returns a line about the latter, when there is something to say. */
async function prepare(config: Config, host: StartHost): Promise<string | undefined> {
  const uid = process.getuid?.();
  if (host.leftRoot === true) return `Daemon: user ${uid}, without root's rights`;
  if (host.leaveRoot === undefined) {
    prepareDataDirectory(config.dataDir, uid);
    return undefined;
  }
  prepareDataDirectory(config.dataDir, uid, config.daemonUid);
  const kept = await host.leaveRoot(config);
  // Root's daemon does not write where another user rules.
  prepareDataDirectory(config.dataDir, uid);
  return kept;
}

/** Resolves at the first stop signal; a later one, of someone who will not wait, ends the process. */
function untilStopSignal(host: StartHost): Promise<StopSignal> {
  return new Promise((resolve) => {
    let firstAtMs: number | undefined;
    const onSignal = (signal: StopSignal): void => {
      if (firstAtMs === undefined) {
        firstAtMs = host.clock.monotonicMs();
        resolve(signal);
      } else if (host.clock.monotonicMs() - firstAtMs > REPEATED_SIGNAL_MS) {
        host.exit(128 + os.signals[signal]);
      }
    };
    for (const signal of STOP_SIGNALS) host.signals.on(signal, onSignal);
  });
}

function banner(endpoint: string, config: Config, warnings: readonly string[]): string {
  const lines = [`Listening on ${endpoint}, data in ${config.dataDir}`];
  if (config.identity.acceptAnySecret) lines.push('Warning: HEARTH_ACCEPT_ANY_SECRET is set: signatures are not checked');
  lines.push(...warnings.map((warning) => `Warning: ${warning}`));
  lines.push('', 'For the shell that shall use it:', '', `  export AWS_ENDPOINT_URL=${endpoint}`, ...credentialLines(config), '');
  return `${lines.join('\n')}\nReady.\n`;
}

function credentialLines({ identity }: Config): readonly string[] {
  const region = 'AWS_DEFAULT_REGION=us-east-1';
  if (identity.acceptAccountKeys) return [`  export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test ${region}`];
  // The operator's secret stays off the screen.
  return [`  export AWS_ACCESS_KEY_ID=${identity.rootAccessKeyId} AWS_SECRET_ACCESS_KEY=... ${region}`];
}
