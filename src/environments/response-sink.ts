import type { ByteStream, InvocationAnswer, StreamedAnswer, StreamEnd } from '#functions/invocation.ts';
import { MAX_RESPONSE_BYTES, MAX_STREAMED_RESPONSE_BYTES } from './limits.ts';
import type { RuntimeErrorReport } from './runtime-api/runtime-link.ts';
import { responseTooLarge } from './runtime-errors.ts';

/** Where the chunks of a streamed response go. */
export interface ResponseSink {
  /** `contentType`: as the runtime names it, before the first byte. */
  begin(contentType: string): void;
  /** Returns an error to end the response with when that is larger than the caller may get. */
  write(chunk: Buffer): RuntimeErrorReport | undefined;
  /** What the answer itself has to carry when the response ended well; undefined: what the runtime delivered at its end. */
  collected(): Buffer | undefined;
}

/** Gathers the chunks for a caller who waits for the whole response. */
export class CollectedResponse implements ResponseSink {
  /** One buffer that doubles: a function may write byte by byte, and an object for each would be hundreds of megabytes. */
  #buffer = Buffer.alloc(0);
  #bytes = 0;

  begin(): void {}

  write(chunk: Buffer): RuntimeErrorReport | undefined {
    const bytes = this.#bytes + chunk.length;
    if (bytes > MAX_RESPONSE_BYTES) return responseTooLarge(MAX_RESPONSE_BYTES);
    if (bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(Math.max(2 * this.#buffer.length, bytes), MAX_RESPONSE_BYTES));
      this.#buffer.copy(larger, 0, 0, this.#bytes);
      this.#buffer = larger;
    }
    chunk.copy(this.#buffer, this.#bytes);
    this.#bytes = bytes;
    return undefined;
  }

  collected(): Buffer {
    return this.#buffer.subarray(0, this.#bytes);
  }
}

/** Holds the runtime back when its response is not taken fast enough, and lets it go on. */
export interface Backpressure {
  hold(): void;
  release(): void;
}

/** Hands the chunks to a caller who wants them as they come. */
export class StreamedResponse implements ResponseSink {
  readonly answer: Promise<StreamedAnswer>;
  readonly #body: ChunkQueue;
  readonly #begun = Promise.withResolvers<StreamedAnswer>();
  readonly #completion = Promise.withResolvers<StreamEnd>();
  #bytes = 0;

  constructor(backpressure: Backpressure) {
    this.answer = this.#begun.promise;
    this.#body = new ChunkQueue(backpressure);
  }

  begin(contentType: string | undefined): void {
    this.#begun.resolve({ contentType, body: this.#body, completion: this.#completion.promise });
  }

  write(chunk: Buffer): RuntimeErrorReport | undefined {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_STREAMED_RESPONSE_BYTES) return responseTooLarge(MAX_STREAMED_RESPONSE_BYTES);
    this.#body.push(chunk);
    return undefined;
  }

  collected(): undefined {
    return undefined;
  }

  /** The invocation has its answer: what the runtime did not stream, or the error that ended the response. */
  end({ outcome, body, logTail }: InvocationAnswer): void {
    this.begin(undefined);
    this.#body.end(outcome === 'success' ? body : NOTHING);
    this.#completion.resolve({ ...(outcome === 'function-error' && { error: body }), ...(logTail !== undefined && { logTail }) });
  }
}

/** Beyond this much the runtime is held back: enough that neither side waits for the other in turns. */
const HIGH_WATER_BYTES = 128 * 1024;

/** Most that a reader gets at once. */
const MAX_PIECE_BYTES = 64 * 1024;

/** What a chunk costs in memory besides its bytes: a function may write them one by one. */
const CHUNK_OVERHEAD_BYTES = 160;

const NOTHING = new Uint8Array();

/** Chunks between a runtime that writes and one reader. */
class ChunkQueue implements ByteStream {
  readonly #backpressure: Backpressure;
  #chunks: Uint8Array[] = [];
  /** With the overhead of each chunk. */
  #costBytes = 0;
  #held = false;
  #ended = false;
  #discarded = false;
  /** Lets the waiting reader look again. */
  #wake: (() => void) | undefined;

  constructor(backpressure: Backpressure) {
    this.#backpressure = backpressure;
  }

  push(chunk: Uint8Array): void {
    if (this.#discarded || chunk.byteLength === 0) return;
    // A small view would keep alive all that was read together with it.
    this.#chunks.push(2 * chunk.byteLength < chunk.buffer.byteLength ? Buffer.from(chunk) : chunk);
    this.#costBytes += chunk.byteLength + CHUNK_OVERHEAD_BYTES;
    if (this.#costBytes >= HIGH_WATER_BYTES && !this.#held && !this.#ended) {
      this.#held = true;
      this.#backpressure.hold();
    }
    this.#wake?.();
  }

  /** Nothing comes after `last`, which may be of any size; what is here can still be read. */
  end(last: Uint8Array): void {
    this.#ended = true;
    this.#letGo();
    this.push(last);
    this.#wake?.();
  }

  discard(): void {
    this.#discarded = true;
    this.#chunks = [];
    this.#costBytes = 0;
    this.#letGo();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        if (this.#chunks.length > 0) {
          yield this.#take();
        } else if (this.#ended || this.#discarded) {
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = undefined;
        }
      }
    } finally {
      this.discard();
    }
  }

  /** The next bytes: of small chunks several together, of a large one a part. */
  #take(): Uint8Array {
    const first = this.#chunks[0] ?? NOTHING;
    let piece: Uint8Array;
    if (first.byteLength > MAX_PIECE_BYTES) {
      piece = first.subarray(0, MAX_PIECE_BYTES);
      this.#chunks[0] = first.subarray(MAX_PIECE_BYTES);
      this.#costBytes -= MAX_PIECE_BYTES;
    } else {
      let count = 0;
      let bytes = 0;
      for (const chunk of this.#chunks) {
        if (bytes + chunk.byteLength > MAX_PIECE_BYTES) break;
        count += 1;
        bytes += chunk.byteLength;
      }
      const taken = this.#chunks.splice(0, count);
      piece = count === 1 ? first : Buffer.concat(taken);
      this.#costBytes -= bytes + count * CHUNK_OVERHEAD_BYTES;
    }
    if (this.#costBytes < HIGH_WATER_BYTES / 2) this.#letGo();
    return piece;
  }

  #letGo(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#backpressure.release();
  }
}
