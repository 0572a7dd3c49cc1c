import { homedir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { MAX_RESPONSE_BYTES } from '#environments/limits.ts';
import { findPython } from '#functions/python-finder.ts';
import { runTool } from '#functions/run-tool.ts';
import { checkCase, type Client } from './support/runtime-case.ts';
import { absent } from '../support/absent.ts';

// Over HTTP the Runtime API refuses such a response; over frames the bootstrap itself does, and goes on.

const RUNTIMES = join(import.meta.dirname, '../../runtimes');
/** With two quotes around it, exactly the limit. */
const LARGEST = MAX_RESPONSE_BYTES - 2;
const EVENTS = [String(LARGEST + 1), '0'];
const EXPECTED = {
  answers: [
    { error: `Function.ResponseSizeTooLarge: Response payload size exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).` },
    '""',
  ],
};
const framed = (command: readonly string[]): Client => ({
  name: 'framed',
  link: 'framed',
  command: () => command,
  environment: { PYTHONDONTWRITEBYTECODE: '1' },
});

const node = framed([process.execPath, join(RUNTIMES, 'nodejs/bootstrap.cjs')]);
const files = {
  'index.js': 'exports.handler = async (length) => "x".repeat(length);',
  'app.py': 'def handler(length, context):\n    return "x" * length',
};

test('Node.js: a response over the limit is an error of the function', () =>
  checkCase({ name: '', files, handler: 'index.handler', events: EVENTS, expected: EXPECTED }, [node]));

test('Node.js: a response of exactly the limit', () =>
  checkCase({ name: '', files, handler: 'index.handler', events: [String(LARGEST)], expected: { answers: [`"${'x'.repeat(LARGEST)}"`] } }, [
    node,
  ]));

test('Python: the limit is the same', async (context: TestContext) => {
  const python = await findPython('3.12', { homeDirectory: homedir() }, runTool);
  if (python === undefined) return absent(context, 'Python 3.12');
  const client = framed([python.executable, join(RUNTIMES, 'python/bootstrap.py')]);
  await checkCase({ name: '', files, handler: 'app.handler', events: EVENTS, expected: EXPECTED }, [client]);
  await checkCase(
    { name: '', files, handler: 'app.handler', events: [String(LARGEST)], expected: { answers: [`"${'x'.repeat(LARGEST)}"`] } },
    [client],
  );
});
