import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { suite, test } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { packageVersion } from '#config/version.ts';
import { runCli } from './run-cli.ts';

async function run(argv: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const written = { out: '', err: '' };
  const status = await runCli(argv, {
    environment,
    clock: systemClock,
    signals: new EventEmitter(),
    exit: () => assert.fail('nothing ends the process'),
    startPlatform: () => assert.fail('nothing starts the platform'),
    probeHost: () => Promise.resolve([{ name: 'bwrap', found: '0.8.0', verdict: 'good', remedy: undefined }]),
    runtimes: () =>
      Promise.resolve({
        list: () => Promise.resolve([{ identifier: 'java17', verdict: 'here', found: 'Java 17' }]),
        add: (identifier) => Promise.resolve({ outcome: 'refused', text: `no ${identifier}` }),
      }),
    terminal: {
      out: (text) => void (written.out += text),
      err: (text) => void (written.err += text),
    },
  });
  return { status, written };
}

suite('runCli', () => {
  test('--version prints the version of the package', async () => {
    assert.deepEqual(await run(['--version']), { status: 0, written: { out: `${packageVersion()}\n`, err: '' } });
  });

  test('doctor shows the facts that it is handed', async () => {
    const { status, written } = await run(['doctor']);
    assert.equal(status, 0);
    assert.match(written.out, /^good {5}bwrap {2}0\.8\.0\n/);
  });

  test('runtimes: list and add', async () => {
    assert.deepEqual(await run(['runtimes', 'list']), { status: 0, written: { out: 'here     java17  Java 17\n', err: '' } });
    assert.deepEqual(await run(['runtimes', 'add', 'java21']), { status: 1, written: { out: '', err: 'hearth: no java21\n' } });
    assert.equal((await run(['runtimes', 'add'])).status, 2);
    assert.equal((await run(['runtimes', 'list', 'java17'])).status, 2);
  });

  test('bad arguments give status 2, bad settings 1, each with one line', async () => {
    assert.deepEqual(await run(['strat']), {
      status: 2,
      written: { out: '', err: "hearth: there is no command 'strat'; see: hearth --help\n" },
    });
    assert.deepEqual(await run(['start'], { HEARTH_PORT: 'x' }), {
      status: 1,
      written: { out: '', err: "hearth: HEARTH_PORT must be a whole number from 0 to 65535, not 'x'\n" },
    });
  });
});
