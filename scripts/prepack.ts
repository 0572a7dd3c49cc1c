import { cpSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join, relative } from 'node:path';

// Makes dist/ of src/ for the published package: types become blanks, so that lines and columns in stack traces stay those of the
// source; specifiers become relative and end in `.js`; everything that is not TypeScript is copied.

const ROOT = join(import.meta.dirname, '..');
/** Tests, and the suites that drivers of a port share. */
const TESTS = /(\.test|-contract|-properties)\.ts$/;
/** A string that names a module of ours: `'#base/clock.ts'`, `'./clock.ts'`. */
const SPECIFIER = /(['"`])((?:#|\.\.?\/)[^'"`\n]*)\.ts\1/g;

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
let files = 0;
for (const path of globSync('src/**/*', { cwd: ROOT })) {
  if (statSync(join(ROOT, path)).isDirectory() || TESTS.test(path)) continue;
  const target = join(ROOT, path.replace(/^src\//, 'dist/'));
  mkdirSync(dirname(target), { recursive: true });
  if (path.endsWith('.ts')) writeFileSync(target.replace(/\.ts$/, '.js'), builtModule(path));
  else cpSync(join(ROOT, path), target);
  files++;
}
process.stdout.write(`prepack: dist/ has ${files} files\n`);

function builtModule(path: string): string {
  const code = stripTypeScriptTypes(readFileSync(join(ROOT, path), 'utf8'), { mode: 'strip' });
  return code.replaceAll(SPECIFIER, (_whole, quote: string, name: string) => `${quote}${relativeName(name, path)}.js${quote}`);
}

/** `#base/clock` in `src/cli/start.ts` is `../base/clock`. */
function relativeName(name: string, importer: string): string {
  if (!name.startsWith('#')) return name;
  const path = relative(dirname(importer), join('src', name.slice(1)));
  return path.startsWith('.') ? path : `./${path}`;
}
