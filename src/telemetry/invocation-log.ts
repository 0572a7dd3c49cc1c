import type { Clock } from '#base/clock.ts';
import type { LogLine, LogSink, LogStreamName } from './log-sink.ts';

/** Bytes of one log line; CloudWatch's classic limit of an event. A longer line is cut into pieces of this size. */
export const MAX_LINE_BYTES = 256 * 1024;
/** What `X-Amz-Log-Result` carries ("the last 4 KB of the execution log"). */
export const TAIL_BYTES = 4096;
/** Lines wait no longer than this for the end of their invocation, so that a follower sees them within 100 ms. */
const MAX_WAIT_MS = 50;
/** Characters that are collected before the sink gets them: bounds the memory of one environment. */
const MAX_BATCH_LENGTH = 64 * 1024;
const MAX_PARTIAL_PIECES = 64;

const NEWLINE = 10;

/**
 * The log of one execution environment, an invocation at a time: platform lines and raw output go in, lines go to the sink, all of an
 * invocation in one `append` where it is short.
 *
 *     log.platform(initStartLine(…)); log.output(chunk);       // init phase
 *     log.begin({ tail: true }); log.platform(startLine(…));   // per invocation
 *     log.output(chunk); log.finishOutput();
 *     log.platform(endLine(…)); log.platform(reportLine(…));
 *     log.tail(); log.end();
 *
 * `tail` is valid from `begin` to the next `begin` when it was asked for.
 */
export class InvocationLog {
  readonly #sink: LogSink;
  readonly #stream: LogStreamName;
  readonly #clock: Clock;
  #lines: LogLine[] = [];
  #length = 0;
  #timerArmed = false;
  /** Output after the last newline, not yet a line. */
  #partial: Buffer[] = [];
  #partialBytes = 0;
  #keepTail = false;
  /** Messages of this invocation that the sink already has, no more than the tail needs of them. */
  #sentTail = '';

  constructor(options: { readonly sink: LogSink; readonly stream: LogStreamName; readonly clock: Clock }) {
    this.#sink = options.sink;
    this.#stream = options.stream;
    this.#clock = options.clock;
  }

  /** An invocation starts: what came before is handed over and is no part of its tail. */
  begin(options: { readonly tail: boolean }): void {
    this.#send();
    this.#keepTail = options.tail;
    this.#sentTail = '';
  }

  /** Adds a line of the platform, newline included. */
  platform(message: string): void {
    this.#add(message, this.#clock.wallMs(), 'platform');
  }

  /** Takes output of the runtime as it comes. A line is complete at `\n`; carriage returns stay in it. */
  output(chunk: Buffer): void {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      this.#keepPartial(chunk);
      return;
    }
    const whole = end === chunk.length ? chunk : chunk.subarray(0, end);
    const complete = this.#partialBytes === 0 ? whole : this.#takePartial(whole);
    this.#addLines(complete);
    if (end < chunk.length) this.#keepPartial(chunk.subarray(end));
  }

  /** The runtime is done: output without a final newline becomes a line, with one. */
  finishOutput(): void {
    if (this.#partialBytes === 0) return;
    this.#addLines(Buffer.concat([this.#takePartial(), Buffer.from('\n')]));
  }

  /** Base64 of the last 4 KB of this invocation's lines; of nothing unless `begin` asked for a tail. */
  tail(): string {
    if (!this.#keepTail) return '';
    return Buffer.from(this.#sentTail + lastMessages(this.#lines))
      .subarray(-TAIL_BYTES)
      .toString('base64');
  }

  /** The invocation is over: hands its lines to the sink. */
  end(): void {
    this.finishOutput();
    this.#send();
  }

  #addLines(bytes: Buffer): void {
    const timeMs = this.#clock.wallMs();
    if (bytes.length > MAX_LINE_BYTES) {
      for (const piece of shortLines(bytes)) this.#add(piece.toString('utf8'), timeMs, 'function');
      return;
    }
    const text = bytes.toString('utf8');
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      // A line alone needs no copy; the others are cut out of the chunk's text.
      this.#add(start === 0 && end === text.length - 1 ? text : text.slice(start, end + 1), timeMs, 'function');
      start = end + 1;
    }
  }

  #add(message: string, timeMs: number, origin: LogLine['origin']): void {
    this.#lines.push({ timeMs, message, origin });
    this.#length += message.length;
    if (this.#length > MAX_BATCH_LENGTH) {
      this.#send();
    } else if (!this.#timerArmed) {
      // One timer at a time, never cancelled: a short invocation in a row of many arms one in fifty milliseconds, not one each.
      this.#timerArmed = true;
      this.#clock.schedule(MAX_WAIT_MS, () => {
        this.#timerArmed = false;
        this.#send();
      });
    }
  }

  #send(): void {
    if (this.#lines.length === 0) return;
    if (this.#keepTail) this.#sentTail = (this.#sentTail + lastMessages(this.#lines)).slice(-TAIL_BYTES);
    const lines = this.#lines;
    this.#lines = [];
    this.#length = 0;
    this.#sink.append(this.#stream, lines);
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
    this.#add(bytes.toString('utf8', 0, cut), this.#clock.wallMs(), 'function');
    if (cut < bytes.length) this.#keepPartial(bytes.subarray(cut));
  }

  #takePartial(rest?: Buffer): Buffer {
    const bytes = Buffer.concat(rest === undefined ? this.#partial : [...this.#partial, rest]);
    this.#partial = [];
    this.#partialBytes = 0;
    return bytes;
  }
}

/** At least the last 4 KB of the lines' text, or all of it. */
function lastMessages(lines: readonly LogLine[]): string {
  let text = '';
  for (let index = lines.length - 1; index >= 0 && text.length < TAIL_BYTES; index--) text = (lines[index]?.message ?? '') + text;
  return text;
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
