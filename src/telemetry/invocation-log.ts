import type { Clock } from '#base/clock.ts';
import type { LogLine, LogSink, LogStreamName } from './log-sink.ts';
import { OutputLines } from './output-lines.ts';

/** What `X-Amz-Log-Result` carries ("the last 4 KB of the execution log"). */
export const TAIL_BYTES = 4096;
/** Lines wait no longer than this for the end of their invocation, so that a follower sees them within 100 ms. */
const MAX_WAIT_MS = 50;
/** Characters that are collected before the sink gets them: bounds the memory of one environment. */
const MAX_BATCH_LENGTH = 64 * 1024;

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
  readonly #options: InvocationLogOptions;
  readonly #output = new OutputLines((line) => this.#functionLine(line));
  /** Made when an extension writes. */
  #extensionOutput: OutputLines | undefined;
  #lines: LogLine[] = [];
  #length = 0;
  #timerArmed = false;
  #keepTail = false;
  /** Messages of this invocation that the sink already has, no more than the tail needs of them. */
  #sentTail = '';

  constructor(options: InvocationLogOptions) {
    this.#options = options;
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

  /** Takes output of the runtime as it comes. */
  output(chunk: Buffer): void {
    this.#output.push(chunk);
  }

  /** The same for output of external extensions, whose lines stand between the function's own. */
  extensionOutput(chunk: Buffer): void {
    this.#extensionOutput ??= new OutputLines((line) => this.#addLine(line, 'extension'));
    this.#extensionOutput.push(chunk);
  }

  /** The runtime is done: output without a final newline becomes a line, with one. */
  finishOutput(): void {
    this.#output.finish();
    this.#extensionOutput?.finish();
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

  #functionLine(line: string): void {
    const { filter } = this.#options;
    const passed = filter === undefined ? line : filter(line);
    if (passed !== undefined) this.#addLine(passed, 'function');
  }

  #addLine(line: string, source: 'function' | 'extension'): void {
    const timeMs = this.#clock.wallMs();
    this.#add(line, timeMs, 'function');
    this.#options.onLine?.({ timeMs, source, text: line });
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
}

/** At least the last 4 KB of the lines' text, or all of it. */
function lastMessages(lines: readonly LogLine[]): string {
  let text = '';
  for (let index = lines.length - 1; index >= 0 && text.length < TAIL_BYTES; index--) text = (lines[index]?.message ?? '') + text;
  return text;
}

export interface InvocationLogOptions {
  readonly sink: LogSink;
  readonly stream: LogStreamName;
  readonly clock: Clock;
  /** Changes a line of the function, or drops it. */
  readonly filter?: ((line: string) => string | undefined) | undefined;
  /** Sees each line that goes to the log, but for the platform's. */
  readonly onLine?: (line: { readonly timeMs: number; readonly source: 'function' | 'extension'; readonly text: string }) => void;
}
