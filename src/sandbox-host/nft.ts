import { spawn, spawnSync } from 'node:child_process';

const TIMEOUT_MS = 5000;
const ENVIRONMENT = { env: {}, timeout: TIMEOUT_MS };

/** A base chain through which forwarded packets go. */
export interface ForwardChain {
  readonly family: string;
  readonly table: string;
  readonly name: string;
}

/** The command of nftables. */
export class Nft {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /**
   * Applies all of the commands or none of them. The process is started within the call, so that it runs in the network namespace
   * which the calling thread is in then.
   * @throws with what nft said
   */
  apply(commands: string): Promise<void> {
    const child = spawn(this.#path, ['-f', '-'], { ...ENVIRONMENT, stdio: ['pipe', 'ignore', 'pipe'] });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
    // One that ends early says why in its status.
    child.stdin.on('error', () => {});
    child.stdin.end(commands);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`nft: ${complaint.trim() || 'no answer'}`))));
    });
  }

  /** Chains that let nothing be forwarded unless a rule allows it, as Docker and ufw set up. */
  droppingForwardChains(): readonly ForwardChain[] {
    return this.#objects(['list', 'chains']).flatMap(({ chain }) =>
      chain?.hook === 'forward' && chain.policy === 'drop' && (chain.family === 'ip' || chain.family === 'inet')
        ? [{ family: chain.family, table: chain.table, name: chain.name }]
        : [],
    );
  }

  /** Commands that delete all rules with this comment, in any table. */
  deletions(comment: string): readonly string[] {
    return this.#objects(['-a', 'list', 'ruleset']).flatMap(({ rule }) =>
      rule?.comment === comment ? [`delete rule ${rule.family} ${rule.table} ${rule.chain} handle ${rule.handle}\n`] : [],
    );
  }

  hasTable(name: string): boolean {
    return this.#objects(['list', 'tables']).some(({ table }) => table?.family === 'inet' && table.name === name);
  }

  #objects(command: readonly string[]): readonly NftObject[] {
    const { status, stdout, stderr, error } = spawnSync(this.#path, ['-j', ...command], {
      ...ENVIRONMENT,
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    if (status !== 0) throw new Error(`nft: ${error?.message ?? stderr.trim()}`);
    return (JSON.parse(stdout) as { readonly nftables: readonly NftObject[] }).nftables;
  }
}

/** One element of nft's JSON output; libnftables-json(5). */
interface NftObject {
  readonly chain?: {
    readonly family: string;
    readonly table: string;
    readonly name: string;
    readonly hook?: string;
    readonly policy?: string;
  };
  readonly rule?: {
    readonly family: string;
    readonly table: string;
    readonly chain: string;
    readonly handle: number;
    readonly comment?: string;
  };
  readonly table?: { readonly family: string; readonly name: string };
}
