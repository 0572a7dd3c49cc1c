import assert from 'node:assert/strict';
import { chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { shareDirectory } from './share-directory.ts';

describe('shareDirectory', { skip: process.getuid?.() === 0 ? false : 'not root' }, () => {
  const owner = 199_998;
  const gid = 300_003;
  let dataDirectory: string;

  before(async () => {
    dataDirectory = await mkdtemp(join(tmpdir(), 'hearth-share-'));
    for (const name of ['code/digest', 'state']) await mkdir(join(dataDirectory, name), { recursive: true });
    await chown(join(dataDirectory, 'code/digest'), owner, owner);
    await writeFile(join(dataDirectory, 'code/file'), '');
    await symlink('/etc', join(dataDirectory, 'code/link'));
  });
  after(() => rm(dataDirectory, { recursive: true }));

  it('gives a folder of code to the group, and leaves it to its owner', async () => {
    await shareDirectory(join(dataDirectory, 'code/digest'), { gid, dataDirectory });
    const { uid, gid: group } = await stat(join(dataDirectory, 'code/digest'));
    assert.deepEqual([uid, group], [owner, gid]);
  });

  it('refuses what lies elsewhere, whatever the way there', async () => {
    for (const path of ['state', 'code/../state', 'code']) {
      await assert.rejects(shareDirectory(join(dataDirectory, path), { gid, dataDirectory }), { code: 'EACCES' });
      await assert.rejects(shareDirectory(`${dataDirectory}/${path}`, { gid, dataDirectory }), { code: 'EACCES' });
    }
    // Neither a link nor a file is a folder.
    for (const path of ['code/link', 'code/file'])
      await assert.rejects(shareDirectory(join(dataDirectory, path), { gid, dataDirectory }), { code: 'ENOTDIR' });
    await assert.rejects(shareDirectory(join(dataDirectory, 'code/link/ssl'), { gid, dataDirectory }), { code: 'EACCES' });
    assert.notEqual((await stat('/etc')).gid, gid);
  });
});
