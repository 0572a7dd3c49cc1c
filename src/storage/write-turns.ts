import { RevisionConflict } from './document-store.ts';

/** For conflicts with writers that take no turns; each try starts from the newest document. */
const MAX_ATTEMPTS = 20;

/**
 * Writers of one document, one after the other. Trying again after each conflict is not enough: where many write at once, somebody
 * loses every time. One of these serves all who write a kind of documents.
 */
export class WriteTurns {
  /** By key, the last in the queue. */
  readonly #latest = new Map<string, Promise<void>>();

  /** Runs `attempt` when it is its turn, and again after each conflict. It reads the document anew each time. @throws RevisionConflict after many */
  async write<Result>(key: string, attempt: () => Promise<Result>): Promise<Result> {
    const former = this.#latest.get(key);
    const turn = Promise.withResolvers<void>();
    this.#latest.set(key, turn.promise);
    try {
      if (former !== undefined) await former;
      return await untilNoConflict(attempt);
    } finally {
      if (this.#latest.get(key) === turn.promise) this.#latest.delete(key);
      turn.resolve();
    }
  }
}

async function untilNoConflict<Result>(attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RevisionConflict) || count === MAX_ATTEMPTS) throw error;
    }
  }
}
