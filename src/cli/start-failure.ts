import type { Config } from '#config/config.ts';

/** One clear line for an operator: what is wrong, and what to do where that is known. */
export function explainStartFailure(error: unknown, config: Config): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  // The check of a folder puts a slash behind it.
  const where = (path ?? config.dataDir).replace(/(?<=.)\/$/, '');
  if (syscall?.startsWith('spawn ') === true) return `${path} cannot be run (${code}): install it, or see that it is on PATH`;
  switch (code) {
    case 'EADDRINUSE':
      return `port ${config.port} on ${config.host} is in use: stop what listens there, or choose another with --port`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${config.host} is no address of this machine: choose another with --host`;
    case 'EACCES':
      if (syscall === 'listen') return `port ${config.port} is reserved for root: choose one above 1023 with --port`;
      return `no permission to write ${where}: choose another folder with --data-dir`;
    case 'ENOENT':
      return `${where} cannot be created: choose another folder with --data-dir`;
    case 'EPERM':
    case 'EROFS':
      return `cannot write ${where}, it is read-only: choose another folder with --data-dir`;
    case 'EEXIST':
    case 'ENOTDIR':
      return `${where} is not a folder: choose another with --data-dir`;
    case 'ENOSPC':
      return `no space left for ${where}`;
    default:
      return error.message.split('\n', 1)[0] ?? error.name;
  }
}
