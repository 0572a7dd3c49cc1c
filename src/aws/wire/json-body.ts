import { UnreadableInput } from './unreadable-input.ts';

/** @throws UnreadableInput when the body is not JSON */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) throw new UnreadableInput(`Could not parse request body into json: ${error.message}`);
    throw error;
  }
}
