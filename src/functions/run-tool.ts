import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** Runs a program of the host, without a shell. Its environment is ours. */
export type RunTool = (file: string, args: readonly string[], options: RunToolOptions) => Promise<{ readonly stdout: string }>;

export interface RunToolOptions {
  readonly timeoutMs: number;
  /** Ends the program early; its reason is what the call rejects with then. */
  readonly signal?: AbortSignal;
}

/** Output of a tool beyond this is an error: nothing that is run here has so much to say. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** @throws ToolFailed when the program is missing, ends with an error or takes too long */
export const runTool: RunTool = async (file, args, { timeoutMs, signal }) => {
  signal?.throwIfAborted();
  // A group of its own: what the program started ends with it.
  const child = spawn(file, args, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { promise: ended, reject: endWith } = Promise.withResolvers<never>();
  const end = (reason: unknown): void => {
    killGroup(child);
    // What left the group may hold them open for ever.
    child.stdout.destroy();
    child.stderr.destroy();
    endWith(reason);
  };
  const timeout = AbortSignal.timeout(timeoutMs);
  const onTimeout = (): void => end(new ToolFailed(file, `no end after ${timeoutMs} ms`));
  const onAbort = (): void => end(signal?.reason);
  const onTooMuch = (): void => end(new ToolFailed(file, `more than ${MAX_OUTPUT_BYTES} bytes of output`));
  timeout.addEventListener('abort', onTimeout);
  signal?.addEventListener('abort', onAbort);
  const exited = exitOf(file, child);
  const finished = Promise.all([exited, collect(child.stdout, onTooMuch), collect(child.stderr, onTooMuch)]);
  try {
    const [status, stdout, stderr] = await Promise.race([finished, ended]);
    if (status !== 0) throw new ToolFailed(file, lastLine(stderr) || `it ended with ${status}`);
    return { stdout };
  } finally {
    timeout.removeEventListener('abort', onTimeout);
    signal?.removeEventListener('abort', onAbort);
    // Gone, however it ended, before anybody clears away what it was working on.
    await Promise.allSettled([exited, finished]);
  }
};

async function collect(stream: Readable, onTooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_OUTPUT_BYTES) onTooMuch();
    else chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** The exit code, or the name of the signal that ended it. */
function exitOf(file: string, child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new ToolFailed(file, error.message)));
    child.once('exit', (code, signal) => resolve(code ?? signal ?? 'SIGKILL'));
  });
}

/** Not by a polite signal: what it leaves is thrown away, and nobody waits for it. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Ended meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}

export class ToolFailed extends Error {
  override readonly name = 'ToolFailed';

  constructor(file: string, reason: string) {
    super(`${file}: ${reason}`);
  }
}

/** Tools say at last what went wrong. */
function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1)?.trim() ?? '';
}
