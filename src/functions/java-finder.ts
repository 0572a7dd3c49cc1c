import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, isMissing, subfolders } from './installed-directory.ts';

/** A Java of the host. */
export interface FoundJava {
  /** `17.0.15`, `1.8.0_392` */
  readonly version: string;
  /** Holds `bin/java` and `lib`; of a JDK 8 the folder `jre` in it. */
  readonly home: string;
}

export interface JavaPlaces {
  readonly homeDirectory: string;
  /** `JAVA_HOME`, where it is set. */
  readonly javaHome?: string;
}

/**
 * Finds a Java of a feature release (`8`, `21`) by the `release` file of each installation: JAVA_HOME goes first, then the
 * distribution's, SDKMAN's, and what was unpacked below /opt; of several the newest.
 */
export async function findJava(feature: number, { homeDirectory, javaHome }: JavaPlaces): Promise<FoundJava | undefined> {
  const own = javaHome === undefined ? undefined : await javaAt(javaHome, feature);
  if (own !== undefined) return own;
  const found: FoundJava[] = [];
  for (const parent of ['/usr/lib/jvm', join(homeDirectory, '.sdkman/candidates/java'), '/opt', '/opt/java']) {
    for (const directory of await subfolders(parent)) {
      const java = await javaAt(directory, feature);
      if (java !== undefined) found.push(java);
    }
  }
  return found.toSorted((a, b) => b.version.localeCompare(a.version, 'en', { numeric: true }))[0];
}

async function javaAt(directory: string, feature: number): Promise<FoundJava | undefined> {
  const version = await releaseOf(directory);
  if (version === undefined || featureOf(version) !== feature) return undefined;
  for (const home of [join(directory, 'jre'), directory]) {
    if (await exists(join(home, 'bin', 'java'))) return { version, home };
  }
  return undefined;
}

async function releaseOf(directory: string): Promise<string | undefined> {
  try {
    return /^JAVA_VERSION="([^"]+)"/m.exec(await readFile(join(directory, 'release'), 'utf8'))?.[1];
  } catch (error) {
    if (isOutOfReach(error)) return undefined;
    throw error;
  }
}

/** Up to Java 8 it is the second number. */
function featureOf(version: string): number {
  const [first = '', second = ''] = version.split(/[._-]/);
  return Number(first === '1' ? second : first);
}

function isOutOfReach(error: unknown): boolean {
  return isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'EACCES');
}
