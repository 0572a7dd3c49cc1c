import { UnreadableInput } from './unreadable-input.ts';

export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** All character data directly inside. */
  readonly text: string;
}

interface Open {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

const MAX_DEPTH = 64;

/** What can stand between two tags, or a tag: comment, CDATA, processing instruction, end tag, start tag, text. */
const TOKEN =
  /<!--[^]*?-->|<!\[CDATA\[(?<cdata>[^]*?)\]\]>|<\?[^]*?\?>|<\/(?<end>[^\s>]+)\s*>|<(?<start>[^\s/>!?]+)(?<attributes>(?:\s+[^\s=>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(?<empty>\/?)>|(?<text>[^<]+)/y;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Parses an XML document of a request. A document type, and with it any entity of one's own, is refused.
 * @throws UnreadableInput when the text is not a well-formed document
 */
export function parseXml(text: string): XmlElement {
  const document: Open = { name: '', attributes: new Map(), children: [], text: '' };
  const open: Open[] = [document];
  TOKEN.lastIndex = 0;
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups;
    if (groups === undefined) throw malformed();
    at = TOKEN.lastIndex;
    const current = open.at(-1) ?? document;
    if (groups['start'] !== undefined) {
      const child: Open = {
        name: localName(groups['start']),
        attributes: attributesOf(groups['attributes'] ?? ''),
        children: [],
        text: '',
      };
      current.children.push(child);
      if (groups['empty'] === '') open.push(child);
      if (open.length > MAX_DEPTH) throw malformed();
    } else if (groups['end'] !== undefined) {
      if (open.length === 1 || localName(groups['end']) !== current.name) throw malformed();
      open.pop();
    } else {
      current.text += groups['cdata'] ?? unescapeXml(groups['text'] ?? '');
    }
  }
  const [root, ...more] = document.children;
  if (root === undefined || more.length > 0 || open.length > 1 || document.text.trim() !== '') throw malformed();
  return root;
}

function attributesOf(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(ATTRIBUTE), ([, name = '', double, single]) => [name, unescapeXml(double ?? single ?? '')]));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&(#?[^;&]*;?)/g, (_whole, reference: string) => {
    if (!reference.endsWith(';')) throw malformed();
    const name = reference.slice(0, -1);
    const character = name.startsWith('#') ? codePoint(name.slice(1)) : NAMED[name];
    if (character === undefined) throw malformed();
    return character;
  });
}

function codePoint(digits: string): string | undefined {
  const code = /^x[0-9a-fA-F]{1,6}$/.test(digits)
    ? Number.parseInt(digits.slice(1), 16)
    : /^\d{1,7}$/.test(digits)
      ? Number(digits)
      : undefined;
  return code === undefined || code > 0x10_ff_ff ? undefined : String.fromCodePoint(code);
}

function malformed(): UnreadableInput {
  return new UnreadableInput('The XML you provided was not well-formed or did not validate against our published schema');
}
