import { CreateFunctionCommand, waitUntilFunctionActiveV2, waitUntilFunctionUpdatedV2 } from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandInput, CreateFunctionCommandOutput } from '@aws-sdk/client-lambda';
import { zipArchive } from '../support/zip-archive.ts';
import { answerRecord, type Replay } from './replay.ts';

/** A name that no other case of the account has. */
export function functionName(): string {
  return `fn-${(count += 1)}`;
}

let count = 0;

const WAIT = { maxWaitTime: 60, minDelay: 0.05, maxDelay: 0.3 } as const;

/** A zip with one Python file that returns its event. */
export function echoZip(comment = ''): Buffer {
  return zipArchive([{ name: 'index.py', content: `# ${comment}\ndef handler(event, context):\n    return event\n` }]);
}

/**
 * Takes a while to unpack: states follow real work, and what AWS needs for a small package is long over here when the next call
 * comes. Folders are made one after the other. Each is another, since what is unpacked already takes no time.
 */
export function slowZip(): Buffer {
  const files = Array.from({ length: 4000 }, (_, index) => ({ name: `folders/${index}/file.txt`, content: String(index), method: 0 }));
  return zipArchive([{ name: 'index.py', content: `# ${functionName()}\ndef handler(event, context):\n    return event\n` }, ...files]);
}

/** What the helper of the recorded tests asked for beside what a test itself asked for. */
export const HELPER_INPUT = {
  Handler: 'handler.handler',
  Timeout: 30,
  Environment: { Variables: {} },
  Code: { ZipFile: zipArchive([{ name: 'handler.py', content: 'def handler(event, context):\n    return event\n' }]) },
} as const satisfies Partial<CreateFunctionCommandInput>;

/** CreateFunction's input for a Python echo; `more` overrides. */
export async function functionInput(replay: Replay, more: Partial<CreateFunctionCommandInput> = {}): Promise<CreateFunctionCommandInput> {
  return {
    FunctionName: functionName(),
    Runtime: 'python3.12',
    Handler: 'index.handler',
    Role: await replay.account.role(),
    Code: { ZipFile: echoZip() },
    ...more,
  };
}

/** Creates a function and waits until it is active. */
export async function newFunction(
  replay: Replay,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<CreateFunctionCommandOutput & { readonly FunctionName: string }> {
  const input = await functionInput(replay, more);
  const created = await replay.account.lambda.send(new CreateFunctionCommand(input));
  await active(replay, input.FunctionName ?? '');
  return { ...created, FunctionName: input.FunctionName ?? '' };
}

/** Creates a function as the helper of the recorded tests did, whose answer was recorded under that key, and waits until it is active. */
export async function newHelperFunction(
  replay: Replay,
  key: string | undefined,
  more: Partial<CreateFunctionCommandInput> = {},
): Promise<CreateFunctionCommandOutput & { readonly FunctionName: string; readonly FunctionArn: string }> {
  const created = await newFunction(replay, { ...HELPER_INPUT, ...more });
  if (key !== undefined) {
    replay.match(key, { CreateEventSourceMappingResponse: null, CreateFunctionResponse: answerRecord(created) });
  }
  return { ...created, FunctionArn: created.FunctionArn ?? '' };
}

export async function active(replay: Replay, name: string): Promise<void> {
  await waitUntilFunctionActiveV2({ client: replay.account.lambda, ...WAIT }, { FunctionName: name });
}

export async function updated(replay: Replay, name: string): Promise<void> {
  await waitUntilFunctionUpdatedV2({ client: replay.account.lambda, ...WAIT }, { FunctionName: name });
}
