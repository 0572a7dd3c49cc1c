import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Member, ScalarShape } from './schema.ts';
import { readHeader, readText, writeHeader } from './text-value.ts';
import { UnreadableInput } from './unreadable-input.ts';

const scalar = (kind: ScalarShape['kind']): ScalarShape => ({ kind, timestampFormat: undefined, streaming: false });
const member = (kind: ScalarShape['kind']): Member => ({ name: 'm', required: false, traits: {}, shape: scalar(kind) });
const list = (kind: ScalarShape['kind']): Member => ({ ...member(kind), shape: { kind: 'list', member: member(kind), sparse: false } });

describe('readText', () => {
  test('numbers and booleans must be such', () => {
    assert.equal(readText(scalar('number'), '-1.5e3', 'date-time'), -1500);
    assert.equal(readText(scalar('boolean'), 'True', 'date-time'), true);
    for (const text of ['', 'abc', '1x', '0x10', ' 1'])
      assert.throws(() => readText(scalar('number'), text, 'date-time'), UnreadableInput, text);
    assert.throws(() => readText(scalar('boolean'), 'yes', 'date-time'), UnreadableInput);
  });
  test('base64 must be whole', () => {
    assert.deepEqual(readText(scalar('blob'), 'YWI=', 'date-time'), Buffer.from('ab'));
    for (const text of ['YWI', 'YW!=', 'YWI=YWI=']) assert.throws(() => readText(scalar('blob'), text, 'date-time'), UnreadableInput, text);
  });
  test('each form of a timestamp is understood in each place', () => {
    const date = new Date('2026-01-02T03:04:05Z');
    for (const text of ['2026-01-02T03:04:05Z', '2026-01-02T04:04:05+01:00', 'Fri, 02 Jan 2026 03:04:05 GMT', '1767323045']) {
      assert.deepEqual(readText(scalar('timestamp'), text, 'date-time'), date);
      assert.deepEqual(readText(scalar('timestamp'), text, 'http-date'), date);
    }
    for (const text of ['', 'now', '2026-01-02', '2026-13-02T03:04:05Z', '1e30']) {
      assert.throws(() => readText(scalar('timestamp'), text, 'date-time'), UnreadableInput, text);
    }
  });
});

describe('headers', () => {
  test('a list is separated by commas; an item with a comma or a quote is quoted', () => {
    const items = ['plain', 'with, comma', 'with "quote"'];
    const text = writeHeader(list('string'), items);
    assert.equal(text, 'plain, "with, comma", "with \\"quote\\""');
    assert.deepEqual(readHeader(list('string'), text), items);
    assert.deepEqual(readHeader(list('number'), '1,2, 3'), [1, 2, 3]);
  });
  test('dates have a comma of their own', () => {
    const dates = [new Date('2026-01-02T03:04:05Z'), new Date('2026-02-03T03:04:05Z')];
    const text = writeHeader(list('timestamp'), dates);
    assert.equal(text, 'Fri, 02 Jan 2026 03:04:05 GMT, Tue, 03 Feb 2026 03:04:05 GMT');
    assert.deepEqual(readHeader(list('timestamp'), text), dates);
  });
  test('a media-typed text travels as base64', () => {
    const json: Member = { ...member('string'), traits: { mediaType: 'application/json' } };
    assert.equal(writeHeader(json, '{"a":1}'), 'eyJhIjoxfQ==');
    assert.equal(readHeader(json, 'eyJhIjoxfQ=='), '{"a":1}');
  });
});
