/** Where a command writes for people: answers to `out`, all else to `err`. Texts carry their own newlines. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
}
