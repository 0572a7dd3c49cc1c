/**
 * Runs work once this turn's callbacks and promises are through: what they write to sockets is on its way before it begins. For
 * what must be done, but for which nobody should wait.
 */
export function afterThisTurn(work: () => void): void {
  setImmediate(work);
}
