import type { StreamedAnswer } from '#functions/invocation.ts';
import type { UrlResponse } from './url-exchange.ts';
import { isHeaderValue, responseHead } from './url-response.ts';

/** The content type by which a function says that status, headers and cookies come before the body. */
const WITH_PRELUDE = 'application/vnd.awslambda.http-integration-response';

/** Ends the prelude. */
const DELIMITER = Buffer.alloc(8);

/** Longest prelude: as long as the headers of a request may be. AWS's own limit is not known. */
const MAX_PRELUDE_BYTES = 65_536;

/**
 * A response that goes out while the function writes it. Undefined when the function failed before there was anything to send, or what
 * it began with is no prelude. An error after that ends the connection, for nothing else can be said any more.
 *
 * What is not taken holds the function back; when the client goes away, it runs to its end unhindered.
 */
export async function streamedUrlResponse(answer: StreamedAnswer, signal: AbortSignal): Promise<UrlResponse | undefined> {
  const { body: stream } = answer;
  if (signal.aborted) stream.discard();
  else signal.addEventListener('abort', () => stream.discard(), { once: true });
  const chunks = stream[Symbol.asyncIterator]();
  if (answer.contentType !== WITH_PRELUDE) {
    const first = await chunks.next();
    if (first.done === true && (await answer.completion).error !== undefined) return undefined;
    // What a handler that does not stream returns is JSON, and is sent as it is.
    const type = answer.contentType ?? 'application/json';
    if (!isHeaderValue(type)) {
      stream.discard();
      return undefined;
    }
    return {
      status: 200,
      headers: { 'Content-Type': type },
      body: remaining(first.done === true ? undefined : first.value, chunks, answer),
    };
  }
  const prelude = await readPrelude(chunks);
  const head = prelude === undefined ? undefined : responseHead(prelude.members, 'application/octet-stream');
  if (prelude === undefined || head === undefined) {
    stream.discard();
    return undefined;
  }
  return { ...head, body: remaining(prelude.rest, chunks, answer) };
}

interface Prelude {
  readonly members: Readonly<Record<string, unknown>>;
  /** What came with its end. */
  readonly rest: Uint8Array;
}

/** The JSON up to the first eight zero bytes, in chunks of any size. */
async function readPrelude(chunks: AsyncIterator<Uint8Array>): Promise<Prelude | undefined> {
  let read: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = read.indexOf(DELIMITER);
    if (end >= 0) {
      const members = parseObject(read.subarray(0, end).toString('utf8'));
      return members === undefined ? undefined : { members, rest: read.subarray(end + DELIMITER.length) };
    }
    if (read.length > MAX_PRELUDE_BYTES) return undefined;
    const next = await chunks.next();
    if (next.done === true) return undefined;
    read = Buffer.concat([read, next.value]);
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The function failed after a part of its response was sent. */
class ResponseBroken extends Error {
  override readonly name = 'ResponseBroken';
}

async function* remaining(
  first: Uint8Array | undefined,
  chunks: AsyncIterator<Uint8Array>,
  { body, completion }: StreamedAnswer,
): AsyncGenerator<Uint8Array> {
  try {
    if (first !== undefined && first.byteLength > 0) yield first;
    for (let next = await chunks.next(); next.done !== true; next = await chunks.next()) yield next.value;
    if ((await completion).error !== undefined) throw new ResponseBroken();
  } finally {
    body.discard();
  }
}
