/** An instant as `YYYYMMDDTHHMMSSZ`, in milliseconds since the epoch; undefined when the text has another form or names no instant. */
export function parseAmzDate(text: string): number | undefined {
  if (text !== latest.text) latest = { text, ms: readAmzDate(text) };
  return latest.ms;
}

/** Requests that come within one second carry the same date. */
let latest: { readonly text: string; readonly ms: number | undefined } = { text: '', ms: undefined };

function readAmzDate(text: string): number | undefined {
  if (!/^\d{8}T\d{6}Z$/.test(text)) return undefined;
  const part = (from: number, to: number): number => Number(text.slice(from, to));
  const [month, day] = [part(4, 6), part(6, 8)];
  const [hours, minutes, seconds] = [part(9, 11), part(11, 13), part(13, 15)];
  if (month < 1 || month > 12 || hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const ms = Date.UTC(part(0, 4), month - 1, day, hours, minutes, seconds);
  // A day that the month does not have rolls over into the next.
  return new Date(ms).getUTCDate() === day ? ms : undefined;
}

/** `YYYYMMDDTHHMMSSZ`. */
export function formatAmzDate(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
