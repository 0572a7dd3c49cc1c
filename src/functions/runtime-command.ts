import type { RuntimeInstallation } from './runtime-locator.ts';

/** The rest is for code, threads and what is not Java's. */
const JAVA_HEAP_SHARE = 0.85;

/** What of a function decides how its runtime is started. */
export interface RuntimeStart {
  readonly handler: string;
  readonly memoryMb: number;
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The command of a function's runtime process, inside the sandbox, and whether it speaks frames. Node.js gets the heap limits that
 * AWS derives from the memory size; `AWS_LAMBDA_EXEC_WRAPPER` starts a managed runtime through a script of the function
 * ("Modifying the runtime environment"), which then talks plain Runtime API.
 */
export function runtimeCommand(
  installation: RuntimeInstallation,
  start: RuntimeStart,
): { readonly command: readonly string[]; readonly framed: boolean } {
  const command = commandOf(installation, start);
  const wrapped = installation.family !== 'provided' && (start.environment['AWS_LAMBDA_EXEC_WRAPPER'] ?? '') !== '';
  return wrapped
    ? { command: ['/bin/sh', '/var/runtime/exec-wrapper', ...command], framed: false }
    : { command, framed: installation.framed };
}

function commandOf({ family, command }: RuntimeInstallation, { memoryMb, handler }: RuntimeStart): readonly string[] {
  const [program = '', ...parameters] = command;
  if (family === 'nodejs') return [program, ...heapLimits(memoryMb), ...parameters];
  if (family === 'java') return [program, `-XX:MaxHeapSize=${Math.floor(memoryMb * JAVA_HEAP_SHARE * 1024)}k`, ...parameters, handler];
  return command;
}

/** A tenth of the memory for young objects, in two halves, the rest for old ones. */
function heapLimits(memoryMb: number): readonly string[] {
  const youngMb = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(youngMb / 2)}`, `--max-old-space-size=${memoryMb - youngMb}`];
}
