import type { OperationSchema } from './schema.ts';
import { type Parameters, parseQuery } from './query-string.ts';

/** Finds the operation of a service that binds its operations to HTTP (restJson1, restXml). */
export interface Router {
  /** Whether header members tell some operations apart; otherwise method, path and query alone decide. */
  readonly readsHeaders: boolean;
  route(request: RoutedRequest): Route | undefined;
}

export interface RoutedRequest {
  readonly method: string;
  /** Still percent-encoded. */
  readonly path: string;
  readonly parameters: Parameters;
  readonly headers: Readonly<Record<string, string>>;
}

export interface Route {
  readonly operation: OperationSchema;
  /** Still percent-encoded, by label name. */
  readonly labels: Readonly<Record<string, string>>;
}

/** One operation at the end of a path, and what of query and header tells it from others on the same path. */
interface Candidate {
  readonly operation: OperationSchema;
  readonly labelNames: readonly string[];
  /** Literals of the URI: `acl` (any value), `list-type=2`. */
  readonly literals: readonly (readonly [name: string, value: string])[];
  readonly requiredQuery: readonly string[];
  readonly requiredHeaders: readonly string[];
}

/** A node per path segment; a literal is tried before a label, a label before a greedy one. */
interface Node {
  readonly literals: Map<string, Node>;
  label: Node | undefined;
  /** Candidates whose last label takes the rest of the path, per method. */
  readonly greedy: Map<string, Candidate[]>;
  readonly ends: Map<string, Candidate[]>;
}

export interface RouterOptions {
  /** Stands before the path of each operation that has the label. */
  readonly pathPrefix?: { readonly path: string; readonly label: string };
}

export function createRouter(operations: Iterable<OperationSchema>, options: RouterOptions = {}): Router {
  const root = newNode();
  for (const operation of operations) if (operation.http !== undefined) insert(root, operation, operation.http, options);
  const readsHeaders = finish(root);
  return {
    readsHeaders,
    route(request) {
      const segments = segmentsOf(request.path);
      const found = search(root, segments, 0, request);
      if (found === undefined) return undefined;
      return { operation: found.candidate.operation, labels: labelsOf(found.candidate, found.values) };
    },
  };
}

function newNode(): Node {
  return { literals: new Map(), label: undefined, greedy: new Map(), ends: new Map() };
}

type Http = NonNullable<OperationSchema['http']>;

function insert(root: Node, operation: OperationSchema, http: Http, { pathPrefix }: RouterOptions): void {
  const prefixed = pathPrefix !== undefined && operation.input.members.some((member) => member.name === pathPrefix.label);
  const segments = segmentsOf(prefixed ? pathPrefix.path + http.path : http.path);
  const labelNames: string[] = [];
  let node = root;
  for (const segment of segments) {
    if (!segment.startsWith('{')) {
      node = child(node, segment);
    } else if (segment.endsWith('+}')) {
      labelNames.push(segment.slice(1, -2));
      add(node.greedy, http.method, candidateOf(operation, http, labelNames));
      return;
    } else {
      labelNames.push(segment.slice(1, -1));
      node = node.label ??= newNode();
    }
  }
  add(node.ends, http.method, candidateOf(operation, http, labelNames));
}

function child(node: Node, segment: string): Node {
  let next = node.literals.get(segment);
  if (next === undefined) node.literals.set(segment, (next = newNode()));
  return next;
}

function add(candidates: Map<string, Candidate[]>, method: string, candidate: Candidate): void {
  const present = candidates.get(method);
  if (present === undefined) candidates.set(method, [candidate]);
  else present.push(candidate);
}

function candidateOf(operation: OperationSchema, http: Http, labelNames: readonly string[]): Candidate {
  const literals = Array.from(parseQuery(http.query), ([name, values]) => [name, values[0] ?? ''] as const);
  return {
    operation,
    labelNames,
    // SDKs add `x-id` as a hint for logs; other clients do not send it.
    literals: literals.filter(([name]) => name !== 'x-id'),
    requiredQuery: [],
    requiredHeaders: [],
  };
}

/**
 * Where operations share path and literals, their required query and header members tell them apart (S3); the most demanding is
 * asked first. An operation that stands alone is found without them, so that a missing one is reported by its name.
 * Returns whether header members are asked anywhere.
 */
function finish(node: Node): boolean {
  let readsHeaders = false;
  for (const candidates of [...node.ends.values(), ...node.greedy.values()]) {
    const rivals = Map.groupBy(candidates, ({ literals }) => literals.join('&'));
    const refined = [...rivals.values()].flatMap((group) => (group.length > 1 ? group.map(withRequiredMembers) : group));
    candidates.splice(0, candidates.length, ...refined.toSorted((a, b) => demands(b) - demands(a)));
    readsHeaders ||= refined.some(({ requiredHeaders }) => requiredHeaders.length > 0);
  }
  for (const next of [...node.literals.values(), ...(node.label === undefined ? [] : [node.label])])
    readsHeaders = finish(next) || readsHeaders;
  return readsHeaders;
}

function withRequiredMembers(candidate: Candidate): Candidate {
  const required = candidate.operation.input.members.filter((member) => member.required);
  return {
    ...candidate,
    requiredQuery: required.flatMap(({ traits }) => traits.httpQuery ?? []),
    requiredHeaders: required.flatMap(({ traits }) => traits.httpHeader?.toLowerCase() ?? []),
  };
}

function demands(candidate: Candidate): number {
  return candidate.literals.length + candidate.requiredQuery.length + candidate.requiredHeaders.length;
}

/** Without the empty segments before the first slash and after a trailing one. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/');
  segments.shift();
  if (segments.at(-1) === '') segments.pop();
  return segments;
}

interface Found {
  readonly candidate: Candidate;
  readonly values: string[];
}

function search(node: Node, segments: readonly string[], at: number, request: RoutedRequest): Found | undefined {
  const segment = segments[at];
  if (segment === undefined) return end(node.ends, [], request);
  const literal = node.literals.get(segment);
  const byLiteral = literal === undefined ? undefined : search(literal, segments, at + 1, request);
  if (byLiteral !== undefined) return byLiteral;
  const byLabel = node.label === undefined || segment === '' ? undefined : search(node.label, segments, at + 1, request);
  if (byLabel !== undefined) {
    byLabel.values.unshift(segment);
    return byLabel;
  }
  return node.greedy.size === 0 ? undefined : end(node.greedy, [restOf(request.path, at)], request);
}

/** The path after `at` segments, with its own trailing slash: `a/b/` is an object key like any other. */
function restOf(path: string, at: number): string {
  let slash = 0;
  for (let skipped = 0; skipped < at; skipped++) slash = path.indexOf('/', slash + 1);
  return path.slice(slash + 1);
}

function end(ends: Node['ends'], values: string[], request: RoutedRequest): Found | undefined {
  const candidate = ends.get(request.method)?.find((each) => satisfies(each, request));
  return candidate && { candidate, values };
}

function satisfies({ literals, requiredQuery, requiredHeaders }: Candidate, { parameters, headers }: RoutedRequest): boolean {
  return (
    literals.every(([name, value]) => (value === '' ? parameters.has(name) : parameters.get(name)?.includes(value) === true)) &&
    requiredQuery.every((name) => parameters.has(name)) &&
    requiredHeaders.every((name) => headers[name] !== undefined)
  );
}

function labelsOf(candidate: Candidate, values: readonly string[]): Record<string, string> {
  const labels: Record<string, string> = {};
  candidate.labelNames.forEach((name, index) => {
    labels[name] = values[index] ?? '';
  });
  return labels;
}
