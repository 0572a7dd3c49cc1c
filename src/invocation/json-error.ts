/**
 * What is wrong with bytes that are not JSON, in the words of the service's parser (Jackson). Recorded: test_lambda,
 * TestLambdaErrors::test_lambda_invoke_payload_encoding_error. Reads again from the start, for an error need not be fast.
 */
export function describeJsonError(bytes: Buffer): string {
  const scanner = new Scanner(bytes);
  try {
    scanner.value();
    scanner.end();
  } catch (error) {
    if (error instanceof TooDeep) return error.message;
    if (error instanceof JsonFault) return `${error.message}\n at ${source(bytes, error.offset)}`;
    throw error;
  }
  // The scanner is more lenient than JSON.parse only where nothing more exact is known.
  return `Unexpected content\n at ${source(bytes, bytes.length)}`;
}

/** Jackson's own limit (StreamReadConstraints); the scanner, which calls itself for each level, relies on it, too. */
const MAX_NESTING = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether arrays and objects lie deeper in each other than the service's parser permits. For bytes that are JSON. */
export function isTooDeep(bytes: Buffer): boolean {
  // Each level takes two brackets.
  if (bytes.length <= 2 * MAX_NESTING) return false;
  let depth = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === QUOTE) at = closingQuote(bytes, at);
    // `[` and `{`, `]` and `}` differ in one bit.
    else if ((byte | 0x20) === 0x7b) {
      if (++depth > MAX_NESTING) return true;
    } else if ((byte | 0x20) === 0x7d) depth--;
  }
  return false;
}

function closingQuote(bytes: Buffer, opening: number): number {
  let at = opening + 1;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}

const VALUE = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'";

/** `offset`: bytes before the place that the text names. */
class JsonFault extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** The parser names no place for this one. */
class TooDeep extends Error {
  constructor() {
    const limit = `${MAX_NESTING}, from \`StreamReadConstraints.getMaxNestingDepth()\``;
    super(`Document nesting depth (${MAX_NESTING + 1}) exceeds the maximum allowed (${limit})`);
  }
}

class Scanner {
  readonly #bytes: Buffer;
  #at = 0;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  value(): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new JsonFault('No content to map due to end-of-input', this.#at);
    const character = String.fromCharCode(byte);
    if (character === '{') this.#nested(() => this.#object());
    else if (character === '[') this.#nested(() => this.#array());
    else if (character === '"') this.#string();
    else if (character === '-' || isDigit(byte)) this.#number();
    else if (isIdentifier(byte)) this.#word();
    else throw this.#unexpected(byte, `expected a valid value (${VALUE})`);
  }

  end(): void {
    this.#space();
    const byte = this.#bytes[this.#at];
    if (byte === undefined) return;
    if (isIdentifier(byte)) this.#word();
    throw this.#unexpected(byte, `expected a valid value (${VALUE})`);
  }

  #nested(read: () => void): void {
    if (++this.#depth > MAX_NESTING) throw new TooDeep();
    read();
    this.#depth--;
  }

  #object(): void {
    const start = this.#at++;
    this.#space();
    if (this.#take('}')) return;
    for (;;) {
      this.#space();
      const byte = this.#present('Object', start);
      if (byte !== 0x22) throw this.#unexpected(byte, 'was expecting double-quote to start field name');
      this.#string();
      this.#space();
      const colon = this.#present('Object', start);
      if (colon !== 0x3a) throw this.#unexpected(colon, 'was expecting a colon to separate field name and value');
      this.#at++;
      this.#space();
      this.#present('Object', start);
      this.value();
      this.#space();
      if (this.#take('}')) return;
      const comma = this.#present('Object', start);
      if (comma !== 0x2c) throw this.#unexpected(comma, 'was expecting comma to separate Object entries');
      this.#at++;
    }
  }

  #array(): void {
    const start = this.#at++;
    this.#space();
    if (this.#take(']')) return;
    for (;;) {
      this.#space();
      this.#present('Array', start);
      this.value();
      this.#space();
      if (this.#take(']')) return;
      const comma = this.#present('Array', start);
      if (comma !== 0x2c) throw this.#unexpected(comma, 'was expecting comma to separate Array entries');
      this.#at++;
    }
  }

  #string(): void {
    this.#at++;
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) throw new JsonFault('Unexpected end-of-input: was expecting closing quote for a string value', this.#at);
      if (byte === 0x22) {
        this.#at++;
        return;
      }
      if (byte < 0x20) {
        throw new JsonFault(
          `Illegal unquoted character (${shown(byte)}): has to be escaped using backslash to be included in string value`,
          this.#at,
        );
      }
      if (byte === 0x5c) this.#escape();
      else if (byte < 0x80) this.#at++;
      else this.#multiByte(byte);
    }
  }

  #escape(): void {
    const byte = this.#bytes[this.#at + 1];
    if (byte === undefined) throw new JsonFault('Unexpected end-of-input in character escape sequence', this.#at + 1);
    if (byte === 0x75) {
      for (let index = 2; index < 6; index++) {
        const digit = this.#bytes[this.#at + index];
        if (digit === undefined) throw new JsonFault('Unexpected end-of-input in character escape sequence', this.#at + index);
        if (!/[0-9a-fA-F]/.test(String.fromCharCode(digit))) {
          this.#at += index;
          throw this.#unexpected(digit, 'expected a hex-digit for character escape sequence');
        }
      }
      this.#at += 6;
      return;
    }
    if (!'"\\/bfnrt'.includes(String.fromCharCode(byte))) throw new JsonFault(`Unrecognized character escape ${shown(byte)}`, this.#at + 1);
    this.#at += 2;
  }

  #multiByte(first: number): void {
    const length = sequenceLength(first);
    if (length === 0) throw new JsonFault(`Invalid UTF-8 start byte 0x${first.toString(16)}`, this.#at + 1);
    for (let index = 1; index < length; index++) {
      const byte = this.#bytes[this.#at + index];
      if (byte === undefined) throw new JsonFault('Unexpected end-of-input in a UTF-8 character', this.#at + index);
      if ((byte & 0xc0) !== 0x80) throw new JsonFault(`Invalid UTF-8 middle byte 0x${byte.toString(16)}`, this.#at + index + 1);
    }
    this.#at += length;
  }

  #number(): void {
    const text = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.#bytes.toString('latin1', this.#at, this.#at + 1100))?.[0];
    if (text === undefined)
      throw this.#unexpected(this.#bytes[this.#at + 1] ?? 0x2d, 'expected digit (0-9) to follow minus sign, for valid numeric value');
    if (/^-?0\d/.test(text)) throw new JsonFault('Invalid numeric value: Leading zeroes not allowed', this.#at + 1);
    this.#at += text.length;
  }

  #word(): void {
    const start = this.#at;
    while (this.#at < this.#bytes.length && isIdentifier(this.#bytes[this.#at] ?? 0)) this.#at++;
    const word = this.#bytes.toString('latin1', start, this.#at);
    const next = this.#bytes[this.#at] ?? 0;
    if ((word === 'null' || word === 'true' || word === 'false') && next < 0x80) return;
    // The parser reads on for the name of the token, and stumbles over what is no UTF-8 on the way.
    if (next >= 0x80 && sequenceLength(next) === 0) throw new JsonFault(`Invalid UTF-8 start byte 0x${next.toString(16)}`, this.#at + 1);
    throw new JsonFault(`Unrecognized token '${word}': was expecting (${VALUE})`, this.#at);
  }

  #space(): void {
    while ([0x20, 0x09, 0x0a, 0x0d].includes(this.#bytes[this.#at] ?? 0)) this.#at++;
  }

  #take(character: string): boolean {
    if (this.#bytes[this.#at] !== character.charCodeAt(0)) return false;
    this.#at++;
    return true;
  }

  #present(container: 'Object' | 'Array', start: number): number {
    const byte = this.#bytes[this.#at];
    if (byte !== undefined) return byte;
    throw new JsonFault(
      `Unexpected end-of-input: expected close marker for ${container} (start marker at ${source(this.#bytes, start)})`,
      this.#at,
    );
  }

  #unexpected(byte: number, expectation: string): JsonFault {
    return new JsonFault(`Unexpected character (${shown(byte)}): ${expectation}`, this.#at);
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function isIdentifier(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte === 0x24 || isDigit(byte);
}

/** Bytes of the UTF-8 sequence that starts with this one, 0 when none does. */
function sequenceLength(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function shown(byte: number): string {
  return byte < 0x20 || byte > 0x7e ? `(CTRL-CHAR, code ${byte})` : `'${String.fromCharCode(byte)}' (code ${byte})`;
}

function source(bytes: Buffer, offset: number): string {
  const before = bytes.subarray(0, offset);
  const line = before.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 1);
  const column = offset - (before.lastIndexOf(0x0a) + 1) + 1;
  return `[Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`;
}
