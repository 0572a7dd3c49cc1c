import { invariant } from '#base/invariant.ts';

/** A required member of an input: the SDK types it as possibly absent, and the wire has refused the request if it was. */
export function given<Value>(value: Value | undefined): Value {
  invariant(value !== undefined, 'the wire checks required members');
  return value;
}
