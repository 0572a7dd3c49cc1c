/**
 * Whether the whole text matches a pattern in which `*` stands for any characters and `?` for one. Linear in practice and never worse
 * than pattern × text: a policy's author cannot make it hang.
 */
export function matchesWildcard(pattern: string, text: string): boolean {
  let at = 0;
  let inText = 0;
  let star = -1;
  let starText = 0;
  while (inText < text.length) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at;
      starText = inText;
      at += 1;
    } else if (wanted === '?' || wanted === text[inText]) {
      at += 1;
      inText += 1;
    } else if (star >= 0) {
      // Let the last star take one character more, and try the rest again.
      at = star + 1;
      starText += 1;
      inText = starText;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
