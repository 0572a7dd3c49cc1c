/**
 * Captures what real clients send for the calls of `test/wire/golden-case.ts`, into `test/wire/golden/<client>.json`:
 *
 *   node scripts/capture-golden-requests.ts <folder with python (and boto3) and version 1 of the aws CLI: a venv's bin>
 *   oxfmt test/wire/golden
 *
 * Dates, signatures, hosts and random ids are replaced, so that a new capture only differs where a client does.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GoldenCall, goldenCalls, type GoldenRequest, type Tagged, untag } from '../test/wire/golden-case.ts';

const run = promisify(execFile);

interface Recorder {
  readonly endpoint: string;
  /** The requests since the last call. */
  take(): GoldenRequest[];
  close(): void;
}

async function startRecorder(): Promise<Recorder> {
  let requests: GoldenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      requests.push(neutral(request, Buffer.concat(chunks)));
      // A status that no client retries.
      response.writeHead(400).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the recorder listens on a port');
  return {
    endpoint: `http://127.0.0.1:${address.port}`,
    take() {
      const taken = requests;
      requests = [];
      return taken;
    },
    close: () => server.close(),
  };
}

const REPLACED: Readonly<Record<string, string>> = {
  host: '127.0.0.1:4566',
  'x-amz-date': '20260101T000000Z',
  'user-agent': 'client',
  'x-amz-user-agent': 'client',
  'amz-sdk-invocation-id': '00000000-0000-4000-8000-000000000000',
};

function neutral(request: IncomingMessage, body: Buffer): GoldenRequest {
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (name === 'connection' || name === 'amz-sdk-request') continue;
    headers[name] = REPLACED[name] ?? String(value);
  }
  if (headers['authorization'] !== undefined) {
    headers['authorization'] = headers['authorization']
      .replace(/\/\d{8}\//, '/20260101/')
      .replace(/Signature=[0-9a-f]+/, `Signature=${'0'.repeat(64)}`);
  }
  const neutralBody = body.toString('latin1').replaceAll(/chunk-signature=[0-9a-f]{64}/g, `chunk-signature=${'0'.repeat(64)}`);
  return { method: request.method ?? '', path, query, headers, bodyBase64: Buffer.from(neutralBody, 'latin1').toString('base64') };
}

/** Has one client send one call. The client fails, since the recorder answers nothing real; only its request counts. */
type Send = (call: GoldenCall, endpoint: string) => Promise<void>;

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const PACKAGES: Readonly<Record<string, string>> = { logs: 'cloudwatch-logs' };

interface Client {
  send(command: object): Promise<unknown>;
  destroy(): void;
}
type Constructor<Result> = new (options: unknown) => Result;

const sendWithSdk: Send = async ({ service, operation, input }, endpoint) => {
  const module = (await import(`@aws-sdk/client-${PACKAGES[service] ?? service}`)) as Record<string, unknown>;
  const clientName = Object.keys(module).find((name) => /^[A-Z].*Client$/.test(name) && !name.startsWith('__'));
  const ServiceClient = module[clientName ?? ''] as Constructor<Client>;
  const Command = module[`${operation}Command`] as Constructor<object>;
  const client = new ServiceClient({ endpoint, region: 'us-east-1', credentials: CREDENTIALS, maxAttempts: 1, forcePathStyle: true });
  await client.send(new Command(untag(input))).catch(() => undefined);
  client.destroy();
};

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: tmpdir(),
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_MAX_ATTEMPTS: '1',
  AWS_EC2_METADATA_DISABLED: 'true',
};

function sendWithBoto(bin: string): Send {
  return async (call, endpoint) => {
    const child = run(join(bin, 'python'), [join(import.meta.dirname, 'capture_golden_request.py')], { env: ENVIRONMENT });
    child.child.stdin?.end(JSON.stringify({ ...call, endpoint }));
    await child.catch(() => undefined);
  };
}

/** Version 1 of the CLI takes blobs as plain text in a JSON input; what streams (Invoke's payload, an object's body) comes from a file. */
function sendWithCli(bin: string): Send {
  return async ({ service, operation, input }, endpoint) => {
    const folder = mkdtempSync(join(tmpdir(), 'golden-'));
    const { Body, Payload, ...rest } = input as Record<string, Tagged>;
    const toFile = operation === 'Invoke' || operation === 'GetObject';
    // With a positional argument (the file for the answer) the CLI wants its other parameters as options.
    const parameters = toFile ? options(rest) : ['--cli-input-json', cliJson(rest)];
    const args = ['--endpoint-url', endpoint, service === 's3' ? 's3api' : service, kebab(operation), ...parameters];
    const streamed = Body ?? Payload;
    if (streamed !== undefined) {
      writeFileSync(join(folder, 'body'), untag(streamed) as Buffer);
      args.push(Body === undefined ? '--payload' : '--body', Body === undefined ? `fileb://${folder}/body` : `${folder}/body`);
    }
    if (toFile) args.push(join(folder, 'out'));
    await run(join(bin, 'aws'), args, { env: ENVIRONMENT }).catch(() => undefined);
    rmSync(folder, { recursive: true });
  };
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase();
}

function options(input: Readonly<Record<string, Tagged>>): string[] {
  return Object.entries(input).flatMap(([name, value]) => [
    `--${kebab(name)}`,
    value instanceof Object ? (JSON.parse(cliJson(value)) as string) : String(value),
  ]);
}

function cliJson(value: Tagged): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item !== 'object' || item === null) return item;
    if ('$bytes' in item) return Buffer.from(String(item.$bytes), 'base64').toString();
    return '$date' in item ? item.$date : item;
  });
}

async function capture(client: string, send: Send, recorder: Recorder): Promise<void> {
  const cases: object[] = [];
  for (const call of goldenCalls) {
    await send(call, recorder.endpoint);
    const [request] = recorder.take();
    if (request === undefined) process.stderr.write(`${client} sent nothing for ${call.service} ${call.operation}\n`);
    else cases.push({ client, ...call, request });
  }
  const folder = join(import.meta.dirname, '../test/wire/golden');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${client}.json`), `[\n${cases.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
}

const [bin] = process.argv.slice(2);
if (bin === undefined) {
  process.stderr.write('usage: node scripts/capture-golden-requests.ts <folder with python and aws>\n');
  process.exitCode = 2;
} else {
  const recorder = await startRecorder();
  await capture('sdk-v3', sendWithSdk, recorder);
  await capture('boto3', sendWithBoto(bin), recorder);
  await capture('aws-cli', sendWithCli(bin), recorder);
  recorder.close();
}
