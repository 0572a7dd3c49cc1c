import type { Fields } from './document.ts';
import type { ListShape, MapShape, Member, Traits } from './schema.ts';
import { readText, scalarOf } from './text-value.ts';
import type { XmlElement } from './xml-parser.ts';

/** Reads the given members from the children and attributes of an element. */
export function readXmlMembers(members: readonly Member[], source: XmlElement): Fields {
  const fields: Fields = {};
  for (const member of members) {
    const name = member.traits.xmlName ?? member.name;
    if (member.traits.xmlAttribute === 1) {
      const text = source.attributes.get(name);
      if (text !== undefined) fields[member.name] = readText(scalarOf(member), text, 'date-time');
      continue;
    }
    const found = source.children.filter((child) => child.name === name.slice(name.indexOf(':') + 1));
    if (found[0] !== undefined) fields[member.name] = readFound(member, found, found[0]);
  }
  return fields;
}

/** A flattened list or map is all elements of its name; anything else is the first. */
function readFound(member: Member, all: readonly XmlElement[], first: XmlElement): unknown {
  const { shape, traits } = member;
  if (shape.kind === 'list' && traits.xmlFlattened === 1) return all.map((item) => readElement(shape.member, item));
  if (shape.kind === 'map' && traits.xmlFlattened === 1) return readEntries(shape, all);
  return readElement(member, first);
}

function readElement(member: Member, source: XmlElement): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
      return readXmlMembers(shape.members, source);
    case 'list':
      return readList(shape, source);
    case 'map':
      return readEntries(
        shape,
        source.children.filter(({ name }) => name === 'entry'),
      );
    default:
      return readText(shape, shape.kind === 'string' ? source.text : source.text.trim(), 'date-time');
  }
}

function readList(shape: ListShape, source: XmlElement): unknown[] {
  const itemName = shape.member.traits.xmlName ?? 'member';
  return source.children.filter(({ name }) => name === itemName).map((item) => readElement(shape.member, item));
}

function readEntries(shape: MapShape, entries: readonly XmlElement[]): Fields {
  const part = (entry: XmlElement, traits: Traits, fallback: string): XmlElement | undefined =>
    entry.children.find(({ name }) => name === (traits.xmlName ?? fallback));
  return Object.fromEntries(
    entries.map((entry) => {
      const value = part(entry, shape.value.traits, 'value');
      return [part(entry, shape.key.traits, 'key')?.text ?? '', value && readElement(shape.value, value)];
    }),
  );
}
