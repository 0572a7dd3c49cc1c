import { AwsError } from '#aws/errors.ts';

/** "Up to 3,583 bytes of base64-encoded data" (Invoke). */
const MAX_ENCODED_BYTES = 3583;

/**
 * Decodes X-Amz-Client-Context, base64 of a JSON object, to the JSON text that runtimes get.
 * @throws AwsError InvalidRequestContentException (400)
 */
export function decodeClientContext(encoded: string | undefined): string | undefined {
  if (encoded === undefined || encoded === '') return undefined;
  if (encoded.length > MAX_ENCODED_BYTES)
    throw invalid(`Client context must be at most ${MAX_ENCODED_BYTES} bytes of Base64-encoded data.`);
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('Client context must be a valid Base64-encoded JSON object.');
  return headerSafe(JSON.stringify(value));
}

/** The same JSON in one line of printable ASCII: over HTTP it travels in a header. */
function headerSafe(json: string): string {
  return json.replaceAll(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidRequestContentException', message, { members: { Type: 'User' } });
}
