import type { Fields } from './document.ts';
import { decodePercent, type Parameters } from './query-string.ts';
import type { Member, StructureShape } from './schema.ts';
import { readHeader, readText, scalarOf, writeHeader } from './text-value.ts';
import type { Route } from './router.ts';

/** Where the members of an input, output or error stand in an HTTP message (restJson1, restXml). */
export interface HttpBindings {
  readonly labels: readonly Member[];
  readonly query: readonly Bound[];
  readonly queryParams: Member | undefined;
  /** Names in lower case for reading, as the model spells them for writing. */
  readonly headers: readonly Bound[];
  readonly prefixHeaders: Bound | undefined;
  readonly status: Member | undefined;
  readonly payload: Member | undefined;
  /** What is left: the members of the document in the body. */
  readonly body: readonly Member[];
}

interface Bound {
  readonly name: string;
  readonly lowerName: string;
  readonly member: Member;
}

const known = new WeakMap<StructureShape, HttpBindings>();

export function httpBindingsOf(shape: StructureShape): HttpBindings {
  let bindings = known.get(shape);
  if (bindings === undefined) known.set(shape, (bindings = bind(shape)));
  return bindings;
}

function bind({ members }: StructureShape): HttpBindings {
  return {
    labels: members.filter(({ traits }) => traits.httpLabel === 1),
    query: bound(members, ({ traits }) => traits.httpQuery),
    queryParams: members.find(({ traits }) => traits.httpQueryParams === 1),
    headers: bound(members, ({ traits }) => traits.httpHeader),
    prefixHeaders: bound(members, ({ traits }) => traits.httpPrefixHeaders)[0],
    status: members.find(({ traits }) => traits.httpResponseCode === 1),
    payload: members.find(isPayload),
    body: members.filter((member) => !isPayload(member) && !isBoundToHead(member)),
  };
}

function bound(members: readonly Member[], nameOf: (member: Member) => string | undefined): Bound[] {
  return members.flatMap((member) => {
    const name = nameOf(member);
    return name === undefined ? [] : { name, lowerName: name.toLowerCase(), member };
  });
}

/** An event stream is the payload even without the trait. */
function isPayload({ traits, shape }: Member): boolean {
  return traits.httpPayload === 1 || (shape.kind === 'structure' && traits.streaming === 1);
}

function isBoundToHead({ traits }: Member): boolean {
  return (
    traits.httpLabel === 1 ||
    traits.httpQuery !== undefined ||
    traits.httpQueryParams === 1 ||
    traits.httpHeader !== undefined ||
    traits.httpPrefixHeaders !== undefined ||
    traits.httpResponseCode === 1
  );
}

/** Reads the members that do not stand in the body. */
export function readHead(
  bindings: HttpBindings,
  head: { readonly labels: Route['labels']; readonly parameters: Parameters; readonly headers: Readonly<Record<string, string>> },
): Fields {
  const input: Fields = {};
  for (const member of bindings.labels) {
    const text = head.labels[member.name];
    if (text !== undefined) input[member.name] = readText(scalarOf(member), decodePercent(text), 'date-time');
  }
  for (const { lowerName, member } of bindings.headers) {
    const text = head.headers[lowerName];
    if (text !== undefined) input[member.name] = readHeader(member, text);
  }
  if (bindings.query.length > 0 || bindings.queryParams !== undefined) readQuery(bindings, head.parameters, input);
  if (bindings.prefixHeaders !== undefined) {
    const { lowerName, member } = bindings.prefixHeaders;
    const found = Object.entries(head.headers).filter(([name]) => name.startsWith(lowerName));
    if (found.length > 0) input[member.name] = Object.fromEntries(found.map(([name, value]) => [name.slice(lowerName.length), value]));
  }
  return input;
}

function readQuery({ query, queryParams }: HttpBindings, parameters: Parameters, input: Fields): void {
  for (const { name, member } of query) {
    const values = parameters.get(name);
    if (values === undefined) continue;
    const { shape } = member;
    if (shape.kind === 'list') input[member.name] = values.map((text) => readText(scalarOf(shape.member), text, 'date-time'));
    else if (values[0] !== undefined) input[member.name] = readText(scalarOf(member), values[0], 'date-time');
  }
  if (queryParams?.shape.kind !== 'map') return;
  const named = new Set(query.map(({ name }) => name));
  const lists = queryParams.shape.value.shape.kind === 'list';
  const others = [...parameters].filter(([name]) => !named.has(name));
  input[queryParams.name] = Object.fromEntries(others.map(([name, values]) => [name, lists ? values : (values[0] ?? '')]));
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: Record<string, string>;
}

/** Writes the members that do not stand in the body. */
export function writeHead(bindings: HttpBindings, output: Readonly<Fields>, defaultStatus: number): ResponseHead {
  const headers: Record<string, string> = {};
  for (const { name, member } of bindings.headers) {
    const value = output[member.name];
    if (value !== undefined && value !== null) headers[name] = writeHeader(member, value);
  }
  if (bindings.prefixHeaders !== undefined) {
    const { name: prefix, member } = bindings.prefixHeaders;
    for (const [name, value] of Object.entries((output[member.name] ?? {}) as Fields)) headers[prefix + name] = String(value);
  }
  const status = bindings.status === undefined ? undefined : output[bindings.status.name];
  return { status: typeof status === 'number' ? status : defaultStatus, headers };
}
