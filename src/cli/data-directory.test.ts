import assert from 'node:assert/strict';
import { chmodSync, chownSync, lstatSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test, type TestContext } from 'node:test';
import { claimDataDirectory, prepareDataDirectory } from './data-directory.ts';

const uid = process.getuid?.();
const NOBODY = 65_534;
const DAEMON = 199_998;

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'hearth-data-'));
  t.after(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

suite('prepareDataDirectory', () => {
  test('makes the folder and its parents; others pass through, but do not look around', (t) => {
    const path = join(temporaryFolder(t), 'a/b');
    prepareDataDirectory(path, uid);
    assert.equal(statSync(path).mode & 0o777, 0o711);
    // Again, with what a run leaves in it.
    for (const name of ['blobs', 'code', 'logs', 'runtimes', 'sandboxes', 'state']) mkdirSync(join(path, name), { mode: 0o711 });
    prepareDataDirectory(path, uid);
  });

  test('refuses a planted link in the place of a folder of its own', (t) => {
    for (const name of ['blobs', 'code', 'logs', 'runtimes', 'sandboxes', 'state']) {
      const path = temporaryFolder(t);
      symlinkSync('/etc', join(path, name));
      assert.throws(() => prepareDataDirectory(path, uid), {
        message: `${join(path, name)} is not a folder: Hearth did not leave it so, look at it and remove it`,
      });
    }
  });

  test('refuses a folder inside that others may write', (t) => {
    const path = temporaryFolder(t);
    mkdirSync(join(path, 'code'));
    chmodSync(join(path, 'code'), 0o777);
    assert.throws(() => prepareDataDirectory(path, uid), /\/code can be written by other users: Hearth did not leave it so/);
  });

  suite('as root', { skip: uid !== 0 }, () => {
    test('refuses a folder that others may write, or that is of another', (t) => {
      for (const mode of [0o777, 0o730, 0o1777]) {
        const path = temporaryFolder(t);
        chmodSync(path, mode);
        assert.throws(() => prepareDataDirectory(path, 0), {
          message: `${path} can be written by other users: chown root and chmod go-w, or choose another with --data-dir`,
        });
      }
      const foreign = temporaryFolder(t);
      chownSync(foreign, NOBODY, NOBODY);
      assert.throws(() => prepareDataDirectory(foreign, 0), { message: new RegExp(`^${foreign} belongs to another user \\(65534\\): `) });
    });

    test("claimDataDirectory gives what is inside to the daemon, but for the sandbox host's, and walks through each folder once", (t) => {
      const path = temporaryFolder(t);
      chmodSync(path, 0o700);
      mkdirSync(join(path, 'code/digest'), { recursive: true });
      chownSync(join(path, 'code/digest'), 0, 300_000);
      symlinkSync('/etc/hostname', join(path, 'code/link'));
      prepareDataDirectory(path, 0, DAEMON);
      claimDataDirectory(path, DAEMON);
      const owner = (name: string): readonly number[] => [lstatSync(join(path, name)).uid, lstatSync(join(path, name)).gid];
      for (const name of ['blobs', 'code', 'home', 'logs', 'objects', 'runtimes', 'state'])
        assert.deepEqual(owner(name), [DAEMON, DAEMON], name);
      assert.deepEqual(owner('code/digest'), [DAEMON, 300_000]);
      assert.equal(owner('code/link')[0], DAEMON);
      assert.equal(statSync('/etc/hostname').uid, 0);
      assert.deepEqual(owner('sandboxes'), [0, 0]);
      // Open to the daemon's group, and to others no more than before.
      assert.deepEqual([...owner('.'), statSync(path).mode & 0o777], [0, DAEMON, 0o710]);
      // What its owner may have put there since is not followed.
      writeFileSync(join(path, 'code/later'), '');
      prepareDataDirectory(path, 0, DAEMON);
      claimDataDirectory(path, DAEMON);
      assert.equal(owner('code/later')[0], 0);
      assert.throws(() => prepareDataDirectory(path, 0), {
        message: new RegExp(`^${path}/blobs belongs to another user \\(${DAEMON}\\): `),
      });
    });

    test('refuses a folder inside that belongs to another', (t) => {
      const path = temporaryFolder(t);
      mkdirSync(join(path, 'state'));
      chownSync(join(path, 'state'), NOBODY, NOBODY);
      assert.throws(() => prepareDataDirectory(path, 0), /\/state belongs to another user/);
    });

    test('refuses a folder that others could replace, but not one below a sticky folder', (t) => {
      const above = temporaryFolder(t);
      chmodSync(above, 0o777);
      assert.throws(() => prepareDataDirectory(join(above, 'data'), 0), {
        message: `${above} can be written by everyone, who could replace ${join(above, 'data')}: chmod o-w, or choose another with --data-dir`,
      });
      chmodSync(above, 0o1777);
      prepareDataDirectory(join(above, 'data'), 0);
    });

    test('follows a link of the operator to another place, which must be as good', (t) => {
      const [place, target] = [temporaryFolder(t), temporaryFolder(t)];
      const link = join(place, 'data');
      symlinkSync(target, link);
      prepareDataDirectory(link, 0);
      chmodSync(target, 0o777);
      assert.throws(() => prepareDataDirectory(link, 0), /can be written by other users/);
    });
  });
});
