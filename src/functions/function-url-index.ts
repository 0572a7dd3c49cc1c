import type { AccountId } from '#aws/caller.ts';
import type { FunctionRecord } from './function-record.ts';
import type { FunctionRepository } from './function-repository.ts';
import type { FunctionUrl } from './function-url.ts';

/** Where a URL leads. */
export interface UrlOwner {
  readonly accountId: AccountId;
  readonly region: string;
  readonly name: string;
  /** `$LATEST` or an alias. */
  readonly qualifier: string;
  readonly url: FunctionUrl;
}

/** Finds the function of a URL among all accounts and regions, in memory. Follows the functions' records. */
export class FunctionUrlIndex {
  readonly #owners = new Map<string, UrlOwner>();
  readonly #claimed = new Set<string>();

  constructor(functions: Pick<FunctionRepository, 'all' | 'onChanged'>) {
    for (const record of functions.all()) this.#add(record);
    functions.onChanged((before, after) => {
      if (before?.urls === after?.urls) return;
      if (before !== undefined) this.#remove(before);
      if (after !== undefined) this.#add(after);
    });
  }

  find(id: string): UrlOwner | undefined {
    return this.#owners.get(id);
  }

  /** Keeps an id for whoever is about to write it down; undefined when it is taken. */
  claim(id: string): Disposable | undefined {
    if (this.#owners.has(id) || this.#claimed.has(id)) return undefined;
    this.#claimed.add(id);
    return { [Symbol.dispose]: () => void this.#claimed.delete(id) };
  }

  #add({ accountId, region, name, urls = {} }: FunctionRecord): void {
    for (const [qualifier, url] of Object.entries(urls)) this.#owners.set(url.id, { accountId, region, name, qualifier, url });
  }

  #remove({ urls = {} }: FunctionRecord): void {
    for (const { id } of Object.values(urls)) this.#owners.delete(id);
  }
}
