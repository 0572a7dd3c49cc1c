import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAmzDate, parseAmzDate } from './amz-date.ts';

test('parseAmzDate reads what formatAmzDate writes', () => {
  for (const ms of [0, Date.UTC(2026, 10, 20, 23, 59, 59), Date.UTC(2028, 1, 29)]) assert.equal(parseAmzDate(formatAmzDate(ms)), ms);
});

test('parseAmzDate refuses other forms and instants that are none', () => {
  const wrong = [
    '',
    '2026-11-20T12:00:00Z',
    '20261120T120000',
    '20261320T120000Z',
    '20260230T120000Z',
    '20261100T120000Z',
    '20261120T240000Z',
    '20261120T126000Z',
  ];
  for (const text of wrong) assert.equal(parseAmzDate(text), undefined, text);
});
