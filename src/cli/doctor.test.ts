import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctor, type HostFact } from './doctor.ts';

function run(facts: readonly HostFact[]) {
  let out = '';
  const status = doctor(facts, { out: (text) => void (out += text), err: () => assert.fail('nothing goes to standard error') });
  return { status, out };
}

const cgroups: HostFact = { name: 'cgroups', found: 'version 2', verdict: 'good', remedy: undefined };

test('doctor gives the remedy under what is missing, and status 1', () => {
  const { status, out } = run([cgroups, { name: 'bwrap', found: 'not found', verdict: 'missing', remedy: 'apt-get install bubblewrap' }]);
  assert.equal(status, 1);
  assert.equal(
    out,
    [
      'good     cgroups  version 2',
      'missing  bwrap    not found',
      '                  → apt-get install bubblewrap',
      '',
      'Functions would run without isolation on this host.',
      '',
    ].join('\n'),
  );
});

test('doctor is content with what is merely lacking', () => {
  const { status, out } = run([cgroups, { name: 'disk', found: 'in memory', verdict: 'lacking', remedy: undefined }]);
  assert.equal(status, 0);
  assert.match(out, /\n\nThis host can isolate functions\.\n$/);
});
