import type { Duplex } from 'node:stream';
import { constants } from 'node:os';
import type { SandboxExit } from '#sandboxes/sandbox.ts';
import { signalText } from '../runtime-errors.ts';
import type { ProcessEnd } from './extension-set.ts';

/** Variables of the runtime that extensions do not see ("Lambda Extensions API: Configuration"). */
const HIDDEN_VARIABLES = [
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_XRAY_CONTEXT_MISSING',
  'AWS_XRAY_DAEMON_ADDRESS',
  'LAMBDA_RUNTIME_DIR',
  'LAMBDA_TASK_ROOT',
  '_AWS_XRAY_DAEMON_ADDRESS',
  '_AWS_XRAY_DAEMON_PORT',
  '_HANDLER',
];

/**
 * The main process of a sandbox with external extensions: any POSIX shell, since that is all that every runtime's sandbox has. It
 * starts the extensions at once, the runtime when told to, and says how each of them ends. Orders come in over the sandbox's channel
 * (descriptor 3), a line each, and reports go out; what extensions write goes to the side output (descriptor 4). When the platform
 * closes the channel, it ends, and with it everything in the sandbox.
 *
 * A shell's `wait` returns early for a trap, with a status like that of a death by signal, so after a trap it waits again; 127 then
 * says that the first time was the end.
 */
const SCRIPT = `watch() {
  name=$1; shift
  trap 'trapped=1; kill -TERM $child 2>/dev/null' TERM
  trap 'trapped=1; kill -KILL $child 2>/dev/null' USR1
  "$@" 3>&- 4>&- &
  child=$!
  status=127
  while
    trapped=
    wait $child 2>/dev/null; latest=$?
    [ $latest = 127 ] || status=$latest
    [ -n "$trapped" ]
  do true; done
  echo "exited $status $name" >&3
}
while [ "$1" != -- ]; do
  (unset ${HIDDEN_VARIABLES.join(' ')}; cd /; unset OLDPWD; watch "$1" "$1") >&4 2>&4 &
  shift
done
shift
while read -r order <&3; do
  case $order in
    start) watch -- "$@" & runtime=$! ;;
    terminate) kill -TERM $runtime ;;
    kill) kill -USR1 $runtime ;;
  esac
done`;

/** Where external extensions are, inside. */
export const EXTENSIONS_DIRECTORY = '/opt/extensions';

/** The command of a sandbox with these external extensions, whose runtime is started by `command`. */
export function supervisedCommand(extensions: readonly string[], command: readonly string[]): readonly string[] {
  return ['/bin/sh', '-c', SCRIPT, 'extensions', ...extensions.map((name) => `${EXTENSIONS_DIRECTORY}/${name}`), '--', ...command];
}

/** The process in place of the runtime's is told apart by a name that no path is. */
const RUNTIME = '--';

/** A line of the supervisor has a status and a path; more than this is not of its making. */
const MAX_LINE_LENGTH = 8192;

/** Talks to the supervisor of a sandbox. What comes over the channel may be anyone's inside, and is believed of nobody but this function. */
export class Supervisor {
  readonly #channel: Duplex;
  readonly #observer: SupervisorObserver;
  #partial = '';

  constructor(channel: Duplex, observer: SupervisorObserver) {
    this.#channel = channel;
    this.#observer = observer;
    channel.on('data', (chunk: Buffer) => this.#take(chunk.toString('utf8')));
    // How the sandbox ended is told by its exit.
    channel.on('error', () => channel.destroy());
  }

  startRuntime(): void {
    this.#order('start');
  }

  /** SIGTERM, then SIGKILL. */
  endRuntime(how: 'terminate' | 'kill'): void {
    this.#order(how);
  }

  close(): void {
    this.#channel.destroy();
  }

  #order(line: string): void {
    if (this.#channel.writable) this.#channel.write(`${line}\n`);
  }

  #take(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = (lines.pop() ?? '').slice(0, MAX_LINE_LENGTH);
    for (const line of lines) {
      const [, status, path] = /^exited (\d{1,3}) (.+)$/.exec(line) ?? [];
      if (status === undefined || path === undefined) continue;
      if (path === RUNTIME) this.#observer.runtimeExited(exitOf(Number(status)));
      else this.#observer.extensionExited(path.slice(path.lastIndexOf('/') + 1), processEnd(Number(status)));
    }
  }
}

export interface SupervisorObserver {
  runtimeExited(exit: Omit<SandboxExit, 'outOfMemory'>): void;
  extensionExited(name: string, end: ProcessEnd): void;
}

const SIGNALS: ReadonlyMap<number, string> = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));

/** A shell tells death by signal n as status 128 + n. */
function exitOf(status: number): Omit<SandboxExit, 'outOfMemory'> {
  const signal = SIGNALS.get(status - 128);
  return signal === undefined ? { code: status, signal: undefined } : { code: undefined, signal };
}

const SHELL_CANNOT_EXECUTE = 126;
const SHELL_CANNOT_FIND = 127;

function processEnd(status: number): ProcessEnd {
  const { signal } = exitOf(status);
  if (signal !== undefined) return { text: signalText(signal) };
  if (status === SHELL_CANNOT_EXECUTE) return { text: `exit status ${status}`, notStarted: 'PermissionDenied' };
  if (status === SHELL_CANNOT_FIND) return { text: `exit status ${status}`, notStarted: 'UnknownError' };
  // The emulator's own words for an end that should not have been.
  return { text: status === 0 ? 'exit code 0' : `exit status ${status}` };
}
