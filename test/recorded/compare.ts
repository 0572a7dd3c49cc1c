/**
 * Compares an answer with what AWS answered in the same situation. Records hold placeholders where something varies: `<function-name:1>`,
 * `date`, the account id. A numbered placeholder stands for the same text throughout a case, and another number for another text.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** One leaf of a record. */
export interface Leaf {
  /** `create_response.Configuration.State`. */
  readonly path: string;
  /** A leaf that is nothing but a placeholder, or part of the metadata of a success, can be equal and proves nothing. */
  readonly counts: boolean;
  readonly equal: boolean;
  readonly recorded: string;
  readonly actual: string;
}

/** Members that AWS began to answer after the records were made. */
const NEWER: ReadonlySet<string> = new Set(['ConfigSha256']);

const ABSENT = '(absent)';
const ACCOUNT = '111111111111';
const PLACEHOLDER = /<[a-zA-Z_][a-zA-Z0-9_-]*(?::\d+)?>/;
const TOKEN = new RegExp(`${PLACEHOLDER.source}|${ACCOUNT}|^date(?=\\s)`, 'g');
/** What stands for those without a name; anything for the others. */
const MEANING: Readonly<Record<string, string>> = { [ACCOUNT]: '(\\d{12})', date: '(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z)' };
/** What varies, and one record nevertheless holds as it was. */
const HTTP_DATE = /[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} [\d:]{8} GMT/;
const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/;
/** What some records hold without brackets. */
const ALONE = new RegExp(
  `^(?:${PLACEHOLDER.source}|${ACCOUNT}|${HTTP_DATE.source}|${UUID.source}|date|datetime|timestamp|code-sha256|function-url|log-result)$`,
);

const UNMASKED = [HTTP_DATE, UUID].map(({ source }) => new RegExp(`^${source}$`));

/** Those of them of which nothing is known. */
const PLAIN: ReadonlySet<string> = new Set(['datetime', 'timestamp', 'code-sha256', 'function-url', 'log-result']);

/** What the placeholders of one case have stood for so far. */
export class Placeholders {
  readonly #textOf = new Map<string, string>();
  readonly #nameOf = new Map<string, string>();

  /** Whether the text is what the template says; what its placeholders then stand for is remembered. */
  match(template: string, text: string): boolean {
    if (PLAIN.has(template)) return true;
    for (const kind of UNMASKED) if (kind.test(template)) return kind.test(text);
    if (template === 'date') return text !== '' && !Number.isNaN(Date.parse(text.replace(/\+0000$/, 'Z')));
    const names: string[] = [];
    let pattern = '';
    let end = 0;
    for (const { 0: name, index } of template.matchAll(TOKEN)) {
      pattern += RegExp.escape(template.slice(end, index)) + (MEANING[name] ?? '([^]+?)');
      names.push(name);
      end = index + name.length;
    }
    const found = new RegExp(`^${pattern}${RegExp.escape(template.slice(end))}$`).exec(text);
    if (found === null) return false;
    const meant = names.map((name, index) => [name, found[index + 1] ?? ''] as const);
    if (!meant.every(([name, value]) => this.#consistent(name, value))) return false;
    for (const [name, value] of meant) this.#remember(name, value);
    return true;
  }

  #consistent(name: string, value: string): boolean {
    if (!/:\d+>$/.test(name)) return true;
    const kind = name.slice(0, name.indexOf(':'));
    const known = this.#textOf.get(name);
    const other = this.#nameOf.get(`${kind} ${value}`);
    return (known === undefined || known === value) && (other === undefined || other === name);
  }

  #remember(name: string, value: string): void {
    if (!/:\d+>$/.test(name)) return;
    this.#textOf.set(name, value);
    this.#nameOf.set(`${name.slice(0, name.indexOf(':'))} ${value}`, name);
  }
}

/** Every leaf of the record, and every leaf of the answer that the record does not have. */
export function compare(recorded: Json | undefined, actual: Json | undefined, placeholders: Placeholders, path = ''): readonly Leaf[] {
  if (isObject(recorded) && isObject(actual)) {
    const added = Object.keys(actual).filter((name) => !NEWER.has(name));
    const names = [...new Set([...Object.keys(recorded), ...added])];
    if (names.length === 0) return [leaf(path, recorded, actual, true)];
    const metadata = isSuccess(recorded['ResponseMetadata']);
    return names.flatMap((name) => {
      const leaves = compare(recorded[name], actual[name], placeholders, path === '' ? name : `${path}.${name}`);
      return metadata && name === 'ResponseMetadata' ? leaves.map((each) => ({ ...each, counts: false })) : leaves;
    });
  }
  if (isList(recorded) && isList(actual)) {
    const length = Math.max(recorded.length, actual.length);
    if (length === 0) return [leaf(path, recorded, actual, true)];
    return Array.from({ length }, (_, index) => compare(recorded[index], actual[index], placeholders, `${path}[${index}]`)).flat();
  }
  if (recorded === undefined || actual === undefined) return missing(recorded, actual, path);
  if (typeof recorded === 'string') {
    // A number or a list under a placeholder is a value that varies, too.
    const text = typeof actual === 'string' ? actual : JSON.stringify(actual);
    const alone = ALONE.test(recorded);
    const equal = typeof actual === 'string' || alone ? placeholders.match(recorded, text) : false;
    return [{ ...leaf(path, recorded, actual, equal), counts: !alone || !equal }];
  }
  return [leaf(path, recorded, actual, JSON.stringify(recorded) === JSON.stringify(actual))];
}

/** The leaves of an answer that never came. What would prove nothing if it were there counts as little now. */
export function unanswered(recorded: Json | undefined, path = ''): readonly Leaf[] {
  const answers = compare(recorded, recorded, new Placeholders(), path);
  return answers.map((each) => ({
    ...each,
    counts: each.counts && !ALONE.test(each.recorded.replaceAll(/^"|"$/g, '')),
    equal: false,
    actual: ABSENT,
  }));
}

/** One side has nothing there: each leaf of the other is unequal. */
function missing(recorded: Json | undefined, actual: Json | undefined, path: string): readonly Leaf[] {
  const present = recorded ?? actual;
  if (isObject(present) && Object.keys(present).length > 0) {
    return Object.keys(present).flatMap((name) =>
      missing(isObject(recorded) ? recorded[name] : undefined, isObject(actual) ? actual[name] : undefined, `${path}.${name}`),
    );
  }
  return [leaf(path, recorded, actual, false)];
}

function leaf(path: string, recorded: Json | undefined, actual: Json | undefined, equal: boolean): Leaf {
  const show = (value: Json | undefined): string => (value === undefined ? ABSENT : JSON.stringify(value));
  return { path, counts: true, equal, recorded: show(recorded), actual: show(actual) };
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is { readonly [name: string]: Json } {
  return typeof value === 'object' && value !== null && !isList(value);
}

function isSuccess(metadata: Json | undefined): boolean {
  const status = isObject(metadata) ? metadata['HTTPStatusCode'] : undefined;
  return typeof status === 'number' && status < 300;
}
