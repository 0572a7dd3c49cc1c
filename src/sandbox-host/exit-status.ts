import { constants } from 'node:os';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name]));
const SIGNAL_BASE = 128;

/** How a process ended: one of both. */
export interface ExitStatus {
  readonly code: number | undefined;
  readonly signal: string | undefined;
}

/**
 * What bwrap's own end says of the main process. Like a shell, bwrap turns death by signal n into exit status 128 + n, so a program
 * that itself exits with such a status reads as killed: rare, while a death by signal is not. bwrap killed is everything killed.
 */
export function decodeExit(code: number | null, signal: NodeJS.Signals | null): ExitStatus {
  if (signal !== null) return { code: undefined, signal };
  const decoded = code === null ? undefined : NAMES.get(code - SIGNAL_BASE);
  return decoded === undefined ? { code: code ?? undefined, signal: undefined } : { code: undefined, signal: decoded };
}
