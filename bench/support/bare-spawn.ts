import { spawn, type ChildProcess } from 'node:child_process';
import type { Family } from './functions.ts';
import { pythonInterpreter } from './interpreters.ts';

/** From spawn to the runtime's first word, of the interpreter with the least of runtimes. */
export async function bareSpawnMs(family: Family): Promise<number> {
  const { child, readyMs } = await bareSpawn(family);
  child.kill('SIGKILL');
  return readyMs;
}

/** The same, alive and waiting for its first event. */
export function bareSpawn(family: Family): Promise<{ readonly child: ChildProcess; readonly readyMs: number }> {
  const program = new URL(family === 'python' ? './floor-runtime.py' : './floor-runtime.mjs', import.meta.url).pathname;
  return new Promise((resolve, reject) => {
    const interpreter = family === 'python' ? pythonInterpreterOnce() : process.execPath;
    const startMs = performance.now();
    const child = spawn(interpreter, [program], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'], env: { PATH: '/usr/bin:/bin' } });
    child.once('error', reject);
    child.stdio[3]?.once('data', () => resolve({ child, readyMs: performance.now() - startMs }));
  });
}

let python: string | undefined;
function pythonInterpreterOnce(): string {
  python ??= pythonInterpreter();
  return python;
}
