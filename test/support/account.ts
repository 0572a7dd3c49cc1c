import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CloudWatchLogsClient, FilterLogEventsCommand, ResourceNotFoundException } from '@aws-sdk/client-cloudwatch-logs';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import type { CreateFunctionCommandInput, FunctionConfiguration, Runtime } from '@aws-sdk/client-lambda';
import { STSClient } from '@aws-sdk/client-sts';
import { zipArchive } from './zip-archive.ts';
import type { ZipArchiveEntry } from './zip-archive.ts';

export const ROOT_KEY = { accessKeyId: 'test', secretAccessKey: 'test' } as const;

export const LAMBDA_TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** How the SDK for JavaScript reaches a daemon. One attempt, so that a test sees the first answer. */
export function clientSettings(
  endpoint: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } = ROOT_KEY,
) {
  return {
    endpoint,
    region: 'us-east-1',
    credentials,
    maxAttempts: 1,
    // Every request gets a connection at once, and none outlives a daemon that is killed.
    requestHandler: { httpAgent: new Agent({ keepAlive: false, maxSockets: 256 }) },
  };
}

export interface DeployedFunction {
  readonly runtime: Runtime;
  readonly handler: string;
  readonly files: Readonly<Record<string, string>> | readonly ZipArchiveEntry[];
  readonly timeout?: number;
  readonly memory?: number;
  readonly more?: Partial<CreateFunctionCommandInput>;
}

/** What an invocation answered, and what it logged. */
export interface Invoked {
  readonly status: number | undefined;
  readonly functionError: string | undefined;
  /** The payload, read as JSON. */
  readonly body: unknown;
  /** The end of its log, with the REPORT line. */
  readonly log: string;
}

/** A user of a daemon, with the SDK for JavaScript and a role for functions that permits them nothing. */
export class Account {
  readonly lambda: LambdaClient;
  readonly iam: IAMClient;
  readonly logs: CloudWatchLogsClient;
  readonly sts: STSClient;
  #roleArn: Promise<string> | undefined;

  constructor(endpoint: string, credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } = ROOT_KEY) {
    const settings = clientSettings(endpoint, credentials);
    this.lambda = new LambdaClient(settings);
    this.iam = new IAMClient(settings);
    this.logs = new CloudWatchLogsClient(settings);
    this.sts = new STSClient(settings);
  }

  /** Creates a function and waits until it can be invoked. */
  async deploy(name: string, deployed: DeployedFunction): Promise<void> {
    await this.create(name, deployed);
    await this.active(name);
  }

  /** Creates a function; resolves when the daemon has acknowledged it. */
  async create(
    name: string,
    { runtime, handler, files, timeout = 20, memory = 256, more }: DeployedFunction,
  ): Promise<FunctionConfiguration> {
    const entries = isEntries(files) ? files : Object.entries(files).map(([path, content]) => ({ name: path, content }));
    return this.lambda.send(
      new CreateFunctionCommand({
        FunctionName: name,
        Runtime: runtime,
        Handler: handler,
        Role: await this.role(),
        Timeout: timeout,
        MemorySize: memory,
        Code: { ZipFile: zipArchive(entries) },
        ...more,
      }),
    );
  }

  async active(name: string): Promise<void> {
    const waiter = { client: this.lambda, maxWaitTime: 120, minDelay: 0.05, maxDelay: 0.5 };
    await waitUntilFunctionActiveV2(waiter, { FunctionName: name });
  }

  async configuration(name: string): Promise<FunctionConfiguration> {
    return this.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  }

  async invoke(name: string, event: unknown = {}): Promise<Invoked> {
    const answer = await this.lambda.send(new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), LogType: 'Tail' }));
    return {
      status: answer.StatusCode,
      functionError: answer.FunctionError,
      body: JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as unknown,
      log: Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8'),
    };
  }

  /** The answer of an invocation that must succeed. */
  async result<Result>(name: string, event: unknown = {}): Promise<Result> {
    const { body, functionError, log } = await this.invoke(name, event);
    assert.equal(functionError, undefined, `${JSON.stringify(body)}\n${log}`);
    return body as Result;
  }

  /** Everything that a function has logged, once there are as many REPORT lines as `reports`. */
  async messages(name: string, reports: number): Promise<readonly string[]> {
    return eventually(`${reports} reports in the log of ${name}`, async () => {
      const messages = await this.#messages(name);
      return messages.filter((message) => /^REPORT |"platform\.report"/.test(message)).length >= reports ? messages : undefined;
    });
  }

  /** A role that Lambda may assume; the same one each time. */
  role(): Promise<string> {
    this.#roleArn ??= this.iam
      .send(new CreateRoleCommand({ RoleName: 'scenario-role', AssumeRolePolicyDocument: LAMBDA_TRUST }))
      .then(({ Role }) => Role?.Arn ?? assert.fail('the role has no ARN'));
    return this.#roleArn;
  }

  async #messages(name: string): Promise<readonly string[]> {
    try {
      const { events = [] } = await this.logs.send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }));
      return events.map(({ message = '' }) => message);
    } catch (error) {
      // The group comes with the first line.
      if (error instanceof ResourceNotFoundException) return [];
      throw error;
    }
  }
}

function isEntries(files: DeployedFunction['files']): files is readonly ZipArchiveEntry[] {
  return Array.isArray(files);
}

/** Looks again and again until `look` finds something. @throws after `withinMs` */
export async function eventually<Found>(
  what: string,
  look: () => Promise<Found | undefined> | Found | undefined,
  withinMs = 20_000,
): Promise<Found> {
  const endMs = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > endMs) assert.fail(`not within ${withinMs} ms: ${what}`);
    await pause(20);
  }
}
