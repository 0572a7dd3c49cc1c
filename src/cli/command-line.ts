import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import type { ConfigFlags } from '#config/config.ts';

/** What was asked for, read from the arguments and nothing else. */
export type CommandLine =
  | { readonly command: 'start'; readonly flags: ConfigFlags }
  | { readonly command: 'invoke'; readonly request: InvokeArguments }
  | { readonly command: 'logs'; readonly request: LogsArguments }
  | { readonly command: 'status' | 'doctor' | 'version' }
  | { readonly command: 'runtimes'; readonly dataDir: string | undefined; readonly add: string | undefined }
  | { readonly command: 'help'; readonly topic: CommandName | undefined };

export interface InvokeArguments {
  /** Name, partial ARN or ARN. */
  readonly functionName: string;
  /** JSON text, or `@` and a file that holds it. */
  readonly payload: string;
  readonly qualifier: string | undefined;
  readonly showLog: boolean;
}

export interface LogsArguments {
  readonly functionName: string;
  readonly follow: boolean;
  /** How far back to begin. */
  readonly sinceMinutes: number;
}

/** The arguments make no sense; the message says why in one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export type CommandName = 'start' | 'invoke' | 'logs' | 'status' | 'doctor' | 'runtimes';

interface CommandShape {
  readonly usage: string;
  readonly summary: string;
  readonly options: ParseArgsOptionsConfig;
  /** Option as it is typed, and what it does. */
  readonly optionHelp: readonly (readonly [string, string])[];
}

export const COMMANDS: Readonly<Record<CommandName, CommandShape>> = {
  start: {
    usage: 'hearth start [--host ADDRESS] [--port PORT] [--data-dir FOLDER]',
    summary: 'run the daemon until SIGTERM or Ctrl-C',
    options: { host: { type: 'string' }, port: { type: 'string' }, 'data-dir': { type: 'string' } },
    optionHelp: [
      ['--host ADDRESS', 'where to listen (HEARTH_HOST, 127.0.0.1)'],
      ['--port PORT', 'where to listen; 0 takes a free port (HEARTH_PORT, 4566)'],
      ['--data-dir FOLDER', 'what is kept (HEARTH_DATA_DIR; as root /var/lib/hearth)'],
    ],
  },
  invoke: {
    usage: 'hearth invoke NAME [--payload JSON|@FILE] [--qualifier VERSION|ALIAS] [--log]',
    summary: 'call a function and print its answer',
    options: { payload: { type: 'string' }, qualifier: { type: 'string' }, log: { type: 'boolean' } },
    optionHelp: [
      ['--payload JSON|@FILE', 'the event ({} unless given)'],
      ['--qualifier VERSION|ALIAS', 'which version to call ($LATEST unless given)'],
      ['--log', "also print the end of the invocation's log, to standard error"],
    ],
  },
  logs: {
    usage: 'hearth logs NAME [--follow] [--since MINUTES]',
    summary: "print a function's log lines",
    options: { follow: { type: 'boolean', short: 'f' }, since: { type: 'string' } },
    optionHelp: [
      ['-f, --follow', 'go on as new lines come, until Ctrl-C'],
      ['--since MINUTES', 'how far back to begin (60)'],
    ],
  },
  status: { usage: 'hearth status', summary: 'show what a running daemon says of itself', options: {}, optionHelp: [] },
  doctor: { usage: 'hearth doctor', summary: 'say which isolation this host permits, and how to get better', options: {}, optionHelp: [] },
  runtimes: {
    usage: 'hearth runtimes list | hearth runtimes add IDENTIFIER [--data-dir FOLDER]',
    summary: 'say which runtimes this host has for functions, or get another',
    options: { 'data-dir': { type: 'string' } },
    optionHelp: [['--data-dir FOLDER', "the daemon's (HEARTH_DATA_DIR; as root /var/lib/hearth)"]],
  },
};

/** @throws UsageError */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const [first, ...rest] = argv;
  if (first === '--version' || first === '-V') return { command: 'version' };
  if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
    return { command: 'help', topic: rest[0] === undefined ? undefined : commandName(rest[0]) };
  }
  const name = commandName(first);
  const { values, positionals } = parseOptions(name, rest);
  if (values['help'] === true) return { command: 'help', topic: name };
  const text = (option: string): string | undefined => {
    const value = values[option];
    return typeof value === 'string' ? value : undefined;
  };
  switch (name) {
    case 'start':
      expectPositionals(name, positionals, 0);
      return { command: name, flags: { host: text('host'), port: text('port'), dataDir: text('data-dir') } };
    case 'invoke': {
      const [functionName = ''] = expectPositionals(name, positionals, 1);
      const request = { functionName, payload: text('payload') ?? '{}', qualifier: text('qualifier'), showLog: values['log'] === true };
      return { command: name, request };
    }
    case 'logs': {
      const [functionName = ''] = expectPositionals(name, positionals, 1);
      return { command: name, request: { functionName, follow: values['follow'] === true, sinceMinutes: minutes(text('since')) } };
    }
    case 'runtimes': {
      const [action, identifier] = positionals;
      const adds = action === 'add' && identifier !== undefined;
      if (!adds && action !== 'list') throw new UsageError(`usage: ${COMMANDS.runtimes.usage}`);
      expectPositionals(name, positionals, adds ? 2 : 1);
      return { command: name, dataDir: text('data-dir'), add: adds ? identifier : undefined };
    }
    case 'status':
    case 'doctor':
      expectPositionals(name, positionals, 0);
      return { command: name };
  }
}

function commandName(text: string): CommandName {
  const name = (Object.keys(COMMANDS) as CommandName[]).find((known) => known === text);
  if (name === undefined) throw new UsageError(`there is no command '${text}'; see: hearth --help`);
  return name;
}

function parseOptions(
  name: CommandName,
  argv: readonly string[],
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    const options: ParseArgsOptionsConfig = { ...COMMANDS[name].options, help: { type: 'boolean', short: 'h' } };
    return parseArgs({ args: [...argv], options, allowPositionals: true });
  } catch (error) {
    // Node's messages go on to explain `--`; their first sentence is the one for people.
    if (error instanceof TypeError) throw new UsageError(`${error.message.split('. ')[0]}; see: hearth ${name} --help`, { cause: error });
    throw error;
  }
}

function expectPositionals(name: CommandName, positionals: readonly string[], count: number): readonly string[] {
  if (positionals.length !== count) throw new UsageError(`usage: ${COMMANDS[name].usage}`);
  return positionals;
}

function minutes(text: string | undefined): number {
  if (text === undefined) return 60;
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`--since takes a number of minutes, not '${text}'`);
  return Number(text);
}
