import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, it } from 'node:test';
import { findCgroups, prepareCgroups } from './cgroup-layout.ts';

const v1 = (controllers: string): string =>
  `31 30 0:26 / /sys/fs/cgroup/${controllers} rw,relatime shared:9 - cgroup cgroup rw,${controllers}`;
const V2 = '40 30 0:30 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate';

describe('findCgroups', () => {
  it('takes version 1 where all four controllers are mounted, together or apart, beside an empty version 2 or not', () => {
    const text = [v1('cpu,cpuacct'), v1('memory'), v1('pids'), v1('freezer'), V2].join('\n');
    assert.deepEqual(findCgroups(text), {
      version: 1,
      mounts: {
        memory: '/sys/fs/cgroup/memory',
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        pids: '/sys/fs/cgroup/pids',
        freezer: '/sys/fs/cgroup/freezer',
      },
    });
  });

  it('takes version 2 otherwise', () => {
    assert.deepEqual(findCgroups([v1('devices'), V2].join('\n')), { version: 2, parent: '/sys/fs/cgroup' });
  });

  it('says that there are none', () => {
    assert.match(JSON.stringify(findCgroups('22 1 8:1 / / rw - ext4 /dev/sda1 rw\n')), /no control groups are mounted/);
  });
});

describe('prepareCgroups', () => {
  const parentWith = (controllers: string, enabled: string): string => {
    const parent = mkdtempSync(`${tmpdir()}/hearth-cgroup-`);
    writeFileSync(`${parent}/cgroup.controllers`, `${controllers}\n`);
    writeFileSync(`${parent}/cgroup.subtree_control`, `${enabled}\n`);
    return parent;
  };

  it('turns on the controllers that are not on yet', () => {
    const parent = parentWith('cpuset cpu io memory pids', 'memory');
    assert.deepEqual(prepareCgroups({ version: 2, parent }), { version: 2, parent });
    assert.equal(readFileSync(`${parent}/cgroup.subtree_control`, 'utf8'), '+cpu +pids');
    rmSync(parent, { recursive: true });
  });

  it('says which controllers the host does not offer', () => {
    const parent = parentWith('hugetlb memory', '');
    assert.match(JSON.stringify(prepareCgroups({ version: 2, parent })), /the controllers cpu, pids are not available/);
    rmSync(parent, { recursive: true });
  });

  it('says that groups cannot be made', () => {
    assert.match(JSON.stringify(prepareCgroups({ version: 2, parent: '/nowhere' })), /refuse us: .*ENOENT/);
  });
});
