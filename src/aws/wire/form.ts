import type { Fields } from './document.ts';
import type { Parameters } from './query-string.ts';
import type { ListShape, MapShape, Member, StructureShape, Traits } from './schema.ts';
import { readText, scalarOf } from './text-value.ts';
import { UnreadableInput } from './unreadable-input.ts';

/** Parameters such as `Tags.member.1.Key=a` as a tree. */
interface FormNode {
  text: string | undefined;
  readonly children: Map<string, FormNode>;
}

/** The deepest input of a public model has fewer levels than half of this. */
const MAX_DEPTH = 32;

/** Reads an awsQuery input. */
export function readForm(shape: StructureShape, parameters: Parameters): Fields {
  return readStructure(shape, treeOf(parameters));
}

function treeOf(parameters: Parameters): FormNode {
  const root = newNode();
  for (const [name, values] of parameters) {
    const keys = name.split('.');
    if (keys.length > MAX_DEPTH) throw new UnreadableInput('Parameter is nested too deeply');
    let node = root;
    for (const key of keys) {
      let next = node.children.get(key);
      if (next === undefined) node.children.set(key, (next = newNode()));
      node = next;
    }
    node.text = values[0];
  }
  return root;
}

function newNode(): FormNode {
  return { text: undefined, children: new Map() };
}

function readStructure(shape: StructureShape, node: FormNode): Fields {
  const fields: Fields = {};
  for (const member of shape.members) {
    const child = node.children.get(member.traits.xmlName ?? member.name) ?? node.children.get(member.name);
    const value = child && readMember(member, child);
    if (value !== undefined) fields[member.name] = value;
  }
  return fields;
}

function readMember(member: Member, node: FormNode): unknown {
  const { shape, traits } = member;
  if (shape.kind === 'structure') return node.children.size === 0 ? undefined : readStructure(shape, node);
  if (shape.kind === 'list') return readList(shape, traits, node);
  if (shape.kind === 'map') return readMap(shape, traits, node);
  return node.text === undefined ? undefined : readText(scalarOf(member), node.text, 'date-time');
}

/** `Name.member.1`, or `Name.1` when flattened; `Name=` is the empty list. */
function readList(shape: ListShape, traits: Traits, node: FormNode): unknown[] {
  const named = node.children.get(shape.member.traits.xmlName ?? 'member') ?? node.children.get('member');
  const source = traits.xmlFlattened === 1 ? node : (named ?? newNode());
  return numbered(source).map((item) => readMember(shape.member, item));
}

/** `Name.entry.1.key` and `.value`, or `Name.1.Name` and `.Value` when flattened. */
function readMap(shape: MapShape, traits: Traits, node: FormNode): Fields {
  const source = traits.xmlFlattened === 1 ? node : (node.children.get('entry') ?? newNode());
  const keyName = shape.key.traits.xmlName ?? 'key';
  const valueName = shape.value.traits.xmlName ?? 'value';
  return Object.fromEntries(
    numbered(source).map((entry) => {
      const value = entry.children.get(valueName);
      return [entry.children.get(keyName)?.text ?? '', value && readMember(shape.value, value)];
    }),
  );
}

/** In the order of the numbers, which need not be dense. */
function numbered(node: FormNode): FormNode[] {
  return [...node.children]
    .filter(([key]) => /^\d+$/.test(key))
    .toSorted(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => child);
}
