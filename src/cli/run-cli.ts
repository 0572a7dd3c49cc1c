import { homedir } from 'node:os';
import type { Clock } from '#base/clock.ts';
import { loadClientConfig } from '#config/client-config.ts';
import { ConfigError } from '#config/config-error.ts';
import type { Config, ConfigProcess } from '#config/config.ts';
import type { Environment } from '#config/environment.ts';
import { parseCommandLine, UsageError, type CommandLine } from './command-line.ts';
import type { HostFact } from './doctor.ts';
import type { RuntimeStock } from './runtimes.ts';
import type { StartHost } from './start.ts';

/** What commands need of the process and of the layers that they may not import. */
export interface CliHost extends StartHost {
  readonly clock: Clock;
  readonly environment: Environment;
  /** What the sandbox drivers find on this host. */
  probeHost(): Promise<readonly HostFact[]>;
  /** The runtimes that a daemon with this configuration would find. */
  runtimes(config: Pick<Config, 'dataDir' | 'javaHome'>): Promise<RuntimeStock>;
}

/**
 * Each command loads what it needs and no more: starting the daemon must not wait for an SDK client.
 * Returns the exit status: 0, 1 for a failure, 2 for arguments that make no sense.
 */
export async function runCli(argv: readonly string[], host: CliHost): Promise<number> {
  try {
    return await runCommand(parseCommandLine(argv), host);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ConfigError)) throw error;
    host.terminal.err(`hearth: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

async function runCommand(line: CommandLine, host: CliHost): Promise<number> {
  switch (line.command) {
    case 'start': {
      const [{ start }, { loadConfig }] = await Promise.all([import('./start.ts'), import('#config/config.ts')]);
      return start(loadConfig(host.environment, line.flags, thisProcess()), host);
    }
    case 'invoke': {
      const [{ invoke }, { lambdaClient }] = await Promise.all([import('./invoke.ts'), import('./clients.ts')]);
      const config = loadClientConfig(host.environment);
      return invoke(line.request, { client: lambdaClient(config), terminal: host.terminal, endpoint: config.endpoint });
    }
    case 'logs': {
      const [{ logs }, { logsClient }] = await Promise.all([import('./logs.ts'), import('./clients.ts')]);
      const config = loadClientConfig(host.environment);
      return logs(line.request, { client: logsClient(config), terminal: host.terminal, clock: host.clock, endpoint: config.endpoint });
    }
    case 'status': {
      const { status } = await import('./status.ts');
      return status(loadClientConfig(host.environment).endpoint, host.terminal);
    }
    case 'doctor': {
      const { doctor } = await import('./doctor.ts');
      return doctor(await host.probeHost(), host.terminal);
    }
    case 'runtimes': {
      const [{ addRuntime, listRuntimes }, { loadConfig }] = await Promise.all([import('./runtimes.ts'), import('#config/config.ts')]);
      const { config } = loadConfig(host.environment, { dataDir: line.dataDir }, thisProcess());
      const stock = await host.runtimes(config);
      return line.add === undefined ? listRuntimes(stock, host.terminal) : addRuntime(line.add, stock, host.terminal);
    }
    case 'version': {
      const { packageVersion } = await import('#config/version.ts');
      host.terminal.out(`${packageVersion()}\n`);
      return 0;
    }
    case 'help': {
      const { helpText } = await import('./help.ts');
      host.terminal.out(helpText(line.topic));
      return 0;
    }
  }
}

function thisProcess(): ConfigProcess {
  return { uid: process.getuid?.(), homeDir: homedir(), workingDir: process.cwd() };
}
