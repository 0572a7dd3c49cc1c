import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { COMMANDS, parseCommandLine, UsageError } from './command-line.ts';
import { helpText } from './help.ts';

function refusal(...argv: readonly string[]): string {
  try {
    parseCommandLine(argv);
  } catch (error) {
    assert.ok(error instanceof UsageError);
    return error.message;
  }
  throw new assert.AssertionError({ message: 'the arguments were accepted' });
}

suite('parseCommandLine', () => {
  test('start takes its flags as typed, absent ones as undefined', () => {
    assert.deepEqual(parseCommandLine(['start', '--port', '0', '--data-dir=d']), {
      command: 'start',
      flags: { host: undefined, port: '0', dataDir: 'd' },
    });
  });

  test('invoke sends {} to $LATEST unless told otherwise', () => {
    assert.deepEqual(parseCommandLine(['invoke', 'hello']), {
      command: 'invoke',
      request: { functionName: 'hello', payload: '{}', qualifier: undefined, showLog: false },
    });
    assert.deepEqual(parseCommandLine(['invoke', '--payload', '{"a":1}', 'hello', '--log', '--qualifier', 'live']), {
      command: 'invoke',
      request: { functionName: 'hello', payload: '{"a":1}', qualifier: 'live', showLog: true },
    });
  });

  test('logs follows with -f, and begins an hour back', () => {
    assert.deepEqual(parseCommandLine(['logs', 'hello', '-f']), {
      command: 'logs',
      request: { functionName: 'hello', follow: true, sinceMinutes: 60 },
    });
  });

  test('no argument, --help and help give help; a command before --help is its topic', () => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) assert.deepEqual(parseCommandLine(argv), { command: 'help', topic: undefined });
    for (const argv of [
      ['help', 'logs'],
      ['logs', '--help'],
      ['logs', '-h'],
    ]) {
      assert.deepEqual(parseCommandLine(argv), { command: 'help', topic: 'logs' });
    }
  });

  test('--version', () => {
    assert.deepEqual(parseCommandLine(['--version']), { command: 'version' });
  });

  test('what makes no sense is refused in one line', () => {
    assert.equal(refusal('strat'), "there is no command 'strat'; see: hearth --help");
    assert.equal(refusal('start', '--prot', '1'), "Unknown option '--prot'; see: hearth start --help");
    assert.match(refusal('start', '--port'), /^Option '--port <value>' argument missing; see: hearth start --help$/);
    assert.equal(refusal('invoke'), `usage: ${COMMANDS.invoke.usage}`);
    assert.equal(refusal('status', 'extra'), `usage: ${COMMANDS.status.usage}`);
    assert.equal(refusal('logs', 'hello', '--since', '1h'), "--since takes a number of minutes, not '1h'");
  });
});

test('helpText names every command, and every option of a command', () => {
  const overview = helpText(undefined);
  for (const name of ['start', 'invoke', 'logs', 'status', 'doctor'] as const) {
    assert.ok(overview.includes(`  ${name} `), name);
    for (const option of Object.keys(COMMANDS[name].options)) assert.ok(helpText(name).includes(`--${option}`), `${name} --${option}`);
  }
});
