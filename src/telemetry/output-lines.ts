/** Bytes of one log line; CloudWatch's classic limit of an event. A longer line is cut into pieces of this size. */
export const MAX_LINE_BYTES = 256 * 1024;

const MAX_PARTIAL_PIECES = 64;
const NEWLINE = 10;

/** Makes lines of the output of a process as it comes. A line is complete at `\n`, which stays; carriage returns stay in it. */
export class OutputLines {
  readonly #take: (line: string) => void;
  /** Output after the last newline, not yet a line. */
  #partial: Buffer[] = [];
  #partialBytes = 0;

  constructor(take: (line: string) => void) {
    this.#take = take;
  }

  push(chunk: Buffer): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keepPartial(chunk);
      return;
    }
    const whole = end === chunk.length ? chunk : chunk.subarray(0, end);
    const complete = this.#partialBytes === 0 ? whole : this.#takePartial(whole);
    this.#takeLines(complete);
    if (end < chunk.length) this.#keepPartial(chunk.subarray(end));
  }

  /** Output without a final newline becomes a line, with one. */
  finish(): void {
    if (this.#partialBytes === 0) return;
    this.#takeLines(Buffer.concat([this.#takePartial(), Buffer.from('\n')]));
  }

  #takeLines(bytes: Buffer): void {
    if (bytes.length > MAX_LINE_BYTES) {
      for (const piece of shortLines(bytes)) this.#take(piece.toString('utf8'));
      return;
    }
    const text = bytes.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      // A line alone needs no copy; the others are cut out of the chunk's text.
      this.#take(start === 0 && end === text.length - 1 ? text : text.slice(start, end + 1));
      start = end + 1;
    }
  }

  #keepPartial(chunk: Buffer): void {
    // A copy: the chunk is a view of a buffer that its reader uses again.
    this.#partial.push(Buffer.from(chunk));
    this.#partialBytes += chunk.length;
    // A function that writes byte by byte must not make us hold an object for each.
    if (this.#partial.length > MAX_PARTIAL_PIECES) this.#partial = [Buffer.concat(this.#partial)];
    if (this.#partialBytes < MAX_LINE_BYTES) return;
    const bytes = this.#takePartial();
    const cut = lineCut(bytes, MAX_LINE_BYTES);
    this.#take(bytes.toString('utf8', 0, cut));
    if (cut < bytes.length) this.#keepPartial(bytes.subarray(cut));
  }

  #takePartial(rest?: Buffer): Buffer {
    const bytes = Buffer.concat(rest === undefined ? this.#partial : [...this.#partial, rest]);
    this.#partial = [];
    this.#partialBytes = 0;
    return bytes;
  }
}

/** Bytes that end with a newline as lines of at most `MAX_LINE_BYTES`. */
function* shortLines(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(NEWLINE, start);
    const lineEnd = newline === -1 ? bytes.length : newline + 1;
    const end = lineEnd - start > MAX_LINE_BYTES ? lineCut(bytes, start + MAX_LINE_BYTES) : lineEnd;
    yield bytes.subarray(start, end);
    start = end;
  }
}

/** The largest cut at or before `at` that does not split a UTF-8 character. */
function lineCut(bytes: Buffer, at: number): number {
  let cut = at;
  // At most three continuation bytes (10xxxxxx) follow a lead byte; more of them are no UTF-8 at all.
  while (cut > at - 4 && ((bytes[cut] ?? 0) & 0xc0) === 0x80) cut--;
  return ((bytes[cut] ?? 0) & 0xc0) === 0x80 ? at : cut;
}
