import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { clientSettings, eventually, LAMBDA_TRUST } from '../support/account.ts';
import { missing } from '../support/clients.ts';
import { RealDaemon } from '../support/daemon.ts';

const PRLIMIT = '/usr/bin/prlimit';

test(
  'a daemon whose disk fails refuses the write, says why, drains and ends with 1; the next start has what was acknowledged',
  { skip: missing(PRLIMIT), timeout: 60_000 },
  async () => {
    const createRole = (daemon: RealDaemon, name: string) =>
      new IAMClient(clientSettings(daemon.endpoint)).send(
        new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: LAMBDA_TRUST }),
      );
    const daemon = await RealDaemon.start();
    try {
      await createRole(daemon, 'before');
      // No file grows any more: to SQLite an error of the disk, unlike a full one, from which it recovers.
      // As its own user, for root need not have the right to limit others.
      const { uid, gid } = statSync(`/proc/${daemon.pid}`);
      execFileSync(PRLIMIT, ['--pid', String(daemon.pid), '--fsize=4096:4096'], { uid, gid });
      await assert.rejects(createRole(daemon, 'after'), { $fault: 'server' });
      assert.equal(await eventually('the daemon has ended', () => daemon.exitCode ?? undefined), 1);
      assert.match(daemon.output, /"message":"the document store has failed".*disk I\/O error/);

      const next = await RealDaemon.start({ dataDir: daemon.dataDir });
      try {
        await assert.rejects(createRole(next, 'before'), { name: 'EntityAlreadyExistsException' });
        await createRole(next, 'after');
      } finally {
        await next.stop();
      }
    } finally {
      await daemon.stop();
      daemon.removeData();
    }
  },
);
