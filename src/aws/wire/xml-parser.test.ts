import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UnreadableInput } from './unreadable-input.ts';
import { parseXml } from './xml-parser.ts';

describe('parseXml', () => {
  test('elements, attributes, text, references, CDATA, comments; prefixes are dropped', () => {
    const root = parseXml(
      '<?xml version="1.0"?>\n<!-- c --><a:Root xmlns:a="u" x=\'1 &amp; 2\'><b/>t&lt;&#65;&#x42;&quot;<![CDATA[<raw&>]]><b >in</b ></a:Root>\n',
    );
    assert.equal(root.name, 'Root');
    assert.equal(root.attributes.get('x'), '1 & 2');
    assert.equal(root.text, 't<AB"<raw&>');
    assert.deepEqual(
      root.children.map(({ name, text }) => [name, text]),
      [
        ['b', ''],
        ['b', 'in'],
      ],
    );
  });

  test('what is not one well-formed document is refused, and so is a document type', () => {
    const bad = [
      '',
      'text',
      '<a>',
      '<a></b>',
      '</a>',
      '<a/><b/>',
      '<a/>x',
      '<a b=1/>',
      '<a>&unknown;</a>',
      '<a>&#xffffff;</a>',
      '<a>&amp</a>',
      '<a><!-- </a>',
      '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    ];
    for (const text of bad) assert.throws(() => parseXml(text), UnreadableInput, text);
    assert.throws(() => parseXml('<a>'.repeat(1000) + '</a>'.repeat(1000)), UnreadableInput, 'nested too deeply');
  });
});
