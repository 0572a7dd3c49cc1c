import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, watch } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { runTool, ToolFailed } from './run-tool.ts';

const PATIENCE_MS = 20_000;

/**
 * A shell that starts a program of its own, tells its pid in a file and waits for it: `begun` resolves with that pid.
 */
async function endless(t: TestContext): Promise<{ readonly args: readonly string[]; readonly begun: Promise<number> }> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-tool-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const script = `sleep 1000 & echo $! > "$0/new"; mv "$0/new" "$0/pid"; wait`;
  const begun = (async (): Promise<number> => {
    for await (const { filename } of watch(folder)) if (filename === 'pid') break;
    return Number(await readFile(join(folder, 'pid'), 'utf8'));
  })();
  return { args: ['-c', script, folder], begun };
}

/** What was killed may still wait to be reaped by its new parent. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The kernel ends a process in its own time. */
async function untilGone(pid: number): Promise<void> {
  while (isAlive(pid)) await setImmediate();
}

test('runTool gives what the program wrote', async () => {
  assert.deepEqual(await runTool('sh', ['-c', 'echo out; echo err >&2'], { timeoutMs: PATIENCE_MS }), { stdout: 'out\n' });
});

test('runTool tells the last line of what went wrong', async () => {
  const failure = (args: readonly string[]): Promise<unknown> => runTool('sh', args, { timeoutMs: PATIENCE_MS });
  await assert.rejects(failure(['-c', 'echo first >&2; echo last >&2; exit 3']), { name: 'ToolFailed', message: 'sh: last' });
  await assert.rejects(failure(['-c', 'exit 3']), { message: 'sh: it ended with 3' });
  await assert.rejects(failure(['-c', 'kill -9 $$']), { message: 'sh: it ended with SIGKILL' });
  await assert.rejects(runTool('/no/such', [], { timeoutMs: PATIENCE_MS }), ToolFailed);
  await assert.rejects(failure(['-c', 'yes']), { message: 'sh: more than 4194304 bytes of output' });
});

test('runTool ends a program that takes too long, with all that it started', { timeout: PATIENCE_MS }, async (t) => {
  const { args, begun } = await endless(t);
  const [, pid] = await Promise.all([
    assert.rejects(runTool('sh', args, { timeoutMs: 1000 }), { name: 'ToolFailed', message: 'sh: no end after 1000 ms' }),
    begun,
  ]);
  await untilGone(pid);
});

test(
  'runTool ends the program, with all that it started, when it is aborted, and rejects with the reason',
  { timeout: PATIENCE_MS },
  async (t) => {
    const { args, begun } = await endless(t);
    const closing = new AbortController();
    const running = runTool('sh', args, { timeoutMs: PATIENCE_MS, signal: closing.signal });
    const pid = await begun;
    assert.equal(isAlive(pid), true);
    const reason = new Error('closing');
    closing.abort(reason);
    await assert.rejects(running, reason);
    await untilGone(pid);
    await assert.rejects(runTool('/no/such', [], { timeoutMs: PATIENCE_MS, signal: closing.signal }), reason);
  },
);
