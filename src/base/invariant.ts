/** Guards what cannot happen. A failure is a bug of ours, never bad input. */
export function invariant(condition: unknown, message: string): asserts condition {
  if (condition !== true && !condition) throw new Error(`invariant violated: ${message}`);
}

/** Makes a switch over a union exhaustive at compile time. */
export function unreachable(value: never): never {
  throw new Error(`invariant violated: unexpected ${JSON.stringify(value)}`);
}
