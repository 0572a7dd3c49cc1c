import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applicationLogFilter } from './application-log.ts';
import type { ApplicationLogLevel } from './application-log.ts';

const TIME = '2026-11-20T10:00:00.000Z';
const filter = (minimum: ApplicationLogLevel): ((line: string) => string | undefined) =>
  applicationLogFilter({ minimum, wallMs: () => Date.parse(TIME), requestId: () => 'r1' });

const line = (members: object): string => `${JSON.stringify(members)}\n`;

test('applicationLogFilter drops objects below the level, and leaves the others as they are', () => {
  const error = line({ timestamp: TIME, level: 'ERROR', message: 'm' });
  const debug = line({ timestamp: TIME, level: 'debug', message: 'm' });
  assert.equal(filter('WARN')(error), error);
  assert.equal(filter('WARN')(debug), undefined);
  assert.equal(filter('DEBUG')(debug), debug);
});

test('applicationLogFilter takes what has no known level for INFO, and dates what has no date', () => {
  assert.equal(filter('INFO')(line({ message: 'm' })), line({ message: 'm', timestamp: TIME, level: 'INFO' }));
  assert.equal(filter('INFO')(line({ level: 'loud', timestamp: TIME })), line({ level: 'INFO', timestamp: TIME }));
  assert.equal(filter('INFO')(line({ level: 'WARN', timestamp: 'today' })), line({ level: 'WARN', timestamp: TIME }));
  assert.equal(filter('WARN')(line({ message: 'm' })), undefined);
});

test('applicationLogFilter makes an object of any other line', () => {
  for (const text of ['plain', '{"broken', '[1]', '']) {
    assert.equal(filter('INFO')(`${text}\n`), line({ timestamp: TIME, level: 'INFO', message: text, requestId: 'r1' }), text);
  }
  assert.equal(filter('WARN')('plain\n'), undefined);
});
