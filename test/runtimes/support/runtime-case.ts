import assert from 'node:assert/strict';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { InvokeMeta } from '#environments/runtime-api/frames.ts';
import { normalised } from './normalise.ts';
import { runRuntime, type Answer, type Transcript } from './runtime-process.ts';

/** A function, what it is sent, and what AWS's runtime makes of it. */
export interface RuntimeCase {
  readonly name: string;
  /** Texts by path below the task root. */
  readonly files: Readonly<Record<string, string>>;
  readonly handler: string;
  /** JSON texts; none when the init phase is what matters. One `{}` unless given. */
  readonly events?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly meta?: Partial<InvokeMeta>;
  readonly expected: Expected;
}

export interface Expected {
  /** A response's text, or `type: message` of an error. */
  readonly answers: readonly (string | { readonly error: string } | { readonly initError: string })[];
  readonly exitCode?: number;
  /** Standard output, times as `<time>`; not looked at when absent. */
  readonly output?: string | RegExp;
}

/** One way to run functions. */
export interface Client {
  readonly name: string;
  readonly link: 'framed' | 'http';
  command(handler: string, taskRoot: string): readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** Paths that stand for /var/runtime/index.mjs in texts. */
  readonly runtimeFiles?: readonly string[];
}

/** Runs the case with each client: the first must do what is expected, all others the same to the letter. */
export async function checkCase(runtimeCase: RuntimeCase, clients: readonly Client[]): Promise<void> {
  const taskRoot = await realpath(await mkdtemp(join(tmpdir(), 'hearth-task-')));
  try {
    for (const [path, text] of Object.entries(runtimeCase.files)) {
      await mkdir(dirname(join(taskRoot, path)), { recursive: true });
      await writeFile(join(taskRoot, path), text);
    }
    let reference: Transcript | undefined;
    for (const client of clients) {
      const raw = await transcriptOf(runtimeCase, client, taskRoot);
      const transcript = normalised(raw, taskRoot, client.runtimeFiles ?? []);
      if (reference === undefined) checkExpected(transcript, runtimeCase.expected, raw.errorOutput);
      else assert.deepEqual(transcript, reference, `${client.name} differs from ${clients[0]?.name ?? ''}`);
      reference ??= transcript;
    }
  } finally {
    await rm(taskRoot, { recursive: true });
  }
}

function transcriptOf(runtimeCase: RuntimeCase, client: Client, taskRoot: string): Promise<Transcript> {
  return runRuntime({
    command: client.command(runtimeCase.handler, taskRoot),
    environment: {
      PATH: process.env['PATH'] ?? '',
      TZ: ':UTC',
      LANG: 'en_US.UTF-8',
      LC_CTYPE: 'C.UTF-8',
      _HANDLER: runtimeCase.handler,
      LAMBDA_TASK_ROOT: taskRoot,
      AWS_LAMBDA_FUNCTION_NAME: 'f',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_LAMBDA_LOG_GROUP_NAME: '/aws/lambda/f',
      AWS_LAMBDA_LOG_STREAM_NAME: '2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef',
      ...client.environment,
      ...runtimeCase.environment,
    },
    workingDirectory: taskRoot,
    events: runtimeCase.events ?? ['{}'],
    meta: runtimeCase.meta ?? {},
    link: client.link,
  });
}

function checkExpected(transcript: Transcript, expected: Expected, errorOutput: string): void {
  const seen = `${transcript.output}\n${errorOutput}`;
  assert.deepEqual(transcript.answers.map(summary), expected.answers, seen);
  assert.equal(transcript.exitCode, expected.exitCode, seen);
  if (typeof expected.output === 'string') assert.equal(transcript.output, expected.output);
  else if (expected.output !== undefined) assert.match(transcript.output, expected.output);
}

function summary(answer: Answer): Expected['answers'][number] {
  if (answer.kind === 'response') return answer.body;
  const { errorType, errorMessage } = JSON.parse(answer.body) as { errorType: string; errorMessage: string };
  assert.equal(answer.type, errorType);
  const text = `${errorType}: ${errorMessage}`;
  return answer.kind === 'error' ? { error: text } : { initError: text };
}
