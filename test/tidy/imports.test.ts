import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { importsOf, layerOf, readText, repositoryFiles, resolveImport, ROOT, type Import } from './repository.ts';

/** ARCHITECTURE.md, "What may import what". Besides itself. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  config: ['base'],
  storage: ['base'],
  aws: ['base'],
  telemetry: ['base', 'aws'],
  functions: ['base', 'aws', 'storage'],
  sandboxes: ['base'],
  'sandbox-host': ['base', 'sandboxes'],
  environments: ['base', 'aws', 'functions', 'telemetry', 'sandboxes'],
  invocation: ['base', 'aws', 'storage', 'functions', 'telemetry'],
  services: ['base', 'aws', 'storage', 'telemetry'],
  'services/lambda': ['base', 'aws', 'storage', 'telemetry', 'functions', 'invocation'],
  gateway: ['base', 'aws', 'telemetry'],
  cli: ['base', 'config'],
};
/** The composition root; nothing imports it but the entry. */
const COMPOSITION: ReadonlySet<string> = new Set(['platform', 'main', 'host-options']);

/** Packages by the layers that may load them. Types of the SDK are data about the wire and free to all who speak AWS. */
const PACKAGE_FENCE: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^koffi$/, ['sandboxes', 'sandbox-host']],
  [/^yauzl$/, ['functions']],
  [/^@smithy\/(core|signature-v4)(\/|$)/, ['aws']],
  [/^@aws-sdk\/core(\/|$)/, ['aws']],
  [/^@aws-sdk\/client-/, ['aws', 'cli']],
];
const SDK_TYPES = /^@(aws-sdk|smithy)\//;
const SPEAKS_AWS = /^(aws|services\/|invocation|gateway|cli)/;

const sources = repositoryFiles('src').filter((path) => path.endsWith('.ts'));
/** Without tests, and without the suites that every driver of a port passes. */
const product = sources.filter((path) => !/(\.test|-contract|-properties)\.ts$/.test(path));
const importsByFile = new Map<string, readonly Import[]>(sources.map((path) => [path, importsOf(readText(path))]));

function violations(files: readonly string[], check: (path: string, wanted: Import) => string | undefined): readonly string[] {
  return files.flatMap((path) =>
    (importsByFile.get(path) ?? []).flatMap((wanted) => {
      const complaint = check(path, wanted);
      return complaint === undefined ? [] : [`${path}: ${complaint}`];
    }),
  );
}

suite('imports', () => {
  test('every file that is named exists', () => {
    const missing = violations(sources, (path, { specifier }) => {
      const target = resolveImport(specifier, path);
      return target === undefined || existsSync(join(ROOT, target)) ? undefined : `${specifier} does not exist`;
    });
    assert.deepEqual(missing, []);
  });

  test('every file that a script or a launcher names exists', () => {
    const programs = ['bin', 'scripts'].flatMap((folder) => repositoryFiles(folder)).filter((path) => /\.(ts|mjs)$/.test(path));
    assert.notDeepEqual(programs, []);
    const missing = programs.flatMap((path) =>
      importsOf(readText(path)).flatMap(({ specifier }) => {
        const target = resolveImport(specifier, path);
        // `npm pack` makes it.
        if (target === undefined || target.startsWith('dist/')) return [];
        return existsSync(join(ROOT, target)) ? [] : [`${path}: ${specifier} does not exist`];
      }),
    );
    assert.deepEqual(missing, []);
  });

  test('each layer imports only what ARCHITECTURE.md allows it', () => {
    const upward = violations(product, (path, { specifier }) => {
      const target = resolveImport(specifier, path);
      if (target === undefined || !target.startsWith('src/')) return undefined;
      const [from, to] = [layerOf(path), layerOf(target)];
      if (from === to || COMPOSITION.has(from)) return undefined;
      const allowed = MAY_IMPORT[from] ?? MAY_IMPORT[from.split('/', 1)[0] ?? ''];
      if (allowed === undefined) return `the layer ${from} is not in the table`;
      return allowed.includes(to) ? undefined : `${from} may not import ${to} (${specifier})`;
    });
    assert.deepEqual(upward, []);
  });

  test('each package stays behind its fence', () => {
    const escaped = violations(product, (path, { specifier, typeOnly }) => {
      const layer = layerOf(path);
      if (/^(#|\.|node:)/.test(specifier)) return undefined;
      if (typeOnly && SDK_TYPES.test(specifier) && SPEAKS_AWS.test(layer)) return undefined;
      const [, layers] = PACKAGE_FENCE.find(([name]) => name.test(specifier)) ?? [];
      return layers?.includes(layer) === true ? undefined : `${layer} may not load ${specifier}`;
    });
    assert.deepEqual(escaped, []);
  });

  test('another layer is reached by #, what stands beside by a relative path', () => {
    const crossing = violations(sources, (path, { specifier }) => {
      const target = resolveImport(specifier, path);
      if (target === undefined) return undefined;
      const testSupport = path.endsWith('.test.ts') && target.startsWith('test/support/');
      if (!target.startsWith('src/')) return testSupport || target === 'package.json' ? undefined : `${specifier} leaves src`;
      const own = layerOf(path) === layerOf(target);
      const onTop = COMPOSITION.has(layerOf(path)) && COMPOSITION.has(layerOf(target));
      if (specifier.startsWith('#'))
        return dirname(path) === dirname(target) ? `${specifier} is beside it: use a relative path` : undefined;
      return own || onTop ? undefined : `${specifier} is in another layer: use #`;
    });
    assert.deepEqual(crossing, []);
  });

  test('no file re-exports another', () => {
    const barrels = product.filter((path) => /^export\s+(\*|(type\s+)?\{[^}]*\}\s*from\b)/m.test(readText(path)));
    assert.deepEqual(barrels, []);
  });

  test('no circle of imports', () => {
    const state = new Map<string, 'open' | 'done'>();
    const circles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'open') circles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
      if (state.has(path)) return;
      state.set(path, 'open');
      for (const { specifier, typeOnly } of importsByFile.get(path) ?? []) {
        const target = typeOnly ? undefined : resolveImport(specifier, path);
        if (target !== undefined) visit(target, [...trail, path]);
      }
      state.set(path, 'done');
    };
    for (const path of product) visit(path, []);
    assert.deepEqual(circles, []);
  });
});

test('importsOf sees statements over several lines, dynamic imports, workers and types', () => {
  const text = [
    "import type { A } from './a.ts';",
    'import {',
    '  b,',
    "} from '#base/b.ts';",
    "import 'node:c';",
    "const d = await import('./d.ts');",
    "type E = typeof import('@aws-sdk/client-e');",
    'new Worker(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));',
    "// a comment that says from 'nowhere'",
    "export const f = 'f';",
    "export { g } from './g.ts';",
  ].join('\n');
  assert.deepEqual(importsOf(text), [
    { specifier: './a.ts', typeOnly: true },
    { specifier: '#base/b.ts', typeOnly: false },
    { specifier: 'node:c', typeOnly: false },
    { specifier: './g.ts', typeOnly: false },
    { specifier: './d.ts', typeOnly: false },
    { specifier: '@aws-sdk/client-e', typeOnly: true },
    { specifier: './worker', typeOnly: false },
  ]);
  assert.equal(resolveImport('./worker', 'src/storage/sqlite/storage-worker.ts'), 'src/storage/sqlite/worker.ts');
  assert.deepEqual(['src/main.ts', 'src/services/iam/x.ts', 'src/aws/wire/y.ts'].map(layerOf), ['main', 'services/iam', 'aws']);
});
