import type { IdSource } from '#base/ids.ts';
import { silentLogger } from '#base/logger.ts';
import { EnvironmentLauncher } from '#environments/environment-launcher.ts';
import type { Environment } from '#environments/environment.ts';
import type { ParkedRuntimes } from '#environments/parked/parked-runtimes.ts';
import type { FunctionVersion } from '#functions/function-record.ts';
import type { Invocation, InvocationAnswer } from '#functions/invocation.ts';
import type { RuntimeInstallation } from '#functions/runtime-locator.ts';
import { runtimeVersionArn } from '#functions/runtime-version.ts';
import type { LogLine, LogSink, LogStreamName } from '#telemetry/log-sink.ts';
import { FakeSandboxDriver } from './fake-sandbox.ts';
import { functionRecord } from './function-record.ts';
import { ManualClock } from './manual-clock.ts';

export const PYTHON: RuntimeInstallation = {
  identifier: 'python3.12',
  family: 'python',
  command: ['/var/lang/bin/python3.12', '/var/runtime/bootstrap.py'],
  mounts: [{ source: '/opt/python', target: '/var/lang' }],
  environment: { LANG: 'en_US.UTF-8' },
  framed: true,
  versionLabel: 'python:3.12.v1',
};

/** Lines of all streams, in the order in which they came. */
export class RecordedLogs implements LogSink {
  readonly streams: LogStreamName[] = [];
  readonly lines: LogLine[] = [];

  append(stream: LogStreamName, lines: readonly LogLine[]): void {
    this.streams.push(stream);
    this.lines.push(...lines);
  }

  /** All that was logged up to now, and forgets it. */
  take(): readonly string[] {
    return this.lines.splice(0).map(({ message }) => message);
  }
}

/** Environments in fake sandboxes, on a clock that stands still. */
export interface EnvironmentHarness {
  readonly clock: ManualClock;
  readonly driver: FakeSandboxDriver;
  readonly logs: RecordedLogs;
  readonly launcher: EnvironmentLauncher;
  /** `attach <environment>` and `close <environment>` of the AWS endpoint. */
  readonly endpoints: string[];
  /** What was logged as an error of the platform. */
  readonly errors: string[];
  readonly launch: (version?: Partial<FunctionVersion>) => Promise<Environment>;
}

export function environmentHarness(
  options: {
    readonly freezeGraceMs?: number;
    readonly installation?: RuntimeInstallation;
    readonly codePath?: string;
    readonly onLaunch?: (version: FunctionVersion) => void;
    readonly layersPath?: string;
    readonly parked?: (driver: FakeSandboxDriver, clock: ManualClock) => ParkedRuntimes;
  } = {},
): EnvironmentHarness {
  const clock = new ManualClock();
  const driver = new FakeSandboxDriver();
  const logs = new RecordedLogs();
  const endpoints: string[] = [];
  const errors: string[] = [];
  const launcher = new EnvironmentLauncher({
    driver,
    parked: options.parked?.(driver, clock),
    code: {
      unpacked: () => Promise.resolve({ path: options.codePath ?? '/code', gid: 700 }),
      layers: ({ layers = [] }) => Promise.resolve(layers.length === 0 ? undefined : { path: options.layersPath ?? '/layers', gid: 701 }),
    },
    runtimes: { locate: () => Promise.resolve(options.installation ?? PYTHON) },
    credentials: { issue: (role, session) => ({ accessKeyId: 'ASIA', secretAccessKey: `secret of ${role}`, sessionToken: session }) },
    awsEndpoint: {
      attach(_fd, environmentId) {
        endpoints.push(`attach ${environmentId}`);
        return { close: () => void endpoints.push(`close ${environmentId}`) };
      },
    },
    logSink: logs,
    clock,
    ids: countingIds(),
    logger: { ...silentLogger, error: (message) => void errors.push(message) },
    network: 'none',
    onLaunch: options.onLaunch ?? (() => undefined),
    freezeGraceMs: options.freezeGraceMs ?? 2,
    defer: (work) => work(),
    cores: 2,
    hostArchitecture: 'x86_64',
    foreignBinaries: () => Promise.resolve([]),
  });
  const launch = async (changes: Partial<FunctionVersion> = {}): Promise<Environment> => {
    const version = testVersion(changes);
    return launcher.launch(version, await launcher.prepare(version));
  };
  return { clock, driver, logs, launcher, endpoints, errors, launch };
}

export function testVersion(changes: Partial<FunctionVersion> = {}): FunctionVersion {
  return functionRecord('f', changes).latest;
}

export function testInvocation(changes: Partial<Invocation> = {}): Invocation {
  return {
    requestId: 'r1',
    functionArn: 'arn:aws:lambda:us-east-1:111111111111:function:f',
    traceId: 'Root=1-0;Parent=0;Sampled=0',
    event: Buffer.from('{"a":1}'),
    tailLog: false,
    ...changes,
  };
}

/** An invocation on its way. */
export interface Call {
  readonly answer: Promise<InvocationAnswer>;
  /** Resolves when the environment is free again, or gone. */
  readonly settled: Promise<void>;
  /** How often that was said. */
  readonly settlements: () => number;
}

export function call(
  environment: { invoke(invocation: Invocation, onSettled: () => void): Promise<InvocationAnswer> },
  changes: Partial<Invocation> = {},
): Call {
  const { promise, resolve } = Promise.withResolvers<void>();
  let settlements = 0;
  const answer = environment.invoke(testInvocation(changes), () => {
    settlements += 1;
    resolve();
  });
  return { answer, settled: promise, settlements: () => settlements };
}

/** `success: {"a":1}` */
export async function outcomeOf(answer: Promise<InvocationAnswer>): Promise<string> {
  const { outcome, body } = await answer;
  return `${outcome}: ${Buffer.from(body).toString('utf8')}`;
}

export function textLines(...text: readonly string[]): string[] {
  return text.map((line) => `${line}\n`);
}

/** INIT_START of `testVersion` on `PYTHON`. */
export function initStartLine(): string {
  return `INIT_START Runtime Version: ${PYTHON.versionLabel}\tRuntime Version ARN: ${runtimeVersionArn(testVersion())}\n`;
}

/** The REPORT line, without newline, of an invocation `r1` in 128 MB that used what a fake sandbox says it uses. */
export function reportOfR1(durations: string, rest = ''): string {
  return `REPORT RequestId: r1\t${durations}\tMemory Size: 128 MB\tMax Memory Used: 10 MB\t${rest}`;
}

/** One turn of the event loop: what has been written to a stream has arrived, and what waited for it has gone on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** `0…01`, `0…02`, … of the wanted length. */
function countingIds(): IdSource {
  let count = 0;
  const next = (length: number): string => String(++count).padStart(length, '0');
  return {
    uuid: () => `00000000-0000-4000-8000-${next(12)}`,
    hex: (bytes) => next(2 * bytes),
    base32: (length) => next(length),
  };
}
