/** A comparison with a constant, shared by the patterns for fields and for JSON. */
export type ComparisonOperator = '=' | '!=' | '<' | '>' | '<=' | '>=';

export interface Constant {
  readonly text: string;
  /** A quoted constant is text, never a number. */
  readonly quoted: boolean;
}

/** The test for values. `undefined` when the operator needs a number and the constant is none. */
export function comparison(operator: ComparisonOperator, constant: Constant): ((value: string | number) => boolean) | undefined {
  const number = constant.quoted ? Number.NaN : numberOf(constant.text);
  const equals = equality(constant.text, number);
  switch (operator) {
    case '=':
      return equals;
    case '!=':
      return (value) => !equals(value);
    case '<':
      return numeric(number, (value) => value < number);
    case '>':
      return numeric(number, (value) => value > number);
    case '<=':
      return numeric(number, (value) => value <= number);
    case '>=':
      return numeric(number, (value) => value >= number);
  }
}

function equality(text: string, number: number): (value: string | number) => boolean {
  const matchesText = wildcard(text);
  return (value) => (typeof value === 'number' && !Number.isNaN(number) ? value === number : matchesText(String(value)));
}

function numeric(number: number, test: (value: number) => boolean): ((value: string | number) => boolean) | undefined {
  if (Number.isNaN(number)) return undefined;
  return (value) => test(typeof value === 'number' ? value : numberOf(value));
}

/** `Number` takes blanks for zero. */
function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** Text in which `*` stands for any characters. */
function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return (text) => text === pattern;
  return (text) => {
    if (!text.startsWith(first) || text.length < first.length + last.length) return false;
    let at = first.length;
    // The earliest place of each part leaves the most room for the next: linear, whatever the pattern.
    for (const part of others) {
      const found = text.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return text.length - last.length >= at && text.endsWith(last);
  };
}
