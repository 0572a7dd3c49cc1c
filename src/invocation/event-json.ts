import { isUtf8 } from 'node:buffer';
import { AwsError } from '#aws/errors.ts';
import { describeJsonError, isTooDeep } from './json-error.ts';

/** Largest event of a synchronous invocation in bytes. */
const MAX_EVENT_BYTES = 6_291_456;

const EMPTY_EVENT = Buffer.from('{}');

/**
 * The event as the runtime gets it: the caller's bytes unchanged, `{}` when there are none.
 * @throws AwsError RequestTooLargeException (413), InvalidRequestContentException (400) with the service's own parser's words
 */
export function checkedEvent(payload: Uint8Array | undefined): Uint8Array {
  if (payload === undefined || payload.byteLength === 0) return EMPTY_EVENT;
  checkEventSize(payload);
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
  if (!isUtf8(bytes) || !isJson(bytes) || isTooDeep(bytes)) {
    throw new AwsError(
      'InvalidRequestContentException',
      `Could not parse request body into json: Could not parse payload into json: ${describeJsonError(bytes)}`,
      {
        members: { Type: 'User' },
      },
    );
  }
  return payload;
}

/** @throws AwsError RequestTooLargeException (413) */
export function checkEventSize({ byteLength }: Uint8Array): void {
  if (byteLength <= MAX_EVENT_BYTES) return;
  throw new AwsError('RequestTooLargeException', `Request must be smaller than ${MAX_EVENT_BYTES} bytes for the InvokeFunction operation`, {
    status: 413,
    members: { Type: 'User' },
  });
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString('utf8'));
    return true;
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
