import type { TimestampFormat } from './schema.ts';
import { UnreadableInput } from './unreadable-input.ts';

const DATE_TIME = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:?\d\d)$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d(?:\.\d+)? GMT$/;
const EPOCH_SECONDS = /^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const PATTERN: Readonly<Record<TimestampFormat, RegExp>> = {
  'date-time': DATE_TIME,
  'http-date': HTTP_DATE,
  'epoch-seconds': EPOCH_SECONDS,
};

/** Accepts the expected format first, then the others: clients disagree about the default of a place. */
export function parseTimestamp(text: string, format: TimestampFormat): Date {
  if (!PATTERN[format].test(text) && !Object.values(PATTERN).some((pattern) => pattern.test(text))) throw notADate(text);
  const date = EPOCH_SECONDS.test(text) ? dateOfSeconds(Number(text)) : new Date(text);
  if (Number.isNaN(date.getTime())) throw notADate(text);
  return date;
}

/** A whole second is written without its fraction, as the SDKs and most services do. */
export function formatTimestamp(date: Date, format: TimestampFormat): string {
  if (format === 'epoch-seconds') return String(date.getTime() / 1000);
  return format === 'http-date' ? date.toUTCString() : date.toISOString().replace('.000Z', 'Z');
}

/** Rounds to the millisecond. */
export function dateOfSeconds(seconds: number): Date {
  const date = new Date(Math.round(seconds * 1000));
  if (Number.isNaN(date.getTime())) throw notADate(String(seconds));
  return date;
}

function notADate(text: string): UnreadableInput {
  return new UnreadableInput(`Invalid timestamp: '${text.slice(0, 64)}'`);
}
