import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export interface HostCommandOptions {
  /** Killed after this. A disk that hangs can hold even a killed one: who must not wait then has a deadline of its own. */
  readonly timeoutMs: number;
  /** Runs as this user and group; as ours unless given. */
  readonly user?: number;
}

const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

const execute = promisify(execFile);

/** Runs a command of the host, without a shell, and returns its standard output. @throws when it fails or takes too long */
export async function runHostCommand(file: string, argv: readonly string[], { timeoutMs, user }: HostCommandOptions): Promise<string> {
  try {
    const { stdout } = await execute(file, argv, {
      env: ENVIRONMENT,
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      ...(user !== undefined && { uid: user, gid: user }),
    });
    return stdout;
  } catch (error) {
    if (error instanceof Error && 'killed' in error && error.killed === true)
      throw new Error(`${file} was killed: no end after ${timeoutMs} ms`, { cause: error });
    throw error;
  }
}
