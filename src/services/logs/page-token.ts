import type { RecordCursor, StoredRecord } from '#storage/record-log.ts';
import { invalidToken } from './logs-errors.ts';

const POSITION_DIGITS = 36;
const TIME_DIGITS = 20;

/** 56 digits, as AWS's event ids have: unique in the group, and in the order in which pages show events. */
export function eventId(record: RecordCursor): string {
  return String(record.timeMs).padStart(TIME_DIGITS, '0') + String(record.position).padStart(POSITION_DIGITS, '0');
}

export function cursorOf(record: StoredRecord): RecordCursor {
  return { timeMs: record.timeMs, position: record.position };
}

/** GetLogEvents: `f/…/s` reads on after an event, `b/…/s` before one. */
export function streamToken(direction: 'forward' | 'backward', cursor: RecordCursor): string {
  return `${direction === 'forward' ? 'f' : 'b'}/${eventId(cursor)}/s`;
}

/** @throws InvalidParameterException */
export function readStreamToken(token: string): { readonly direction: 'forward' | 'backward'; readonly cursor: RecordCursor } {
  const match = /^(?<way>[fb])\/(?<time>\d{20})(?<position>\d{36})\/s$/.exec(token);
  const timeMs = Number(match?.groups?.['time']);
  const position = Number(match?.groups?.['position']);
  if (match === null || !Number.isSafeInteger(timeMs) || !Number.isSafeInteger(position)) throw invalidToken();
  return { direction: match.groups?.['way'] === 'f' ? 'forward' : 'backward', cursor: { timeMs, position } };
}

/** Other pages: an opaque text of what the reader needs to go on. */
export function opaqueToken(content: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/** @throws InvalidParameterException unless the token holds values of these types */
export function readOpaqueToken(token: string, types: readonly ('string' | 'number')[]): readonly (string | number)[] {
  const content = parseJson(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Array.isArray(content) || content.length !== types.length) throw invalidToken();
  return content.map((value: unknown, index) => {
    if ((typeof value !== 'string' && typeof value !== 'number') || typeof value !== types[index]) throw invalidToken();
    return value;
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
