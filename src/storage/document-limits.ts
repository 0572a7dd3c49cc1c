import { invariant } from '#base/invariant.ts';

/** What every driver accepts, checked in one place so that a key or value that one driver takes fits the others too. */

/** Sized for NATS, whose protocol line (4096 bytes) must hold the key after its own encoding. */
export const KEY_MAX_BYTES = 1024;
/** Half of NATS's default message size: leaves room for its headers. */
export const VALUE_MAX_BYTES = 512 * 1024;

const KEY = /^(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+(?:\/(?:[A-Za-z0-9_.~-]|%[0-9A-F]{2})+)*$/;

/** Whether `key` has the form that `documentKey` makes: no empty segment, at most `KEY_MAX_BYTES` long. */
export function isDocumentKey(key: string): boolean {
  return key.length <= KEY_MAX_BYTES && KEY.test(key);
}

/** @throws InvalidDocumentKey */
export function checkDocumentKey(key: string): void {
  if (!isDocumentKey(key)) throw new InvalidDocumentKey(key);
}

/**
 * The JSON text of a value, after checking the key and the size.
 * @throws InvalidDocumentKey, InvalidDocumentValue
 */
export function encodeDocument(key: string, value: unknown): string {
  checkDocumentKey(key);
  // The declared type of `stringify` hides that a function, a symbol and undefined have no JSON form.
  const json = JSON.stringify(value) as string | undefined;
  if (json === undefined) throw new InvalidDocumentValue(key, 'it has no JSON form');
  const sizeBytes = Buffer.byteLength(json);
  if (sizeBytes > VALUE_MAX_BYTES) {
    throw new InvalidDocumentValue(key, `its JSON has ${sizeBytes} bytes, at most ${VALUE_MAX_BYTES} are allowed`);
  }
  return json;
}

/** Guards a programming error: a limit is never taken from a caller unchecked. */
export function checkListLimit(limit: number): void {
  invariant(Number.isSafeInteger(limit) && limit >= 0, 'the limit of a list is a natural number');
}

/** The key is not one that `documentKey` makes, has an empty segment, or is too long. */
export class InvalidDocumentKey extends Error {
  override readonly name = 'InvalidDocumentKey';
  constructor(key: string) {
    super(`${JSON.stringify(key.slice(0, 200))} is no document key of at most ${KEY_MAX_BYTES} bytes`);
  }
}

/** The value has no JSON form, or more than `VALUE_MAX_BYTES` of it. */
export class InvalidDocumentValue extends Error {
  override readonly name = 'InvalidDocumentValue';
  constructor(key: string, reason: string) {
    super(`the document ${key} cannot be stored: ${reason}`);
  }
}

/** The store is closed, overloaded, or failed for good. Whether a write that was under way took effect is unknown. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}
