import { constants, existsSync } from 'node:fs';
import { copyFile, link, lstat, mkdir, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { IdSource } from '#base/ids.ts';
import { makeReadable } from './bootstrap-directory.ts';
import { installDirectory, isMissing } from './installed-directory.ts';
import type { FoundJava } from './java-finder.ts';
import type { RunTool } from './run-tool.ts';

/** AWS's own client, which runs Java functions there as well, and whose dependencies it names itself. */
export const JAVA_CLIENT = {
  group: 'com.amazonaws',
  artifact: 'aws-lambda-java-runtime-interface-client',
  version: '2.9.0',
  main: 'com.amazonaws.services.lambda.runtime.api.client.AWSLambda',
} as const;

/** Of Maven; pinned, since it decides what the command below means. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';
const MAVEN_TIMEOUT_MS = 300_000;

/** Of no use to a running function, and large. */
const LEFT_OUT: ReadonlySet<string> = new Set(['demo', 'docs', 'include', 'jmods', 'legal', 'man', 'src.zip', 'ct.sym']);

/** Another file system; what others own must not be linked (fs.protected_hardlinks). */
const NO_HARD_LINK: ReadonlySet<string> = new Set(['EXDEV', 'EPERM', 'EMLINK']);

/**
 * What becomes /var/lang: the installation with all links followed, for distributions keep parts of it in /etc, which functions do not
 * see. Files are hard links where that can be. Returns its folder; another one for another build.
 */
export async function javaDirectory(java: FoundJava, options: { readonly directory: string; readonly ids: IdSource }): Promise<string> {
  const target = join(options.directory, `java-${java.version}-${basename(await realpath(java.home))}`);
  await installDirectory(target, options.ids, (temporary) => linkTree(java.home, temporary));
  return target;
}

/** What becomes /var/runtime: `lib` with the client and what it needs, fetched by Maven; beside it the script that starts wrappers. @throws ToolFailed */
export async function javaClient(options: {
  readonly directory: string;
  readonly ids: IdSource;
  readonly wrapper: string;
  /** Maven's settings are in it, for instance which repository to ask. */
  readonly homeDirectory: string;
  readonly run: RunTool;
}): Promise<string> {
  const target = join(options.directory, `java-client-${JAVA_CLIENT.version}`);
  await installDirectory(target, options.ids, async (temporary) => {
    const pom = join(temporary, 'pom.xml');
    await writeFile(pom, POM);
    const goal = [`${DEPENDENCY_PLUGIN}:copy-dependencies`, '-DincludeScope=runtime', `-DoutputDirectory=${join(temporary, 'lib')}`];
    // Both named, since Java takes the home directory from the list of users, where the daemon's own is not.
    const settings = join(options.homeDirectory, '.m2/settings.xml');
    const repository = join(temporary, 'repository');
    const where = [`-Dmaven.repo.local=${repository}`, ...(existsSync(settings) ? ['--settings', settings] : [])];
    await options.run('mvn', ['--quiet', '--batch-mode', ...where, '--file', pom, ...goal], { timeoutMs: MAVEN_TIMEOUT_MS });
    await rm(repository, { recursive: true, force: true });
    await copyFile(options.wrapper, join(temporary, 'exec-wrapper'));
    await makeReadable(temporary);
  });
  return target;
}

const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>hearth</groupId>
  <artifactId>java-client</artifactId>
  <version>1</version>
  <dependencies>
    <dependency>
      <groupId>${JAVA_CLIENT.group}</groupId>
      <artifactId>${JAVA_CLIENT.artifact}</artifactId>
      <version>${JAVA_CLIENT.version}</version>
    </dependency>
  </dependencies>
</project>
`;

async function linkTree(source: string, target: string): Promise<void> {
  await mkdir(target, { recursive: true, mode: 0o755 });
  for (const name of await readdir(source)) {
    if (LEFT_OUT.has(name)) continue;
    const path = join(source, name);
    const kind = await kindOf(path);
    if (kind === 'directory') await linkTree(path, join(target, name));
    else if (kind === 'file') await linkFile(await realpath(path), join(target, name));
  }
}

/** Of what a link leads to; undefined when that is nothing. */
async function kindOf(path: string): Promise<'directory' | 'file' | undefined> {
  try {
    const found = await stat(path);
    return found.isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function linkFile(source: string, target: string): Promise<void> {
  // Some belong to root alone, such as passwords of management: no function needs them.
  if (((await lstat(source)).mode & 0o004) === 0) return;
  try {
    await link(source, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && NO_HARD_LINK.has(String(error.code)))) throw error;
    await copyFile(source, target, constants.COPYFILE_FICLONE);
  }
}
