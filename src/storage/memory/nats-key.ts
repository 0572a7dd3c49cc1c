import { invariant } from '#base/invariant.ts';

/** NATS's own rule (ADR-8, "JetStream based Key-Value Stores"); a dot separates tokens, none of which may be empty. */
const NATS_KEY = /^[-/_=a-zA-Z0-9]+(?:\.[-/_=a-zA-Z0-9]+)*$/;
/** The server's default for a protocol line, which holds the subject, the reply subject and the sizes. */
const NATS_CONTROL_LINE_BYTES = 4096;
const CONTROL_LINE_REST_BYTES = 512;

/**
 * A document key in NATS's alphabet: segments become tokens, so that the server can filter by them. `=` escapes: `=2F` for `%2F`,
 * and lower case, which no percent escape has, for what NATS lacks.
 */
export function natsKey(key: string): string {
  const encoded = key.replaceAll('%', '=').replaceAll('.', '=d').replaceAll('~', '=t').replaceAll('/', '.');
  invariant(NATS_KEY.test(encoded), 'a document key fits the alphabet of NATS');
  invariant(encoded.length <= NATS_CONTROL_LINE_BYTES - CONTROL_LINE_REST_BYTES, 'a document key fits a line of NATS');
  return encoded;
}
