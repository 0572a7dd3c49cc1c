import { comparison, type ComparisonOperator, type Constant } from './comparison.ts';
import type { MessageMatcher } from './message-matcher.ts';
import { invalidPattern } from './invalid-pattern.ts';

type Test = (document: unknown) => boolean;
/** A step from a value to its parts: a member, an element, or `*` for all. */
type Step = string | number;
interface Token {
  readonly kind: 'selector' | 'operator' | 'quoted' | 'word' | 'mark';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(?<selector>\$(?:\.[^\s.()[\]{}=!<>&|"']+|\[\s*(?:\d+|\*|'[^']*'|"[^"]*")\s*\])*)|(?<operator>!=|<=|>=|=|<|>)|"(?<quoted>(?:[^"\\]|\\.)*)"|(?<mark>&&|\|\||[(){}])|(?<word>[^\s(){}=!<>&|"]+))\s*/y;
const STEP = /\.(?<member>[^.[\]]+)|\[\s*(?:(?<index>\d+)|(?<all>\*)|'(?<single>[^']*)'|"(?<double>[^"]*)")\s*\]/g;

/**
 * `{ $.level = "ERROR" && ($.code > 499 || $.tags[0] = a*) }`: conditions on messages that are JSON objects or arrays. A condition on
 * a property that is missing holds for NOT EXISTS alone.
 */
export function jsonMatcher(pattern: string): MessageMatcher {
  const parser = new PatternParser(tokensOf(pattern));
  const test = parser.parse();
  return (message) => {
    // Most messages of a mixed log are no JSON: not worth an exception each.
    if (!/^\s*[{[]/.test(message)) return false;
    const document = parseJson(message);
    return document !== undefined && test(document);
  };
}

/** Recursive descent over: any = all ('||' all)*; all = one ('&&' one)*; one = '(' any ')' | selector condition. */
class PatternParser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  parse(): Test {
    this.#expect('{');
    const test = this.#any();
    this.#expect('}');
    if (this.#at < this.#tokens.length) throw invalidPattern();
    return test;
  }

  #any(): Test {
    const tests = [this.#all()];
    while (this.#take('||')) tests.push(this.#all());
    return (document) => tests.some((test) => test(document));
  }

  #all(): Test {
    const tests = [this.#one()];
    while (this.#take('&&')) tests.push(this.#one());
    return (document) => tests.every((test) => test(document));
  }

  #one(): Test {
    if (this.#take('(')) {
      const test = this.#any();
      this.#expect(')');
      return test;
    }
    const selector = this.#next();
    if (selector.kind !== 'selector') throw invalidPattern();
    const steps = stepsOf(selector.text);
    const condition = this.#next();
    if (condition.kind === 'operator') return valueTest(steps, condition.text as ComparisonOperator, this.#constant());
    const word = this.#next().text.toUpperCase();
    switch (`${condition.text.toUpperCase()} ${word}`) {
      case 'IS NULL':
        return (document) => select(document, steps).includes(null);
      case 'IS TRUE':
        return (document) => select(document, steps).includes(true);
      case 'IS FALSE':
        return (document) => select(document, steps).includes(false);
      case 'NOT EXISTS':
        return (document) => select(document, steps).length === 0;
      default:
        throw invalidPattern();
    }
  }

  #constant(): Constant {
    const token = this.#next();
    if (token.kind !== 'quoted' && token.kind !== 'word') throw invalidPattern();
    // A regular expression is refused rather than taken for text.
    if (token.kind === 'word' && /^%.*%$/.test(token.text)) throw invalidPattern();
    return { text: token.text, quoted: token.kind === 'quoted' };
  }

  #next(): Token {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw invalidPattern();
    return token;
  }

  #take(mark: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#at++;
    return true;
  }

  #expect(mark: string): void {
    if (!this.#take(mark)) throw invalidPattern();
  }
}

function tokensOf(pattern: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(pattern)?.groups;
    if (groups === undefined) throw invalidPattern();
    for (const kind of ['selector', 'operator', 'quoted', 'mark', 'word'] as const) {
      const text = groups[kind];
      if (text !== undefined) tokens.push({ kind, text: kind === 'quoted' ? text.replace(/\\(.)/g, '$1') : text });
    }
  }
  return tokens;
}

function stepsOf(selector: string): readonly Step[] {
  return Array.from(selector.matchAll(STEP), ({ groups }) => {
    if (groups?.['index'] !== undefined) return Number(groups['index']);
    return groups?.['member'] ?? groups?.['single'] ?? groups?.['double'] ?? '*';
  });
}

function valueTest(steps: readonly Step[], operator: ComparisonOperator, constant: Constant): Test {
  const test = comparison(operator, constant);
  if (test === undefined) throw invalidPattern();
  return (document) =>
    select(document, steps).some((value) => {
      if (typeof value === 'string') return test(value);
      // A number is never equal to a quoted constant, but differs from it.
      if (typeof value === 'number') return constant.quoted ? operator === '!=' : test(value);
      return false;
    });
}

/** The values that the steps lead to; none when a property is missing. */
function select(document: unknown, steps: readonly Step[]): readonly unknown[] {
  let values: readonly unknown[] = [document];
  for (const step of steps) values = values.flatMap((value) => partsOf(value, step));
  return values;
}

function partsOf(value: unknown, step: Step): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (step === '*') return Object.values(value);
  if (Array.isArray(value) !== (typeof step === 'number')) return [];
  return Object.hasOwn(value, step) ? [(value as Readonly<Record<Step, unknown>>)[step]] : [];
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
