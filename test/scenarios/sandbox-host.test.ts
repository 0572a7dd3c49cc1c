import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Account, eventually } from '../support/account.ts';
import { withoutIsolation } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';
import type { DaemonOptions } from '../support/daemon.ts';
import { assertNothingLeft, footprint } from '../support/leftovers.ts';
import { runTool } from '../support/run-tool.ts';

/** Two processes: the daemon, which was root's only until it started, and the sandbox host, which stays root's. */

const HEARTH = new URL('../../bin/hearth', import.meta.url).pathname;
const DAEMON_UID = 199_999;
const WHO = {
  runtime: 'python3.12',
  handler: 'index.handler',
  files: { 'index.py': 'import os\ndef handler(event, context): return os.getuid()' },
} as const;

/** The same without anything that a daemon with an empty data folder would have to prepare. */
const WHO_IN_SH = {
  runtime: 'provided.al2023',
  handler: 'none',
  files: [
    {
      name: 'bootstrap',
      mode: 0o755,
      content: `#!/bin/sh
while :; do
  curl -sSD /tmp/headers "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/next"
  id=$(grep -Fi Lambda-Runtime-Aws-Request-Id /tmp/headers | tr -d '[:space:]' | cut -d: -f2)
  curl -sS "http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation/$id/response" -d "$(id -u)"
done`,
    },
  ],
} as const;

describe('sandbox host', { concurrency: false, skip: withoutIsolation() }, () => {
  async function withDaemon(options: DaemonOptions, work: (daemon: RealDaemon, account: Account) => Promise<void>): Promise<void> {
    const daemon = await RealDaemon.start(options);
    try {
      await work(daemon, new Account(daemon.endpoint));
    } finally {
      await daemon.stop();
      if (options.dataDir === undefined) daemon.removeData();
    }
  }

  test('the daemon is a user of its own, without any right of root; its host is root and small', async () => {
    await withDaemon({}, async (daemon, account) => {
      await account.deploy('who', WHO);
      assert.equal(await account.result('who'), 993);
      const status = statusOf(daemon.pid);
      const ids = [DAEMON_UID, DAEMON_UID, DAEMON_UID, DAEMON_UID].join('\t');
      assert.deepEqual([status['Uid'], status['Gid'], status['Groups']?.trim()], [ids, ids, '']);
      for (const set of ['CapInh', 'CapPrm', 'CapEff', 'CapAmb']) assert.equal(status[set], '0000000000000000', set);
      assert.equal(status['NoNewPrivs'], '1');
      const [host = 0, ...more] = childrenOf(daemon.pid);
      assert.deepEqual(more, []);
      assert.match(readFileSync(`/proc/${host}/cmdline`, 'utf8'), /sandbox-host\.mjs/);
      assert.equal(statusOf(host)['Uid']?.split('\t')[0], '0');
      for (const name of ['blobs', 'code', 'home', 'logs', 'objects', 'runtimes', 'state', 'state/documents.sqlite'])
        assert.equal(statSync(join(daemon.dataDir, name)).uid, DAEMON_UID, name);
      for (const name of ['', 'sandboxes']) assert.equal(statSync(join(daemon.dataDir, name)).uid, 0, name);
    });
  });

  test('what root left in a data folder is taken over, and not given back', async () => {
    let dataDir = '';
    await withDaemon({ environment: { HEARTH_DAEMON_UID: '0' } }, async (daemon, account) => {
      assert.equal(statusOf(daemon.pid)['Uid']?.split('\t')[0], '0');
      await account.deploy('old', WHO);
      assert.equal(await account.result('old'), 993);
      dataDir = daemon.dataDir;
      await daemon.stop();
      await withDaemon({ dataDir, port: daemon.port }, async () => {
        assert.equal(await account.result('old'), 993);
        await account.deploy('new', WHO);
        assert.equal(await account.result('new'), 993);
      });
      const { code, stderr } = await runTool(HEARTH, ['start', '--port', '0', '--data-dir', dataDir], {
        environment: { HEARTH_DAEMON_UID: '0' },
      });
      assert.equal(code, 1);
      assert.match(stderr, /^hearth: \S+\/blobs belongs to another user \(199999\): /);
    });
  });

  test('its data may lie where only root gets to', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'hearth-closed-'));
    chmodSync(closed, 0o700);
    mkdirSync(join(closed, 'beside'));
    const dataDir = join(closed, 'a/data');
    try {
      await withDaemon({ dataDir }, async (daemon, account) => {
        await account.deploy('who', WHO_IN_SH);
        assert.equal(await account.result('who'), 993);
        assert.equal(statusOf(daemon.pid)['Uid']?.split('\t')[0], String(DAEMON_UID));
        // In its own view; the host's other processes see what they always saw.
        assert.throws(() => statSync(`/proc/${daemon.pid}/root${closed}/beside`), { code: 'ENOENT' });
        assert.ok(statSync(join(closed, 'beside')).isDirectory());
      });
    } finally {
      rmSync(closed, { recursive: true });
    }
  });

  test('without isolation functions are not root either', async () => {
    await withDaemon({ environment: { HEARTH_ISOLATION: 'none' } }, async (daemon, account) => {
      await account.deploy('who', WHO);
      assert.equal(await account.result('who'), DAEMON_UID);
      assert.deepEqual(
        childrenOf(daemon.pid).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sandbox-host')),
        [],
      );
    });
  });

  test('when its host is killed the daemon says so and ends; the next start finds what is left', async () => {
    await withDaemon({}, async (daemon, account) => {
      await account.deploy('who', WHO);
      await account.result('who');
      const seen = footprint(daemon.pid);
      assert.ok(seen.processes.length > 0);
      for (const pid of childrenOf(daemon.pid)) process.kill(pid, 'SIGKILL');
      assert.equal(await eventually('the daemon has ended', () => daemon.exitCode ?? undefined), 1);
      assert.match(daemon.output, /"message":"the sandbox host has ended"/);
      await withDaemon({ dataDir: daemon.dataDir }, async (_, later) => {
        assert.equal(await later.result('who'), 993);
      });
      await assertNothingLeft(seen, daemon.dataDir);
    });
  });

  test('when the daemon is killed its host takes everything back by itself', async () => {
    await withDaemon({}, async (daemon, account) => {
      await account.deploy('who', WHO);
      await account.result('who');
      const seen = footprint(daemon.pid);
      await daemon.stop('SIGKILL');
      await assertNothingLeft(seen, daemon.dataDir);
    });
  });
});

function statusOf(pid: number): Readonly<Record<string, string>> {
  const lines = readFileSync(`/proc/${pid}/status`, 'utf8').split('\n');
  return Object.fromEntries(lines.flatMap((line) => (line.includes(':\t') ? [line.split(/:\t(.*)/s).slice(0, 2)] : []))) as Record<
    string,
    string
  >;
}

function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
}
