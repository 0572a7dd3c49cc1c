import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isMissing } from './installed-directory.ts';
import type { RuntimeInstallation } from './runtime-locator.ts';

/** What of a function decides how its runtime is started. */
export interface RuntimeStart {
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
  const [program = '', ...parameters] = installation.command;
  const command = installation.family === 'nodejs' ? [program, ...heapLimits(start.memoryMb), ...parameters] : installation.command;
  const wrapped = installation.family !== 'provided' && (start.environment['AWS_LAMBDA_EXEC_WRAPPER'] ?? '') !== '';
  return wrapped
    ? { command: ['/bin/sh', '/var/runtime/exec-wrapper', ...command], framed: false }
    : { command, framed: installation.framed };
}

/** A tenth of the memory for young objects, in two halves, the rest for old ones. */
function heapLimits(memoryMb: number): readonly string[] {
  const youngMb = Math.floor(memoryMb / 10);
  return [`--max-semi-space-size=${Math.floor(youngMb / 2)}`, `--max-old-space-size=${memoryMb - youngMb}`];
}

/**
 * The bootstrap of a custom runtime, in the service's order: the function's own, then the layers'. Undefined when neither is an
 * executable file: `Runtime.InvalidEntrypoint`. The arguments are the unpacked folders on this host.
 */
export async function customEntrypoint(folders: { readonly task: string; readonly layers?: string }): Promise<string | undefined> {
  if (await isExecutable(join(folders.task, 'bootstrap'))) return '/var/task/bootstrap';
  if (folders.layers !== undefined && (await isExecutable(join(folders.layers, 'bootstrap')))) return '/opt/bootstrap';
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    if (!(await stat(file)).isFile()) return false;
    await access(file, constants.X_OK);
    return true;
  } catch (error) {
    if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EACCES')) return false;
    throw error;
  }
}
