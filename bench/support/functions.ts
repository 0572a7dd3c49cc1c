import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateFunctionCommand, LambdaClient, waitUntilFunctionActiveV2 } from '@aws-sdk/client-lambda';
import type { Runtime } from '@aws-sdk/client-lambda';
import { ZipFile } from 'yazl';

const ECHO: Readonly<Record<'node' | 'python', { readonly runtime: Runtime; readonly file: string; readonly source: string }>> = {
  node: { runtime: 'nodejs24.x', file: 'index.mjs', source: 'export const handler = async (event) => event;\n' },
  python: { runtime: 'python3.12', file: 'index.py', source: 'def handler(event, context):\n    return event\n' },
};

export type Family = keyof typeof ECHO;

const ROLE = 'bench';
export const ROLE_ARN = `arn:aws:iam::000000000000:role/${ROLE}`;

function access(port: number): {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
} {
  return { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
}

export function lambdaClient(port: number): LambdaClient {
  return new LambdaClient(access(port));
}

/** The role that `createEcho` uses; once per daemon. */
export async function createRole(port: number): Promise<void> {
  const iam = new IAMClient(access(port));
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
  await iam.send(new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: policy }));
  iam.destroy();
}

interface EchoPackage {
  readonly Runtime: Runtime;
  readonly Handler: string;
  readonly file: Uint8Array;
}

/** The code of `createEcho`. */
export async function echoZip(family: Family): Promise<EchoPackage> {
  const { runtime, file, source } = ECHO[family];
  return { Runtime: runtime, Handler: 'index.handler', file: await zipOf(file, source) };
}

/** A function that answers its event, active. 1,769 MB are one vCPU: the floor has no CPU limit either. */
export async function createEcho(client: LambdaClient, family: Family, name: string): Promise<void> {
  const { file, ...input } = await echoZip(family);
  await client.send(
    new CreateFunctionCommand({ ...input, FunctionName: name, Role: ROLE_ARN, MemorySize: 1769, Timeout: 30, Code: { ZipFile: file } }),
  );
  await waitUntilFunctionActiveV2({ client, maxWaitTime: 120, minDelay: 1, maxDelay: 1 }, { FunctionName: name });
}

async function zipOf(file: string, source: string): Promise<Uint8Array> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from(source), file);
  zip.end();
  const chunks: Buffer[] = [];
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
