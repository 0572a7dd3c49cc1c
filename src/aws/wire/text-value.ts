import { bytesOf, decodeBase64 } from './document.ts';
import type { Member, ScalarShape, TimestampFormat } from './schema.ts';
import { formatTimestamp, parseTimestamp } from './timestamp.ts';
import { UnreadableInput } from './unreadable-input.ts';

/**
 * Scalars as text: in labels, queries, headers, forms and XML.
 * @param defaultFormat of a timestamp that names none: `http-date` in headers, `date-time` elsewhere
 */
export function readText(shape: ScalarShape, text: string, defaultFormat: TimestampFormat): unknown {
  switch (shape.kind) {
    case 'string':
    case 'document':
      return text;
    case 'number':
      return readNumber(text);
    case 'boolean':
      return readBoolean(text);
    case 'blob':
      return decodeBase64(text);
    case 'timestamp':
      return parseTimestamp(text, shape.timestampFormat ?? defaultFormat);
  }
}

export function writeText(shape: ScalarShape, value: unknown, defaultFormat: TimestampFormat): string {
  switch (shape.kind) {
    case 'blob':
      return Buffer.from(bytesOf(value)).toString('base64');
    case 'timestamp':
      return formatTimestamp(value as Date, shape.timestampFormat ?? defaultFormat);
    case 'string':
    case 'document':
    case 'number':
    case 'boolean':
      return String(value);
  }
}

/** A media-typed string travels as base64 in a header. */
export function readHeader(member: Member, text: string): unknown {
  const { shape, traits } = member;
  if (shape.kind === 'list') return splitHeader(text, isHttpDate(shape.member)).map((item) => readHeader(shape.member, item));
  const scalar = scalarOf(member);
  if (scalar.kind === 'string' && traits.mediaType !== undefined) return decodeBase64(text).toString();
  return readText(scalar, text, 'http-date');
}

export function writeHeader(member: Member, value: unknown): string {
  const { shape, traits } = member;
  if (shape.kind === 'list') {
    const items = (value as readonly unknown[]).map((item) => writeHeader(shape.member, item));
    return (isHttpDate(shape.member) ? items : items.map(quoteItem)).join(', ');
  }
  const scalar = scalarOf(member);
  if (scalar.kind === 'string' && traits.mediaType !== undefined) return Buffer.from(String(value)).toString('base64');
  return writeText(scalar, value, 'http-date');
}

/** The shape of a member that the model binds to a label, query or header, where only scalars (and lists of them) can stand. */
export function scalarOf(member: Member): ScalarShape {
  const { shape } = member;
  if (shape.kind === 'structure' || shape.kind === 'list' || shape.kind === 'map') {
    throw new UnreadableInput(`Member ${member.name} cannot be read from a text`);
  }
  return shape;
}

function readNumber(text: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) || /^(?:NaN|-?Infinity)$/.test(text)) return Number(text);
  throw new UnreadableInput('STRING_VALUE can not be converted to an Integer');
}

function readBoolean(text: string): boolean {
  const lower = text.toLowerCase();
  if (lower !== 'true' && lower !== 'false') throw new UnreadableInput('STRING_VALUE can not be converted to a Boolean');
  return lower === 'true';
}

/** An HTTP date has a comma of its own. */
function isHttpDate(member: Member): boolean {
  return member.shape.kind === 'timestamp' && (member.shape.timestampFormat ?? 'http-date') === 'http-date';
}

const DATES = /[^,]+,[^,]+/g;
const ITEMS = /"((?:[^"\\]|\\.)*)"|([^,"]+)/g;

function splitHeader(text: string, dates: boolean): string[] {
  if (dates) return Array.from(text.matchAll(DATES), ([date]) => date.trim());
  return Array.from(text.matchAll(ITEMS), ([, quoted, plain]) => quoted?.replaceAll(/\\(.)/g, '$1') ?? plain?.trim() ?? '').filter(
    (item) => item !== '',
  );
}

function quoteItem(item: string): string {
  return /[",]/.test(item) ? `"${item.replaceAll(/["\\]/g, '\\$&')}"` : item;
}
