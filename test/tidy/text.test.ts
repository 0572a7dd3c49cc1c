import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { readText, repositoryFiles, ROOT } from './repository.ts';

/** Long enough that a file which needs more has two subjects. */
const MAX_LINES = 400;

const all = repositoryFiles().filter((path) => !/\.(zip|gz|png|ico|so|node|bin)$/.test(path));
const code = all.filter((path) => /^(src|runtimes|scripts|bin|test|bench)\//.test(path) && !/^test\/(tidy|fixtures)\//.test(path));
const product = code.filter((path) => /^(src|runtimes)\//.test(path) && !path.endsWith('.test.ts'));

function occurrences(files: readonly string[], pattern: RegExp): readonly string[] {
  return files.flatMap((path) =>
    readText(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 120)}`] : [])),
  );
}

suite('text', () => {
  test('nothing is left for later in the code: docs/parity.md says what is missing', () => {
    assert.deepEqual(occurrences(code, /\b(TODO|FIXME|XXX|HACK)\b/), []);
  });

  test('no check is switched off, and no test left out', () => {
    assert.deepEqual(occurrences(code, /@ts-(ignore|nocheck)|(eslint|oxlint)-disable|\b(test|suite|describe|it)\.(only|todo)\(/), []);
  });

  test('no hole in the types', () => {
    const typed = code.filter((path) => path.startsWith('src/') && path.endsWith('.ts'));
    assert.deepEqual(occurrences(typed, /\bas any\b|\bas unknown as\b|<any>/), []);
  });

  test('the present comes from the Clock', () => {
    const outsideBase = product.filter((path) => path.endsWith('.ts') && !path.startsWith('src/base/'));
    assert.deepEqual(occurrences(outsideBase, /\bnew Date\(\)|\bprocess\.hrtime\b/), []);
  });

  test('no path of a machine on which it was written', () => {
    const files = all.filter((path) => !path.startsWith('test/tidy/'));
    assert.deepEqual(occurrences(files, /(^|[^a-zA-Z])\/(root|work|farm)\//), []);
  });

  test('no host of a package registry', () => {
    const files = all.filter((path) => !path.startsWith('test/tidy/'));
    assert.deepEqual(occurrences(files, /registry\.(npmjs|yarnpkg)|pythonhosted|pypi\.org|deb\.debian\.org|"resolved": "http/), []);
  });

  test('files are named in kebab-case', () => {
    const named = all.filter((path) => /^(src|scripts|bench|test)\/.*\.ts$/.test(path));
    assert.deepEqual(
      named.filter((path) => !/^[a-z0-9]+(-[a-z0-9]+)*(\.(test|daemon))?\.ts$/.test(path.split('/').at(-1) ?? '')),
      [],
    );
  });

  test('no file is too long to be read at once', () => {
    const long = product.filter((path) => /\.(ts|mjs|cjs|js|py)$/.test(path) && readText(path).split('\n').length > MAX_LINES + 1);
    assert.deepEqual(long, []);
  });
});

suite('documents', () => {
  test('relative links lead somewhere', () => {
    const broken = all
      .filter((path) => path.endsWith('.md'))
      .flatMap((path) =>
        [...readText(path).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
          .map((match) => match[1] ?? '')
          .filter((target) => !existsSync(join(ROOT, dirname(path), target)))
          .map((target) => `${path}: ${target}`),
      );
    assert.deepEqual(broken, []);
  });

  test('the changelog knows the version of the package', () => {
    const { version } = JSON.parse(readText('package.json')) as { readonly version: string };
    assert.match(readText('CHANGELOG.md'), new RegExp(`^## ${RegExp.escape(version)}\\b`, 'm'));
  });

  test('README names every setting, and only settings that exist', () => {
    const pattern = /HEARTH_[A-Z_]+/g;
    const known = new Set(readText('src/config/config.ts').match(pattern));
    const told = new Set(readText('README.md').match(pattern));
    assert.deepEqual([...told].toSorted(), [...known].toSorted());
  });

  test('dependencies are pinned to exact versions', () => {
    const manifest = JSON.parse(readText('package.json')) as Readonly<Record<string, unknown>>;
    for (const kind of ['dependencies', 'optionalDependencies', 'devDependencies']) {
      for (const [name, version] of Object.entries((manifest[kind] ?? {}) as Readonly<Record<string, string>>)) {
        assert.match(version, /^\d+\.\d+\.\d+$/, `${kind} ${name}`);
      }
    }
  });
});
