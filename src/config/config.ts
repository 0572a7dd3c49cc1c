import { BlockList, isIP } from 'node:net';
import { resolve } from 'node:path';
import type { LogLevel } from '#base/logger.ts';
import { ConfigError } from './config-error.ts';
import type { Environment } from './environment.ts';
import { booleanSetting, choiceSetting, integerSetting, listSetting, type Setting } from './setting.ts';

/** Everything that an operator can set about a daemon. Frozen. Each field names its variable. */
export interface Config {
  /** `HEARTH_ACCOUNT_CONCURRENCY`: concurrent executions of each account in each region. */
  readonly accountConcurrency: number;
  /** `HEARTH_HOST`: the address to listen on, or a name that resolves to it. */
  readonly host: string;
  /** `HEARTH_PORT`: 0 takes a free one. */
  readonly port: number;
  /** Whether `host` can be reached from this machine only. */
  readonly loopback: boolean;
  /** `HEARTH_DATA_DIR`: an absolute path. */
  readonly dataDir: string;
  readonly identity: IdentityConfig;
  /** `HEARTH_ALLOWED_HOSTS`: names besides loopback that a request's `Host` may have; lower case, without port. */
  readonly allowedHosts: readonly string[];
  /** `HEARTH_ALLOWED_ORIGINS`: web origins (`https://example.com:8443`) whose pages may call the API. */
  readonly allowedOrigins: readonly string[];
  /**
   * `HEARTH_ISOLATION`: `bubblewrap` is that or a failed start, `none` runs functions as plain processes, `auto` takes the best that
   * the host permits. Beyond loopback `auto` means `bubblewrap`: a network's worth of callers should not find a shell by accident.
   */
  readonly isolation: 'auto' | 'bubblewrap' | 'none';
  /**
   * `HEARTH_FUNCTION_NETWORK`: whether functions reach the internet, as on AWS. `internet` is that or a failed start, `lan` is
   * `internet` and the private networks behind the host's default routes, `none` leaves them the daemon alone, `auto` (unset) is
   * `internet` where the host permits it.
   */
  readonly functionNetwork: 'auto' | 'internet' | 'lan' | 'none';
  /**
   * `HEARTH_DAEMON_UID`: the user and group that root's daemon becomes once it has started the sandbox host; 0 keeps root. Nobody
   * else's: whoever is this user may read what the daemon keeps.
   */
  readonly daemonUid: number;
  /** `HEARTH_FREEZE_GRACE_MS`: how long an idle execution environment runs on before it is frozen; 0 freezes at once. */
  readonly freezeGraceMs: number;
  /** `HEARTH_IDLE_TIMEOUT_S`, in milliseconds: how long an execution environment is kept without work. */
  readonly idleTimeoutMs: number;
  /** `HEARTH_LOG_LEVEL`: of the platform's own log on standard error. */
  readonly logLevel: LogLevel;
  /** `HEARTH_LOG_BUDGET_MB`, in bytes: disk space that the logs of all functions may take; the oldest go first. */
  readonly logBudgetBytes: number;
  /** `JAVA_HOME`: where Java is looked for first. */
  readonly javaHome: string | undefined;
  /** `HEARTH_PARKED_MEMORY_MB`, in bytes: memory for runtimes that are started before a function needs them; 0 for none. */
  readonly parkedMemoryBytes: number;
  /** `HEARTH_RUNTIME_DEPRECATION_CHECK`: whether runtimes that AWS has retired are refused, as AWS refuses them. */
  readonly runtimeDeprecationCheck: boolean;
  /** `HEARTH_API_RATES`: whether the Lambda API's operations, invocations apart, are throttled at AWS's rates. */
  readonly apiRates: boolean;
}

export interface IdentityConfig {
  /** `HEARTH_ROOT_ACCESS_KEY_ID`, `HEARTH_ROOT_SECRET_ACCESS_KEY`: root of account 000000000000; `test`/`test` unless set. */
  readonly rootAccessKeyId: string;
  readonly rootSecretAccessKey: string;
  /**
   * Whether a 12-digit access key id with the secret `test` is the root of that account. Only on loopback, and not beside a
   * root key of the operator's own, which it would make pointless.
   */
  readonly acceptAccountKeys: boolean;
  /** `HEARTH_ACCEPT_ANY_SECRET`: signatures are not checked. Only on loopback. */
  readonly acceptAnySecret: boolean;
}

/** What the command line may override; texts as typed. */
export interface ConfigFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly dataDir?: string | undefined;
}

/** What configuration needs to know of the process. */
export interface ConfigProcess {
  /** Undefined where the platform has none. */
  readonly uid: number | undefined;
  readonly homeDir: string;
  readonly workingDir: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** One line each; nothing that hinders a start. */
  readonly warnings: readonly string[];
}

export const DEFAULT_PORT = 4566;
export const DEFAULT_HOST = '127.0.0.1';

/** Every variable there is; another one with the prefix is most likely a typing error. */
const VARIABLES = [
  'HEARTH_ACCEPT_ANY_SECRET',
  'HEARTH_ACCOUNT_CONCURRENCY',
  'HEARTH_ALLOWED_HOSTS',
  'HEARTH_ALLOWED_ORIGINS',
  'HEARTH_API_RATES',
  'HEARTH_DAEMON_UID',
  'HEARTH_DATA_DIR',
  'HEARTH_FREEZE_GRACE_MS',
  'HEARTH_FUNCTION_NETWORK',
  'HEARTH_HOST',
  'HEARTH_IDLE_TIMEOUT_S',
  'HEARTH_ISOLATION',
  'HEARTH_LOG_BUDGET_MB',
  'HEARTH_LOG_LEVEL',
  'HEARTH_PARKED_MEMORY_MB',
  'HEARTH_PORT',
  'HEARTH_ROOT_ACCESS_KEY_ID',
  'HEARTH_ROOT_SECRET_ACCESS_KEY',
  'HEARTH_RUNTIME_DEPRECATION_CHECK',
] as const;
type Variable = (typeof VARIABLES)[number];

/**
 * Flags before variables before defaults.
 * @throws ConfigError at the first value that cannot stand
 */
export function loadConfig(environment: Environment, flags: ConfigFlags, host: ConfigProcess): LoadedConfig {
  const variable = (name: Variable): Setting => ({ name, text: presentText(environment[name]) });
  const flagOr = (flag: string, text: string | undefined, name: Variable): Setting =>
    text === undefined ? variable(name) : { name: flag, text: presentText(text) };

  const listenHost = flagOr('--host', flags.host, 'HEARTH_HOST').text ?? DEFAULT_HOST;
  const loopback = isLoopback(listenHost);
  const isolation = choiceSetting(variable('HEARTH_ISOLATION'), ['auto', 'bubblewrap', 'none'], 'auto');
  const config: Config = {
    accountConcurrency: integerSetting(variable('HEARTH_ACCOUNT_CONCURRENCY'), { min: 1, max: 1_000_000, fallback: 1000 }),
    host: listenHost,
    port: integerSetting(flagOr('--port', flags.port, 'HEARTH_PORT'), { min: 0, max: 65_535, fallback: DEFAULT_PORT }),
    loopback,
    dataDir: resolve(host.workingDir, flagOr('--data-dir', flags.dataDir, 'HEARTH_DATA_DIR').text ?? defaultDataDir(environment, host)),
    identity: identityConfig(variable, { listenHost, loopback }),
    allowedHosts: listSetting(variable('HEARTH_ALLOWED_HOSTS')).map((name) => hostName(name)),
    allowedOrigins: listSetting(variable('HEARTH_ALLOWED_ORIGINS')).map((origin) => webOrigin(origin)),
    isolation: isolation === 'auto' && !loopback ? 'bubblewrap' : isolation,
    functionNetwork: choiceSetting(variable('HEARTH_FUNCTION_NETWORK'), ['auto', 'none', 'internet', 'lan'], 'auto'),
    daemonUid: daemonUid(variable('HEARTH_DAEMON_UID')),
    freezeGraceMs: integerSetting(variable('HEARTH_FREEZE_GRACE_MS'), { min: 0, max: 60_000, fallback: 2 }),
    idleTimeoutMs: 1000 * integerSetting(variable('HEARTH_IDLE_TIMEOUT_S'), { min: 1, max: 86_400, fallback: 900 }),
    logLevel: choiceSetting(variable('HEARTH_LOG_LEVEL'), ['debug', 'info', 'warn', 'error'], 'warn'),
    logBudgetBytes: 2 ** 20 * integerSetting(variable('HEARTH_LOG_BUDGET_MB'), { min: 64, max: 2 ** 20, fallback: 2048 }),
    javaHome: presentText(environment['JAVA_HOME']),
    parkedMemoryBytes: 2 ** 20 * integerSetting(variable('HEARTH_PARKED_MEMORY_MB'), { min: 0, max: 65_536, fallback: 256 }),
    runtimeDeprecationCheck: booleanSetting(variable('HEARTH_RUNTIME_DEPRECATION_CHECK'), true),
    apiRates: booleanSetting(variable('HEARTH_API_RATES'), false),
  };
  return { config: deepFreeze(config), warnings: unknownVariables(environment) };
}

/** Below those of sandboxes, which begin at 200000, and above what distributions give to people and services. */
const DEFAULT_DAEMON_UID = 199_999;
const FIRST_TAKEN_UID = 200_000;
const LAST_TAKEN_UID = 999_999;

function daemonUid(setting: Setting): number {
  const uid = integerSetting(setting, { min: 0, max: 2 ** 31 - 1, fallback: DEFAULT_DAEMON_UID });
  if (uid < FIRST_TAKEN_UID || uid > LAST_TAKEN_UID) return uid;
  throw new ConfigError(`HEARTH_DAEMON_UID cannot be ${uid}: ${FIRST_TAKEN_UID} to ${LAST_TAKEN_UID} are for sandboxes and code`);
}

function identityConfig(
  variable: (name: Variable) => Setting,
  { listenHost, loopback }: { readonly listenHost: string; readonly loopback: boolean },
): IdentityConfig {
  const accessKeyId = variable('HEARTH_ROOT_ACCESS_KEY_ID').text;
  const secretAccessKey = variable('HEARTH_ROOT_SECRET_ACCESS_KEY').text;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new ConfigError('HEARTH_ROOT_ACCESS_KEY_ID and HEARTH_ROOT_SECRET_ACCESS_KEY must be set together');
  }
  const acceptAnySecret = booleanSetting(variable('HEARTH_ACCEPT_ANY_SECRET'), false);
  if (!loopback && acceptAnySecret) {
    throw new ConfigError(`HEARTH_ACCEPT_ANY_SECRET is possible on loopback only, not when listening on ${listenHost}`);
  }
  if (!loopback && accessKeyId === undefined) {
    throw new ConfigError(
      `to listen on ${listenHost}, set HEARTH_ROOT_ACCESS_KEY_ID and HEARTH_ROOT_SECRET_ACCESS_KEY: the key test/test is for loopback only`,
    );
  }
  return {
    rootAccessKeyId: accessKeyId ?? 'test',
    rootSecretAccessKey: secretAccessKey ?? 'test',
    acceptAccountKeys: loopback && accessKeyId === undefined,
    acceptAnySecret,
  };
}

/** As the XDG Base Directory Specification places data; root's daemon is the machine's, so it lives where services do. */
function defaultDataDir(environment: Environment, host: ConfigProcess): string {
  if (host.uid === 0) return '/var/lib/hearth';
  return resolve(presentText(environment['XDG_DATA_HOME']) ?? resolve(host.homeDir, '.local/share'), 'hearth');
}

const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  const family = isIP(host);
  return family !== 0 && loopbackAddresses.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

function hostName(text: string): string {
  if (!/^[a-z0-9_.-]+$|^\[[0-9a-f:.]+\]$/i.test(text)) {
    throw new ConfigError(`HEARTH_ALLOWED_HOSTS takes host names without port, separated by commas, not '${text}'`);
  }
  return text.toLowerCase();
}

function webOrigin(text: string): string {
  if (!URL.canParse(text) || new URL(text).origin !== text) {
    throw new ConfigError(`HEARTH_ALLOWED_ORIGINS takes origins such as https://example.com, separated by commas, not '${text}'`);
  }
  return text;
}

function unknownVariables(environment: Environment): readonly string[] {
  return Object.keys(environment)
    .filter((name) => name.startsWith('HEARTH_') && !VARIABLES.some((known) => known === name))
    .toSorted()
    .map((name) => `${name} is set, but there is no such setting`);
}

function presentText(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

function deepFreeze<Value extends object>(value: Value): Value {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) deepFreeze(inner as object);
  return Object.freeze(value);
}
