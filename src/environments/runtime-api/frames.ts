/**
 * Frames between the daemon and our own bootstraps, over the sandbox's channel (descriptor 3 inside).
 *
 *     u32 LE payload length | u8 type | u32 LE attempt | payload
 *
 * `attempt` numbers the invocations of one environment from 1; 0 belongs to the init phase. A frame with another attempt
 * than the running one is late and ignored. What the runtime sends is hostile input: its length is bounded, its type checked.
 *
 * | type          | from    | payload |
 * |---------------|---------|---------|
 * | INVOKE        | daemon  | u16 LE length of meta, meta (JSON of `InvokeMeta`), event bytes |
 * | SPECIALISE    | daemon  | JSON of all environment variables, for a runtime that was started parked; its init phase begins |
 * | READY         | runtime | empty: asks for the next event (attempt 0: init is done; when it was started parked, once before: it waits to be specialised) |
 * | RESPONSE      | runtime | response bytes; READY follows |
 * | RESPONSE_READY| runtime | response bytes; ready for the next event at once |
 * | ERROR         | runtime | u16 LE length of type, error type, error JSON; READY follows, or the process exits |
 * | INIT_ERROR    | runtime | as ERROR, attempt 0; the process exits afterwards |
 * | STREAM_BEGIN  | runtime | content type of a response that comes in chunks |
 * | STREAM_CHUNK  | runtime | up to 64 KiB of that response |
 * | STREAM_END    | runtime | empty, or as ERROR when the function failed; READY follows once the handler is done, too |
 *
 * There is no credit for chunks: a daemon that cannot pass them on stops reading, the socket fills up, and the runtime waits.
 */
export const FRAME = {
  INVOKE: 1,
  READY: 2,
  RESPONSE: 3,
  RESPONSE_READY: 4,
  ERROR: 5,
  INIT_ERROR: 6,
  STREAM_BEGIN: 7,
  STREAM_CHUNK: 8,
  STREAM_END: 9,
  SPECIALISE: 10,
} as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

export const FRAME_HEADER_BYTES = 9;

/** What a runtime gets to know of an invocation besides the event; the framed form of the Runtime API's headers. */
export interface InvokeMeta {
  readonly requestId: string;
  readonly deadlineMs: number;
  readonly functionArn: string;
  readonly traceId: string;
  /** JSON text, decoded from X-Amz-Client-Context. */
  readonly clientContext?: string;
  readonly cognitoIdentity?: string;
  readonly tenantId?: string;
}
