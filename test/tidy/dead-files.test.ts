import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, readText, repositoryFiles, resolveImport } from './repository.ts';

const modules = repositoryFiles().filter((path) => /^(src|test|scripts|bench)\/.*\.(ts|mjs)$/.test(path));

function namedBy(path: string): readonly string[] {
  return importsOf(readText(path)).flatMap(({ specifier }) => resolveImport(specifier, path) ?? []);
}

/** Everything that can be reached from the roots, the roots included. */
function reach(roots: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const known = new Set(modules);
  const waiting = [...roots];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (reached.has(path) || !known.has(path)) continue;
    reached.add(path);
    waiting.push(...namedBy(path));
  }
  return reached;
}

test('every source file is used by the program, or by another test than its own', () => {
  const program = reach(['src/main.ts', 'src/sandbox-host/main.ts', ...modules.filter((path) => /^(scripts|bench)\//.test(path))]);
  const usedByTests = new Set(
    modules
      .filter((path) => path.endsWith('.test.ts'))
      .flatMap((path) => namedBy(path).filter((target) => target !== path.replace('.test.ts', '.ts'))),
  );
  const live = new Set([...program, ...reach([...usedByTests].filter((path) => !path.endsWith('.test.ts')))]);
  const dead = modules.filter((path) => /^(src|test\/support)\//.test(path) && !path.endsWith('.test.ts') && !live.has(path));
  assert.deepEqual(dead, []);
});
