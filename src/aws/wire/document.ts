import type { Member, ScalarShape, Shape } from './schema.ts';
import { dateOfSeconds, formatTimestamp, parseTimestamp } from './timestamp.ts';
import { UnreadableInput } from './unreadable-input.ts';

/**
 * Typed values to and from the tree that JSON.parse or the CBOR decoder gives. The SDK's own codecs are not used for reading,
 * since they let a wrong type pass (and are asynchronous): AWS answers it with SerializationException.
 */
export interface Dialect {
  /** Blobs and timestamps stand as themselves (CBOR); else as base64 and epoch seconds (JSON). */
  readonly binary: boolean;
  /** Whether the `jsonName` of a member replaces its name (restJson1 only). */
  readonly jsonNames: boolean;
}

export const restJsonDialect: Dialect = { binary: false, jsonNames: true };
export const awsJsonDialect: Dialect = { binary: false, jsonNames: false };
export const cborDialect: Dialect = { binary: true, jsonNames: false };

export type Fields = Record<string, unknown>;

/** Reads the given members of a structure; unknown names and nulls are skipped. */
export function readMembers(members: readonly Member[], value: unknown, dialect: Dialect): Fields {
  const source = asObject(value);
  const fields: Fields = {};
  for (const member of members) {
    const found = source[nameOn(member, dialect)];
    if (found !== undefined && found !== null) fields[member.name] = readValue(member.shape, found, dialect);
  }
  return fields;
}

function readValue(shape: Shape, value: unknown, dialect: Dialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return readMembers(shape.members, value, dialect);
    case 'list':
      if (!Array.isArray(value)) throw notACollection(value);
      return value.map((element) => (element === null ? null : readValue(shape.member.shape, element, dialect)));
    case 'map':
      // fromEntries defines properties, so that a key `__proto__` stays data.
      return Object.fromEntries(
        Object.entries(asObject(value)).map(([key, element]) => [
          key,
          element === null ? null : readValue(shape.value.shape, element, dialect),
        ]),
      );
    case 'string':
    case 'boolean':
      if (typeof value !== shape.kind) throw wrongType(value, shape);
      return value;
    case 'number':
      return readNumber(shape, value);
    case 'blob':
      return readBlob(shape, value, dialect);
    case 'timestamp':
      return readTimestamp(shape, value, dialect);
    case 'document':
      return value;
  }
}

function readNumber(shape: ScalarShape, value: unknown): number {
  if (typeof value === 'number') return value;
  if (value === 'NaN' || value === 'Infinity' || value === '-Infinity') return Number(value);
  throw wrongType(value, shape);
}

function readBlob(shape: ScalarShape, value: unknown, dialect: Dialect): Uint8Array {
  if (dialect.binary && value instanceof Uint8Array) return value;
  if (dialect.binary || typeof value !== 'string') throw wrongType(value, shape);
  return decodeBase64(value);
}

/** Buffer skips what is not base64; a shorter result than the text promises shows it. */
export function decodeBase64(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : Number(text.endsWith('='));
  if (text.length % 4 !== 0 || bytes.length !== (text.length / 4) * 3 - padding) {
    throw new UnreadableInput('Invalid base64 in a binary value');
  }
  return bytes;
}

function readTimestamp(shape: ScalarShape, value: unknown, dialect: Dialect): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'number') return dateOfSeconds(value);
  if (typeof value === 'string' && !dialect.binary) return parseTimestamp(value, shape.timestampFormat ?? 'epoch-seconds');
  throw wrongType(value, shape);
}

/** The tree of these members; what is undefined or null is left out, and so is what the model does not know. */
export function writeMembers(members: readonly Member[], value: Readonly<Fields>, dialect: Dialect): Fields {
  const tree: Fields = {};
  for (const member of members) {
    const found = value[member.name];
    if (found !== undefined && found !== null) tree[nameOn(member, dialect)] = writeValue(member.shape, found, dialect);
  }
  return tree;
}

function writeValue(shape: Shape, value: unknown, dialect: Dialect): unknown {
  switch (shape.kind) {
    case 'structure':
      return writeMembers(shape.members, value as Fields, dialect);
    case 'list':
      return (value as readonly unknown[])
        .filter((element) => shape.sparse || (element !== undefined && element !== null))
        .map((element) => (element === null ? null : writeValue(shape.member.shape, element, dialect)));
    case 'map':
      return Object.fromEntries(
        Object.entries(value as Fields)
          .filter(([, element]) => element !== undefined && (shape.sparse || element !== null))
          .map(([key, element]) => [key, element === null ? null : writeValue(shape.value.shape, element, dialect)]),
      );
    case 'blob':
      return dialect.binary ? bytesOf(value) : Buffer.from(bytesOf(value)).toString('base64');
    case 'timestamp':
      return writeTimestamp(shape, value as Date, dialect);
    case 'number':
      // JSON has no words for these; AWS writes them as texts.
      return dialect.binary || Number.isFinite(value) ? value : String(value);
    case 'string':
    case 'boolean':
    case 'document':
      return value;
  }
}

function writeTimestamp(shape: ScalarShape, value: Date, dialect: Dialect): unknown {
  if (dialect.binary) return value;
  const format = shape.timestampFormat ?? 'epoch-seconds';
  return format === 'epoch-seconds' ? value.getTime() / 1000 : formatTimestamp(value, format);
}

/** A handler may give a text where the model has a blob. */
export function bytesOf(value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array);
}

function nameOn(member: Member, dialect: Dialect): string {
  return dialect.jsonNames ? (member.traits.jsonName ?? member.name) : member.name;
}

function asObject(value: unknown): Readonly<Fields> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array) && !(value instanceof Date)) {
    return value as Fields;
  }
  throw notACollection(value);
}

const SCALAR_NAME: Readonly<Record<ScalarShape['kind'], string>> = {
  string: 'a String',
  number: 'an Integer',
  boolean: 'a Boolean',
  blob: 'a Blob',
  timestamp: 'a Date',
  document: 'a Document',
};

/** The texts are those of AWS's own parser. */
function wrongType(value: unknown, expected: ScalarShape): UnreadableInput {
  if (typeof value === 'object') return notACollection(value);
  const token = typeof value === 'boolean' ? String(value).toUpperCase() : (typeof value).toUpperCase();
  return new UnreadableInput(`${token}_VALUE can not be converted to ${SCALAR_NAME[expected.kind]}`);
}

function notACollection(value: unknown): UnreadableInput {
  if (Array.isArray(value)) return new UnreadableInput('Start of list found where not expected');
  return new UnreadableInput(typeof value === 'object' ? 'Start of structure or map found where not expected.' : 'Unexpected field type');
}
