import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TestContext } from 'node:test';
import { systemClock } from '#base/clock.ts';
import { silentLogger } from '#base/logger.ts';
import { processDriver } from '#sandboxes/process-driver.ts';
import type { Sandbox } from '#sandboxes/sandbox.ts';
import { supervisedCommand, Supervisor } from './supervisor.ts';

interface Supervised {
  readonly sandbox: Sandbox;
  readonly supervisor: Supervisor;
  /** What the supervisor reported, in order. */
  readonly reports: string[];
  readonly reported: (count: number) => Promise<void>;
  readonly output: () => string;
  readonly sideOutput: () => string;
}

/** Real processes: shell scripts as extensions, and one as the runtime. */
async function supervised(context: TestContext, extensions: Readonly<Record<string, string>>, runtime: string): Promise<Supervised> {
  const opt = mkdtempSync(join(tmpdir(), 'hearth-supervisor-'));
  mkdirSync(join(opt, 'extensions'));
  for (const [name, script] of Object.entries(extensions)) {
    writeFileSync(join(opt, 'extensions', name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(opt, 'extensions', name), script === '' ? 0o644 : 0o755);
  }
  const driver = processDriver({ reason: 'in a test', clock: systemClock, logger: silentLogger });
  const sandbox = await driver.create({
    id: 's',
    mounts: [{ source: opt, target: '/opt' }],
    command: supervisedCommand(Object.keys(extensions), ['/bin/sh', '-c', runtime]),
    workingDirectory: '/tmp',
    environment: () => ({ PATH: '/usr/bin:/bin', _HANDLER: 'h', AWS_LAMBDA_FUNCTION_NAME: 'f' }),
    limits: { memoryMb: 128, cpus: 1, processes: 64, openFiles: 64, scratchMb: 1 },
    network: 'none',
    sideOutput: true,
  });
  context.after(async () => {
    await driver.close();
    rmSync(opt, { recursive: true });
  });
  let output = '';
  let sideOutput = '';
  sandbox.onOutput((chunk) => (output += chunk.toString('utf8')));
  sandbox.onSideOutput((chunk) => (sideOutput += chunk.toString('utf8')));
  const reports: string[] = [];
  let wake = (): void => {};
  const report = (text: string): void => {
    reports.push(text);
    wake();
  };
  const supervisor = new Supervisor(sandbox.channel, {
    runtimeExited: ({ code, signal }) => report(`runtime ${code ?? signal}`),
    extensionExited: (name, { text, notStarted }) => report(`${name} ${text}${notStarted === undefined ? '' : ` ${notStarted}`}`),
  });
  const reported = async (count: number): Promise<void> => {
    while (reports.length < count) await new Promise<void>((resolve) => (wake = resolve));
    sandbox.drainOutput();
  };
  return { sandbox, supervisor, reports, reported, output: () => output, sideOutput: () => sideOutput };
}

suite('Supervisor', () => {
  test('starts the extensions at once and the runtime when told to; each end is reported, each output goes its own way', async (context) => {
    const extensions = { one: 'echo one in $PWD sees $_HANDLER$AWS_LAMBDA_FUNCTION_NAME; exit 3', two: 'echo two >&2' };
    const { supervisor, reports, reported, output, sideOutput } = await supervised(context, extensions, 'echo runs $_HANDLER; exit 5');
    await reported(2);
    assert.deepEqual(reports.toSorted(), ['one exit status 3', 'two exit code 0']);
    assert.deepEqual(sideOutput().split('\n').toSorted(), ['', 'one in / sees f', 'two']);
    assert.equal(output(), '');
    supervisor.startRuntime();
    await reported(3);
    assert.equal(reports[2], 'runtime 5');
    assert.equal(output(), 'runs h\n');
  });

  test('ends the runtime with SIGTERM, and with SIGKILL, without a word', async (context) => {
    const kind = await supervised(context, { one: 'sleep 100' }, 'trap "echo bye; exit 6" TERM; echo up; while true; do sleep 0.05; done');
    kind.supervisor.startRuntime();
    while (kind.output() !== 'up\n') await new Promise((resolve) => setImmediate(resolve));
    kind.supervisor.endRuntime('terminate');
    await kind.reported(1);
    assert.deepEqual([kind.reports, kind.output(), kind.sideOutput()], [['runtime 6'], 'up\nbye\n', '']);

    const deaf = await supervised(context, { one: 'sleep 100' }, 'trap "echo no" TERM; echo up; while true; do sleep 0.05; done');
    deaf.supervisor.startRuntime();
    while (deaf.output() !== 'up\n') await new Promise((resolve) => setImmediate(resolve));
    deaf.supervisor.endRuntime('terminate');
    while (deaf.output() !== 'up\nno\n') await new Promise((resolve) => setImmediate(resolve));
    deaf.supervisor.endRuntime('kill');
    await deaf.reported(1);
    assert.deepEqual([deaf.reports, deaf.output(), deaf.sideOutput()], [['runtime SIGKILL'], 'up\nno\n', '']);
  });

  test('tells what could not be run from what failed', async (context) => {
    const { reports, reported } = await supervised(context, { plain: '' }, 'true');
    await reported(1);
    assert.deepEqual(reports, ['plain exit status 126 PermissionDenied']);
  });

  test('ends with the channel, and everything with it', async (context) => {
    const { sandbox, supervisor } = await supervised(context, { one: 'sleep 100' }, 'true');
    supervisor.close();
    assert.equal((await sandbox.exited).code, 0);
  });
});
