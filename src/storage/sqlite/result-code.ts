// Primary result codes of SQLite (its page "Result and Error Codes").
export const SQLITE_BUSY = 5;
export const SQLITE_FULL = 13;

/** The primary result code of an error of SQLite: the low byte of the extended one. */
export function resultCode(error: unknown): number | undefined {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}
