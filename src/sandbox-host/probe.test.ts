import assert from 'node:assert/strict';
import { it } from 'node:test';
import { probeHost } from './probe.ts';

it('probeHost explains everything that is not good, and offers bubblewrap exactly when nothing is missing', () => {
  const { facts, bubblewrap } = probeHost();
  const names = [
    'platform',
    'root',
    'bubblewrap',
    'setpriv',
    'user namespaces',
    'network namespaces',
    'control groups',
    'seccomp',
    'disk for /tmp',
    'internet for functions',
    'name server for functions',
    'swap',
    'C library',
    'cores',
    'architecture',
  ];
  assert.deepEqual(
    facts.map(({ name }) => name),
    names,
  );
  for (const { verdict, remedy, found } of facts) {
    assert.notEqual(found, '');
    assert.equal(remedy === undefined, verdict === 'good');
  }
  assert.equal(
    bubblewrap !== undefined,
    facts.every(({ verdict }) => verdict !== 'missing'),
  );
});
