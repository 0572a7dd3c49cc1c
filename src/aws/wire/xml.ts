import type { Fields } from './document.ts';
import type { ListShape, MapShape, Member, Shape, StructureShape } from './schema.ts';
import { writeText } from './text-value.ts';

/** Writes outputs of awsQuery and restXml. */
export function element(name: string, content: string, attributes = ''): string {
  return `<${name}${attributes}>${content}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"\r\n\u0085\u2028]/g, (character) => ESCAPES[character] ?? `&#x${character.charCodeAt(0).toString(16)};`);
}

/** Line ends are escaped because a parser would otherwise make one of them out of all. */
const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\n': '\n' };

export function xmlnsAttribute(namespace: readonly [prefix: string, uri: string] | undefined): string {
  if (namespace === undefined) return '';
  const [prefix, uri] = namespace;
  return ` xmlns${prefix === '' ? '' : `:${prefix}`}="${escapeXml(uri)}"`;
}

/** The elements of these members, without one around them. */
export function writeXmlMembers(members: readonly Member[], value: Readonly<Fields>): string {
  let xml = '';
  for (const member of members) {
    const found = value[member.name];
    if (found === undefined || found === null || member.traits.xmlAttribute === 1) continue;
    xml += writeXmlMember(member, found);
  }
  return xml;
}

export function writeXmlMember(member: Member, value: unknown): string {
  const { shape, traits } = member;
  const name = traits.xmlName ?? member.name;
  if (shape.kind === 'list' && traits.xmlFlattened === 1)
    return items(shape, value)
      .map((item) => named(name, shape.member, item))
      .join('');
  if (shape.kind === 'map' && traits.xmlFlattened === 1)
    return entries(shape, value)
      .map((entry) => element(name, entry))
      .join('');
  return named(name, member, value);
}

function named(name: string, member: Member, value: unknown): string {
  const attributes = xmlnsAttribute(member.traits.xmlNamespace) + attributesOf(member.shape, value);
  return element(name, contentOf(member.shape, value), attributes);
}

function contentOf(shape: Shape, value: unknown): string {
  switch (shape.kind) {
    case 'structure':
      return writeXmlMembers(shape.members, value as Fields);
    case 'list':
      return items(shape, value)
        .map((item) => named(shape.member.traits.xmlName ?? 'member', shape.member, item))
        .join('');
    case 'map':
      return entries(shape, value)
        .map((entry) => element('entry', entry))
        .join('');
    default:
      return escapeXml(writeText(shape, value, 'date-time'));
  }
}

function items(shape: ListShape, value: unknown): unknown[] {
  return (value as unknown[]).filter((item) => shape.sparse || (item !== undefined && item !== null));
}

function entries(shape: MapShape, value: unknown): string[] {
  const keyName = shape.key.traits.xmlName ?? 'key';
  const valueName = shape.value.traits.xmlName ?? 'value';
  return Object.entries(value as Fields)
    .filter(([, item]) => item !== undefined && item !== null)
    .map(([key, item]) => element(keyName, escapeXml(key)) + named(valueName, shape.value, item));
}

function attributesOf(shape: Shape, value: unknown): string {
  if (shape.kind !== 'structure') return '';
  return xmlAttributes(shape, value as Fields);
}

function xmlAttributes(shape: StructureShape, value: Readonly<Fields>): string {
  return shape.members
    .filter(({ name, traits }) => traits.xmlAttribute === 1 && value[name] !== undefined && value[name] !== null)
    .map(({ name, traits }) => ` ${traits.xmlName ?? name}="${escapeXml(String(value[name]))}"`)
    .join('');
}
