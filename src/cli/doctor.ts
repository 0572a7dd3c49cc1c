import type { Terminal } from './terminal.ts';

/** One thing about this host that decides how well functions are isolated. */
export interface HostFact {
  readonly name: string;
  readonly found: string;
  /** `missing` prevents isolation, `lacking` makes it less. */
  readonly verdict: 'good' | 'lacking' | 'missing';
  /** How to get better, where something can be done. */
  readonly remedy: string | undefined;
}

/** Prints the facts, what to do about those that are not good, and the conclusion. Returns the exit status: 1 without isolation. */
export function doctor(facts: readonly HostFact[], terminal: Terminal): number {
  const width = Math.max(0, ...facts.map((fact) => fact.name.length));
  for (const { name, found, verdict, remedy } of facts) {
    terminal.out(`${verdict.padEnd(7)}  ${name.padEnd(width)}  ${found}\n`);
    if (verdict !== 'good' && remedy !== undefined) terminal.out(`${' '.repeat(width + 11)}→ ${remedy}\n`);
  }
  const isolated = facts.every((fact) => fact.verdict !== 'missing');
  terminal.out(`\n${isolated ? 'This host can isolate functions.' : 'Functions would run without isolation on this host.'}\n`);
  return isolated ? 0 : 1;
}
