import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import { FrameReader, readErrorPayload, writeInvoke } from '#environments/runtime-api/frame-codec.ts';
import { FRAME, type InvokeMeta } from '#environments/runtime-api/frames.ts';
import { RuntimeApi } from './runtime-api.ts';

/** What a runtime said about an invocation, or about its init phase. */
export type Answer =
  | { readonly kind: 'response'; readonly body: string }
  | { readonly kind: 'error' | 'init-error'; readonly type: string; readonly body: string };

/** All that can be seen of a runtime that was started, given some events, and ended. */
export interface Transcript {
  readonly answers: readonly Answer[];
  /** Whether it asked for another event after the last answer. */
  readonly ready: boolean;
  /** Exit status when it ended by itself. */
  readonly exitCode: number | undefined;
  /** Standard output. */
  readonly output: string;
  /** Standard error: for whoever reads a failure. */
  readonly errorOutput: string;
}

export interface RuntimeRun {
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly workingDirectory: string;
  readonly events: readonly string[];
  readonly meta: Partial<InvokeMeta>;
  readonly link: 'framed' | 'http';
}

/** Speaks with a runtime until it has answered all events or ended, then stops it. */
export async function runRuntime(run: RuntimeRun): Promise<Transcript> {
  return run.link === 'framed' ? runFramed(run) : runHttp(run);
}

async function runFramed(run: RuntimeRun): Promise<Transcript> {
  const conversation = new Conversation(run);
  const child = start(run, { _HEARTH_CHANNEL_FD: '3', AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' });
  const channel = child.stdio[3] as Duplex;
  let streamed = '';
  const reader = new FrameReader((type, _attempt, payload) => {
    const body = payload.toString('utf8');
    if (type === FRAME.STREAM_BEGIN) streamed = '';
    if (type === FRAME.STREAM_CHUNK) streamed += body;
    if (type === FRAME.STREAM_END && payload.length === 0) conversation.answer({ kind: 'response', body: streamed });
    if (type === FRAME.STREAM_END && payload.length > 0) {
      const error = readErrorPayload(payload);
      conversation.answer({ kind: 'error', type: error.type, body: error.body.toString('utf8') });
    }
    if (type === FRAME.RESPONSE || type === FRAME.RESPONSE_READY) conversation.answer({ kind: 'response', body });
    if (type === FRAME.ERROR || type === FRAME.INIT_ERROR) {
      const error = readErrorPayload(payload);
      conversation.answer({ kind: type === FRAME.ERROR ? 'error' : 'init-error', type: error.type, body: error.body.toString('utf8') });
    }
    if (type === FRAME.READY || type === FRAME.RESPONSE_READY)
      conversation.ready((attempt, meta, event) => writeInvoke(channel, attempt, meta, Buffer.from(event)));
  });
  channel.on('data', (chunk: Buffer) => reader.push(chunk));
  // A runtime that was killed resets its end.
  channel.on('error', () => channel.destroy());
  return conversation.end(child);
}

async function runHttp(run: RuntimeRun): Promise<Transcript> {
  const conversation = new Conversation(run);
  const api = await RuntimeApi.listen({
    ready: () => conversation.ready((_attempt, meta, event) => api.invoke(meta, event)),
    answer: (answer) => conversation.answer(answer),
  });
  const child = start(run, { AWS_LAMBDA_RUNTIME_API: api.address });
  try {
    return await conversation.end(child);
  } finally {
    await api.close();
  }
}

function start(run: RuntimeRun, environment: Readonly<Record<string, string>>): ChildProcess {
  const [program = '', ...parameters] = run.command;
  const stdio = run.link === 'framed' ? (['ignore', 'pipe', 'pipe', 'pipe'] as const) : (['ignore', 'pipe', 'pipe'] as const);
  return spawn(program, parameters, { cwd: run.workingDirectory, env: { ...run.environment, ...environment }, stdio: [...stdio] });
}

class Conversation {
  readonly #run: RuntimeRun;
  readonly #answers: Answer[] = [];
  readonly #finished = Promise.withResolvers<void>();
  #asked = 0;
  #ready = false;

  constructor(run: RuntimeRun) {
    this.#run = run;
  }

  answer(answer: Answer): void {
    this.#ready = false;
    this.#answers.push(answer);
  }

  ready(send: (attempt: number, meta: InvokeMeta, event: string) => void): void {
    const event = this.#run.events[this.#asked];
    if (event === undefined) {
      this.#ready = true;
      this.#finished.resolve();
      return;
    }
    this.#asked += 1;
    const requestId = `8476a536-e9f4-11e8-9739-00000000000${this.#asked}`;
    send(
      this.#asked,
      {
        requestId,
        deadlineMs: Date.now() + 60_000,
        functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
        traceId: 'Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700',
        ...this.#run.meta,
      },
      event,
    );
  }

  /** Waits for the last answer or the end of the process, and ends it. */
  async end(child: ChildProcess): Promise<Transcript> {
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    let errorOutput = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (errorOutput += text));
    const closed = once(child, 'close') as Promise<[number | null]>;
    const first = await Promise.race([this.#finished.promise, closed]);
    if (first === undefined) child.kill('SIGKILL');
    const [code] = await closed;
    return {
      answers: this.#answers,
      ready: this.#ready,
      exitCode: first === undefined ? undefined : (code ?? undefined),
      output,
      errorOutput,
    };
  }
}
