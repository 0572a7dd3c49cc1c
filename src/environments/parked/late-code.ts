import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeFamily } from '#functions/runtimes.ts';

/**
 * Whether a runtime may be started before it is known for which function. It must come out as if it had been started for that one: so
 * nothing of the function may matter at the start of the process.
 */

/** Variables that the C library or the program loader look at before, or once and for all when, a process starts. */
const OF_ANY_PROCESS =
  /^(?:LD_.*|GLIBC_TUNABLES|GCONV_PATH|MALLOC_.*|LC_.*|LANG|LANGUAGE|LOCPATH|TZ|TZDIR|HOSTALIASES|LOCALDOMAIN|RES_OPTIONS)$/;

/** The same for each runtime that can be parked. Python finds its user's packages by HOME. */
const OF_RUNTIME: Readonly<Partial<Record<RuntimeFamily, RegExp>>> = {
  nodejs: /^(?:NODE_.*|UV_.*|ICU_DATA|OPENSSL_.*|SSL_CERT_(?:FILE|DIR)|WATCH_REPORT_DEPENDENCIES)$/,
  python: /^(?:PYTHON.*|OPENSSL_.*|HOME)$/,
};

/** Whether a managed runtime can wait for a function with these variables. Not said: a wrapper script, external extensions, `bringLibraries`. */
export function canWaitFor(family: RuntimeFamily, variables: Readonly<Record<string, string>>): boolean {
  const own = OF_RUNTIME[family];
  return own !== undefined && !Object.keys(variables).some((name) => OF_ANY_PROCESS.test(name) || own.test(name));
}

/**
 * Whether code or layers bring folders for the loader of libraries, on LD_LIBRARY_PATH: it remembers which of them were missing when the
 * process started.
 */
export function bringLibraries(folders: readonly string[]): boolean {
  return folders.some((folder) => existsSync(join(folder, 'lib')));
}
