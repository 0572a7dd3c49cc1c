import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(import.meta.dirname, '../..');

const NOT_OURS = new Set(['.git', '.cache', 'dist', 'node_modules', '__pycache__']);

/** Paths of the repository's files, relative to its root, sorted. */
export function repositoryFiles(below = ''): readonly string[] {
  const found: string[] = [];
  for (const entry of readdirSync(join(ROOT, below), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) found.push(...repositoryFiles(path));
    else if (entry.isFile()) found.push(path);
  }
  return found.toSorted();
}

export function readText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export interface Import {
  readonly specifier: string;
  /** Erased before the code runs. */
  readonly typeOnly: boolean;
}

const STATEMENT =
  /^(?:import\b(?<clause>[^;'"`=()]*?)(?:\bfrom\s*)?|export\b(?<reexport>\s+(?:type\s+)?(?:\*|\{)[^;'"`=()]*?)\bfrom\s*)'(?<specifier>[^']+)'/gm;
const DYNAMIC = /(?<type>typeof\s+)?\bimport\(\s*['`](?<specifier>[^'`$]+)/g;
const URL_OF_MODULE = /new URL\(\s*['`](?<specifier>[^'`$]+)(?:\$\{[^}]*\})?['`],\s*(?:import\.meta\.url|moduleUrl)/g;
const PROGRAM_BESIDE = /import\.meta\.dirname(?:\}\/|,\s*')(?<specifier>[^'`$]+\.ts)/g;

/** Everything that a module names: imports, dynamic imports, and files found beside it (workers, programs, data). */
export function importsOf(text: string): readonly Import[] {
  const found: Import[] = [];
  for (const { groups } of text.matchAll(STATEMENT)) {
    found.push({ specifier: groups?.['specifier'] ?? '', typeOnly: /^\s+type\b/.test(groups?.['clause'] ?? groups?.['reexport'] ?? '') });
  }
  for (const { groups } of text.matchAll(DYNAMIC)) {
    found.push({ specifier: groups?.['specifier'] ?? '', typeOnly: groups?.['type'] !== undefined });
  }
  for (const { groups } of text.matchAll(URL_OF_MODULE)) {
    const path = groups?.['specifier'] ?? '';
    // A folder is data, chosen by name at run time.
    if (!path.endsWith('/')) found.push({ specifier: path.startsWith('.') ? path : `./${path}`, typeOnly: false });
  }
  for (const { groups } of text.matchAll(PROGRAM_BESIDE)) found.push({ specifier: `./${groups?.['specifier'] ?? ''}`, typeOnly: false });
  return found;
}

/** The file that a specifier names, relative to the root; undefined for packages and builtins. */
export function resolveImport(specifier: string, importer: string): string | undefined {
  if (specifier.startsWith('#')) return `src/${specifier.slice(1)}`;
  if (!specifier.startsWith('.')) return undefined;
  const path = join(dirname(importer), specifier);
  // A worker's extension is that of the module which starts it: `./worker${extname}`.
  return /\.[a-z]+$/.test(path) ? path : `${path}.ts`;
}

/** Folder that the rules of ARCHITECTURE.md speak of: `aws`, `services/iam`, or `main` and `platform` for the files on top. */
export function layerOf(path: string): string {
  const [, folder = '', service = ''] = path.split('/');
  if (folder.endsWith('.ts')) return folder.slice(0, -'.ts'.length);
  return folder === 'services' ? `services/${service}` : folder;
}
