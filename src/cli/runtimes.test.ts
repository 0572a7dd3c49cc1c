import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addRuntime, listRuntimes } from './runtimes.ts';

function terminal() {
  const written = { out: '', err: '' };
  return { written, out: (text: string) => void (written.out += text), err: (text: string) => void (written.err += text) };
}

test('listRuntimes: one line for each', async () => {
  const shown = terminal();
  const facts = [
    { identifier: 'java17', verdict: 'here', found: 'Java 17' },
    { identifier: 'python3.12', verdict: 'missing', found: 'to get it: …' },
  ] as const;
  assert.equal(await listRuntimes({ list: () => Promise.resolve(facts) }, shown), 0);
  assert.equal(shown.written.out, 'here     java17      Java 17\nmissing  python3.12  to get it: …\n');
});

test('addRuntime says what it does; what cannot be had is a failure', async () => {
  const shown = terminal();
  const add = (identifier: string, say: (line: string) => void) => {
    say('installing');
    return Promise.resolve({ outcome: identifier === 'java17' ? 'added' : 'refused', text: `${identifier}.` } as const);
  };
  assert.equal(await addRuntime('java17', { add }, shown), 0);
  assert.equal(await addRuntime('cobol', { add }, shown), 1);
  assert.deepEqual(shown.written, { out: 'installing\njava17.\ninstalling\n', err: 'hearth: cobol.\n' });
});
