import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRequest } from './request.ts';

const SPEC = {
  id: 'one',
  mounts: [{ source: '/usr', target: '/opt', gid: 300_000 }],
  command: ['/bin/true'],
  workingDirectory: '/tmp',
  environment: { A: 'b' },
  limits: { memoryMb: 128, cpus: 0.5, processes: 16, openFiles: 64, scratchMb: 512 },
  network: 'none',
  sideOutput: false,
  parked: false,
};
const OPTIONS = {
  driver: 'bubblewrap',
  runDirectory: '/run/hearth',
  dataDirectory: '/var/lib/hearth',
  runId: 'a1',
  network: 'auto',
  places: ['/opt'],
};

describe('readRequest', () => {
  it('takes what a daemon of ours sends, and no more of it than it knows', () => {
    for (const request of [
      { type: 'open', options: OPTIONS },
      { type: 'create', request: 1, spec: SPEC },
      { type: 'expose', request: 2, path: '/usr' },
      { type: 'reach', request: 3, path: '/usr' },
      { type: 'share', request: 3, path: '/data/code/x', gid: 300_000 },
      { type: 'kill', sandbox: 'one' },
      { type: 'terminate', sandbox: 'one' },
      { type: 'connect', request: 4, sandbox: 'one', port: 8080 },
      { type: 'close', request: 5 },
    ])
      assert.deepEqual(readRequest({ ...request, more: true }), request);
    const { gid: _, ...mount } = { source: '/usr', target: '/opt', gid: 0 };
    assert.deepEqual(readRequest({ type: 'create', request: 1, spec: { ...SPEC, mounts: [mount] } }), {
      type: 'create',
      request: 1,
      spec: { ...SPEC, mounts: [mount] },
    });
  });

  it('refuses what none of ours would send', () => {
    const specs: readonly object[] = [
      { id: '../up' },
      { id: '' },
      { command: [] },
      { command: ['/bin/true', 1] },
      { command: ['/bin/true\0--bind'] },
      { workingDirectory: 'here' },
      { mounts: [{ source: 'here', target: '/opt' }] },
      { mounts: [{ source: '/usr\0', target: '/opt' }] },
      { mounts: Array.from({ length: 65 }, () => ({ source: '/usr', target: '/opt' })) },
      // Of the host's own groups: root, shadow.
      ...[0, 42, 299_999, 1_000_000, -1, 300_000.5, '300000'].map((gid) => ({ mounts: [{ source: '/usr', target: '/opt', gid }] })),
      { environment: { 'A=B': 'x' } },
      { environment: { '': 'x' } },
      { environment: { A: 'x\0--bind\0/\0/host' } },
      { environment: { A: 1 } },
      { environment: ['A'] },
      ...[0, -1, Number.NaN, '128', 1e9].map((memoryMb) => ({ limits: { ...SPEC.limits, memoryMb } })),
      { limits: { ...SPEC.limits, cpus: undefined } },
      { network: 'lan' },
    ];
    for (const change of specs)
      assert.throws(() => readRequest({ type: 'create', request: 1, spec: { ...SPEC, ...change } }), TypeError, JSON.stringify(change));
    for (const change of [{ driver: 'process' }, { runId: '../a' }, { dataDirectory: 'data' }, { places: ['opt'] }, { network: 'all' }])
      assert.throws(() => readRequest({ type: 'open', options: { ...OPTIONS, ...change } }), TypeError, JSON.stringify(change));
    for (const request of [
      undefined,
      [],
      'kill',
      { type: 'mount' },
      { type: 'expose', request: 1, path: 'here' },
      { type: 'expose', path: '/usr' },
      { type: 'kill', sandbox: '..' },
      { type: 'share', request: 1, path: '/etc', gid: 0 },
      ...[0, 65_536, 1.5, '80'].map((port) => ({ type: 'connect', request: 1, sandbox: 'one', port })),
    ])
      assert.throws(() => readRequest(request), TypeError, JSON.stringify(request));
  });

  it('says what it refuses without the value, which may be a secret', () => {
    assert.throws(() => readRequest({ type: 'create', request: 1, spec: { ...SPEC, environment: { PASSWORD: 'tell\0nobody' } } }), {
      message: 'the sandbox host refuses a request: environment',
    });
  });
});
