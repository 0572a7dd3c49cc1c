/**
 * The request cannot be read as the operation's input: malformed JSON, a text where a number belongs, a broken escape.
 * Each protocol answers it under its own code (`SerializationException`, `MalformedInput`, `MalformedXML`).
 */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}
