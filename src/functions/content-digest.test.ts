import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { functionRecord } from '../../test/support/function-record.ts';
import { configSha256, contentDigest } from './content-digest.ts';

const VERSION = functionRecord('f', { environment: { A: '1', B: '2' } }).latest;

suite('contentDigest', () => {
  test('is the same whatever the platform adds, and in whatever order members come', () => {
    const same = {
      ...VERSION,
      version: '7',
      revisionId: 'other',
      configurationId: 'other',
      lastModified: 'later',
      state: { name: 'Pending', reason: 'r', reasonCode: 'Creating' },
      usedMs: 1,
      publishedFrom: 'x',
      environment: { B: '2', A: '1' },
    } as const;
    assert.equal(contentDigest(same), contentDigest(VERSION));
  });

  test('differs with anything that was configured, and with the code', () => {
    const others = [
      { ...VERSION, environment: { A: '1' } },
      { ...VERSION, description: 'another' },
      { ...VERSION, memoryMb: 256 },
      { ...VERSION, logging: { ...VERSION.logging, group: 'other' } },
      { ...VERSION, code: { ...VERSION.code, digest: 'b'.repeat(64) } },
    ];
    assert.equal(new Set([VERSION, ...others].map(contentDigest)).size, 1 + others.length);
  });
});

suite('configSha256', () => {
  test('differs with anything that was configured', () => {
    const others = [
      { ...VERSION, environment: { A: '1' } },
      { ...VERSION, description: 'another' },
      { ...VERSION, memoryMb: 256 },
    ];
    assert.equal(new Set([VERSION, ...others].map(configSha256)).size, 1 + others.length);
    assert.match(configSha256(VERSION), /^[A-Za-z0-9+/]{43}=$/);
  });

  test('is the same with other code, and under another version', () => {
    const same = [
      { ...VERSION, code: { ...VERSION.code, digest: 'b'.repeat(64) } },
      { ...VERSION, version: '7', revisionId: 'other' },
    ];
    for (const version of same) assert.equal(configSha256(version), configSha256(VERSION));
  });
});
