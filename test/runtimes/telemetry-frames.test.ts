import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { findPython } from '#functions/python-finder.ts';
import { runTool } from '#functions/run-tool.ts';
import { absent } from '../support/absent.ts';

// AWS hands runtimes a descriptor for logs (docs: none; AWS's clients read `_LAMBDA_TELEMETRY_LOG_FD`). A record keeps its newlines there.

const RUNTIMES = join(import.meta.dirname, '../../runtimes');
const folder = await mkdtemp(join(tmpdir(), 'hearth-telemetry-'));
after(() => rm(folder, { recursive: true }));

interface Frame {
  readonly type: string;
  readonly text: string;
}

/** Starts a runtime whose function logs and exits while it is loaded, and reads descriptor 4. */
function framesOf(command: readonly string[], environment: Readonly<Record<string, string>>): readonly Frame[] {
  const [program = '', ...parameters] = command;
  const started = spawnSync(program, parameters, {
    env: {
      _HANDLER: 'index.handler',
      LAMBDA_TASK_ROOT: folder,
      AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9',
      _LAMBDA_TELEMETRY_LOG_FD: '4',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ignore', 'pipe'],
  });
  assert.equal(started.stdout.toString('utf8'), '');
  const bytes = started.output[4] as unknown as Buffer;
  const frames: Frame[] = [];
  for (let offset = 0; offset < bytes.length; offset += 16 + bytes.readUInt32BE(offset + 4)) {
    const ageMs = Date.now() - Number(bytes.readBigUInt64BE(offset + 8) / 1000n);
    assert.ok(ageMs >= 0 && ageMs < 60_000);
    const text = bytes.toString('utf8', offset + 16, offset + 16 + bytes.readUInt32BE(offset + 4));
    frames.push({ type: bytes.readUInt32BE(offset).toString(16), text: text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, '<time>') });
  }
  return frames;
}

test('the Node.js console in frames', async () => {
  await writeFile(
    join(folder, 'index.js'),
    'console.log("a\\nb"); console.error("c", "_LAMBDA_TELEMETRY_LOG_FD" in process.env); process.exit(0);',
  );
  const command = [process.execPath, join(RUNTIMES, 'nodejs/bootstrap.cjs')];
  assert.deepEqual(framesOf(command, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x' }), [
    { type: 'a55a000f', text: '<time>\t-\tINFO\ta\nb\n' },
    { type: 'a55a0017', text: '<time>\t-\tERROR\tc false\n' },
  ]);
  assert.deepEqual(
    framesOf(command, { AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x', AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'ERROR' }),
    [{ type: 'a55a0016', text: '{"timestamp":"<time>","level":"ERROR","requestId":"-","message":"c false"}' }],
  );
});

test('Python logging in frames', async (context: TestContext) => {
  const python = await findPython('3.12', { homeDirectory: homedir() }, runTool);
  if (python === undefined) return absent(context, 'Python 3.12');
  await writeFile(
    join(folder, 'index.py'),
    'import logging, os\nlogging.warning("a\\nb")\nlogging.getLogger("x").error("c")\nos._exit(0)\n',
  );
  const command = [python.executable, '-B', join(RUNTIMES, 'python/bootstrap.py')];
  assert.deepEqual(framesOf(command, {}), [
    { type: 'a55a0003', text: '[WARNING]\t<time>\t\ta\nb\n' },
    { type: 'a55a0003', text: '[ERROR]\t<time>\t\tc\n' },
  ]);
  assert.deepEqual(framesOf(command, { AWS_LAMBDA_LOG_FORMAT: 'JSON', AWS_LAMBDA_LOG_LEVEL: 'ERROR' }), [
    { type: 'a55a0016', text: '{"timestamp": "<time>", "level": "ERROR", "message": "c", "logger": "x", "requestId": ""}\n' },
  ]);
});
