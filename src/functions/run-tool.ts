import { execFile } from 'node:child_process';

/** Runs a program of the host, without a shell. Its environment is ours. */
export type RunTool = (
  file: string,
  args: readonly string[],
  options: { readonly timeoutMs: number },
) => Promise<{ readonly stdout: string }>;

/** Output of a tool beyond this is an error: nothing that is run here has so much to say. */
const MAX_OUTPUT_BYTES = 4 * 1024 * 1024;

/** @throws ToolFailed when the program is missing, ends with an error or takes too long */
export const runTool: RunTool = (file, args, { timeoutMs }) =>
  new Promise((resolve, reject) => {
    execFile(file, args, { timeout: timeoutMs, maxBuffer: MAX_OUTPUT_BYTES, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout });
      else reject(new ToolFailed(file, error.killed === true ? `no end after ${timeoutMs} ms` : lastLine(stderr) || error.message));
    });
  });

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
