/**
 * Where the lines of an execution environment go. Appending is synchronous and cheap: it buffers within bounds and returns; the
 * store behind it writes in the background. When full, function lines are dropped and counted, platform lines never.
 */
export interface LogSink {
  append(stream: LogStreamName, lines: readonly LogLine[]): void;
}

/** A CloudWatch log stream. The group and the stream are created when the first line arrives. */
export interface LogStreamName {
  readonly accountId: string;
  readonly region: string;
  readonly group: string;
  readonly stream: string;
}

export interface LogLine {
  /** Wall time in milliseconds. */
  readonly timeMs: number;
  /** With the trailing newline, as Lambda stores it. */
  readonly message: string;
  /** `platform` lines (INIT_START, START, END, REPORT) are never dropped. */
  readonly origin: 'platform' | 'function';
}
