import { readFileSync } from 'node:fs';

/** The package's version. `src/` and `dist/` are equally deep, so the path holds for both. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { readonly version: string };
  return manifest.version;
}
