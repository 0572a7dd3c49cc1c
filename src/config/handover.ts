import type { Environment } from './environment.ts';

/** What the program that starts as root hands to the daemon that follows it without root: open files by their numbers. */
export interface Handover {
  /** Sockets to the sandbox host. */
  readonly frames: number;
  readonly messages: number;
  /** The home of the user who started it, where programs for runtimes may be. */
  readonly home: string;
}

/** No setting: the two programs are one start. */
const VARIABLE = '_HEARTH_HANDOVER';

export function handoverVariables({ frames, messages, home }: Handover): Readonly<Record<string, string>> {
  return { [VARIABLE]: `${frames}:${messages}:${home}` };
}

/** Undefined in a program that nobody went before. */
export function readHandover(environment: Environment): Handover | undefined {
  const [, frames, messages, home] = /^(\d+):(\d+):(.*)$/.exec(environment[VARIABLE] ?? '') ?? [];
  if (home === undefined) return undefined;
  return { frames: Number(frames), messages: Number(messages), home };
}
