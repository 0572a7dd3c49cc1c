import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { findJava } from './java-finder.ts';

async function home(context: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-java-'));
  context.after(() => rm(folder, { recursive: true }));
  return folder;
}

/** No version that the host of the tests could have. */
async function java(directory: string, version: string, bin = 'bin'): Promise<string> {
  await mkdir(join(directory, bin), { recursive: true });
  await writeFile(join(directory, bin, 'java'), '');
  await writeFile(join(directory, 'release'), `IMPLEMENTOR="x"\nJAVA_VERSION="${version}"\n`);
  return directory;
}

test('findJava: the newest of a feature release; JAVA_HOME goes first', async (context) => {
  const homeDirectory = await home(context);
  const sdkman = join(homeDirectory, '.sdkman/candidates/java');
  await java(join(sdkman, 'old'), '917.0.9');
  const newest = await java(join(sdkman, 'new'), '917.0.15');
  await java(join(sdkman, 'other'), '921.0.1');
  assert.deepEqual(await findJava(917, { homeDirectory }), { version: '917.0.15', home: newest });
  const javaHome = await java(join(homeDirectory, 'mine'), '917.0.1');
  assert.deepEqual(await findJava(917, { homeDirectory, javaHome }), { version: '917.0.1', home: javaHome });
  assert.equal((await findJava(921, { homeDirectory, javaHome }))?.version, '921.0.1', 'JAVA_HOME is another release');
  assert.equal(await findJava(918, { homeDirectory, javaHome }), undefined);
});

test('findJava: Java 8 is 1.8, and its runtime lies in jre; without a program it is none', async (context) => {
  const homeDirectory = await home(context);
  const jdk = await java(join(homeDirectory, 'jdk8'), '1.8.0_392', 'jre/bin');
  assert.deepEqual(await findJava(8, { homeDirectory, javaHome: jdk }), { version: '1.8.0_392', home: join(jdk, 'jre') });
  await rm(join(jdk, 'jre'), { recursive: true });
  assert.notEqual((await findJava(8, { homeDirectory, javaHome: jdk }))?.version, '1.8.0_392');
});
