/**
 * Logs of small text records, for what is written often, read seldom and forgotten in the order it came: log events, later Kinesis
 * records. A store holds many logs; a log holds named tracks (log streams, shards). Every driver passes `record-log-contract.ts`.
 */
export interface RecordLogStore {
  /** The log of this id, which comes into being with its first record. No I/O: what is stored is read at first need. */
  log(id: string): RecordLog;
  /** Ids of all logs, also those of which only records in memory exist. */
  ids(): Promise<readonly string[]>;
  /** Deletes a log with all it holds. A missing one is no error. */
  remove(id: string): Promise<void>;
  /** Resolves when all records appended so far are written. */
  flush(): Promise<void>;
  stats(): RecordLogStats;
  /** Writes what is buffered and releases everything. */
  close(): Promise<void>;
}

/** Records within one track keep the order of their times, then that of their appends; a read merges tracks in that order. */
export interface RecordLog {
  readonly id: string;
  /**
   * Adds records to a track, which is created at need. Synchronous: readers see the records at once, and they are written in the
   * background. What a kill may lose is bounded by the driver (a second).
   */
  append(track: string, records: readonly LogRecord[]): void;
  /** Characters of a track's records that wait to be written. */
  bufferedLength(track: string): number;
  /** False when the track exists. Written before it resolves. */
  createTrack(track: string): Promise<boolean>;
  /** False when there is no such track. Its records are gone for readers at once. */
  deleteTrack(track: string): Promise<boolean>;
  /** Tracks in no particular order. A track that never had a record is kept; one whose records were all trimmed goes with them. */
  tracks(): Promise<readonly Track[]>;
  track(track: string): Promise<Track | undefined>;
  read(query: RecordQuery): Promise<RecordPage>;
  /** Frees storage of records older than this, in whole segments: newer readers must still bound their queries. */
  trimBefore(timeMs: number): Promise<void>;
  /** Bytes stored. */
  storedBytes(): Promise<number>;
  /** Resolves when all records of this log appended so far are written. */
  flush(): Promise<void>;
}

export interface LogRecord {
  /** Wall time in milliseconds; any order. */
  readonly timeMs: number;
  readonly message: string;
}

export interface StoredRecord extends LogRecord {
  readonly track: string;
  /** When it was appended. */
  readonly ingestedMs: number;
  /** Unique within the log, and growing with each append. */
  readonly position: number;
}

export interface Track {
  readonly name: string;
  readonly createdMs: number;
  /** Absent while the track has no records. */
  readonly span?: { readonly firstMs: number; readonly lastMs: number; readonly lastIngestedMs: number };
}

/** A place between records, in the order of time, then position. */
export interface RecordCursor {
  readonly timeMs: number;
  readonly position: number;
}

export interface RecordQuery {
  /** Names of the tracks to read, those that do not exist are passed over; all when absent. */
  readonly tracks?: readonly string[];
  /** Only tracks whose names start with this. */
  readonly trackPrefix?: string;
  /** Inclusive. */
  readonly fromMs: number;
  /** Exclusive. */
  readonly untilMs: number;
  readonly direction: 'forward' | 'backward';
  /** Only records beyond this one, seen in the direction. */
  readonly after?: RecordCursor;
  readonly limit: number;
  /** Stops before the messages (characters) add up to more than this, but not before the first record. */
  readonly maxLength: number;
  readonly matches?: (message: string) => boolean;
}

export interface RecordPage {
  /** In the order of the direction. */
  readonly records: readonly StoredRecord[];
  /**
   * Where to go on, when there may be more: also before the limit is reached, since one call reads a bounded amount of storage.
   */
  readonly next?: RecordCursor;
}

export interface RecordLogStats {
  /** Characters that wait to be written. */
  readonly bufferedLength: number;
  /** As of the last time the disk was looked at, plus what was written since. */
  readonly storedBytes: number;
  /** Records given up because the disk refused them. */
  readonly lostRecords: number;
}
