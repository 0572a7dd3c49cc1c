import type { Terminal } from './terminal.ts';

/** What this host does about one runtime identifier. */
export interface RuntimeFact {
  readonly identifier: string;
  readonly verdict: 'here' | 'fetched' | 'missing';
  /** By what it runs, or what there is to do. */
  readonly found: string;
}

/** The runtimes of this host. */
export interface RuntimeStock {
  list(): Promise<readonly RuntimeFact[]>;
  /** `say` is told of each step before it is taken. */
  add(identifier: string, say: (line: string) => void): Promise<{ readonly outcome: 'added' | 'refused'; readonly text: string }>;
}

export async function listRuntimes(stock: Pick<RuntimeStock, 'list'>, terminal: Terminal): Promise<number> {
  const facts = await stock.list();
  const width = Math.max(0, ...facts.map(({ identifier }) => identifier.length));
  for (const { identifier, verdict, found } of facts) terminal.out(`${verdict.padEnd(7)}  ${identifier.padEnd(width)}  ${found}\n`);
  return 0;
}

/** Returns the exit status: 1 when the runtime cannot be had. */
export async function addRuntime(identifier: string, stock: Pick<RuntimeStock, 'add'>, terminal: Terminal): Promise<number> {
  const { outcome, text } = await stock.add(identifier, (line) => terminal.out(`${line}\n`));
  if (outcome === 'added') {
    terminal.out(`${text}\n`);
    return 0;
  }
  terminal.err(`hearth: ${text}\n`);
  return 1;
}
