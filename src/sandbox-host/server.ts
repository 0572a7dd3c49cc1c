import { closeSync } from 'node:fs';
import { unreachable } from '#base/invariant.ts';
import type { Clock } from '#base/clock.ts';
import type { IdSource } from '#base/ids.ts';
import type { Logger, LogFields, LogLevel } from '#base/logger.ts';
import { sendDescriptors } from '#sandboxes/descriptor-passing.ts';
import { DESCRIPTORS } from '#sandboxes/host-protocol.ts';
import type { HostedSpec, HostOptions, HostReply, HostRequest } from '#sandboxes/host-protocol.ts';
import { errorCode } from '#sandboxes/system-files.ts';
import { closeOurs } from './bubblewrap-driver.ts';
import type { BubblewrapDriver, MadeSandbox } from './bubblewrap-driver.ts';
import type { BubblewrapSandbox } from './bubblewrap-sandbox.ts';
import { openDriver } from './open-driver.ts';
import { readRequest } from './request.ts';

export interface HostServerOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly reply: (reply: HostReply) => void;
  /** The socket for open files. */
  readonly messagesFd: number;
}

/** Does what the daemon asks for, and nothing else: makes sandboxes, hands their descriptors over, ends them. */
export class HostServer {
  readonly #options: HostServerOptions;
  readonly #logger: Logger;
  readonly #sandboxes = new Map<string, BubblewrapSandbox>();
  #opening: Promise<BubblewrapDriver | undefined> | undefined;
  #description = '';

  constructor(options: HostServerOptions) {
    this.#options = options;
    this.#logger = replyingLogger(options.reply);
  }

  /** Answers by frames. @throws when it is no request, or one that we refuse to look at */
  handle(frame: unknown): void {
    const request = readRequest(frame);
    switch (request.type) {
      case 'open':
        // Once: what it was started with are its bounds.
        if (this.#opening !== undefined) throw new TypeError('the sandbox host is open already');
        this.#opening = this.#open(request.options);
        return;
      case 'create':
        void this.#answer(request.request, () => this.#create(request.request, request.spec));
        return;
      case 'specialise':
        void this.#answer(request.request, (driver) => this.#specialise(driver, request));
        return;
      case 'expose':
      case 'reach':
        void this.#answer(request.request, (driver) => this.#show(driver, request));
        return;
      case 'share':
        void this.#answer(request.request, async (driver) => {
          await driver.share(request.path, request.gid);
          this.#options.reply({ type: 'done', request: request.request });
        });
        return;
      case 'halt':
        void this.#sandboxes.get(request.sandbox)?.halt();
        return;
      case 'kill':
        void this.#sandboxes.get(request.sandbox)?.kill();
        return;
      case 'terminate':
        this.#sandboxes.get(request.sandbox)?.terminate();
        return;
      case 'connect':
        void this.#answer(request.request, async (driver) => this.#connect(driver, request));
        return;
      case 'memory': {
        const { type, request: number, sandbox } = request;
        this.#options.reply({ type, request: number, outOfMemory: this.#sandboxes.get(sandbox)?.outOfMemory() ?? false });
        return;
      }
      case 'close':
        void this.#answer(request.request, async () => {
          await this.close();
          this.#options.reply({ type: 'done', request: request.request });
        });
        return;
      default:
        unreachable(request);
    }
  }

  /** Ends and removes everything. @throws when something is left */
  async close(): Promise<void> {
    await (await this.#opening)?.close();
  }

  async #open(options: HostOptions): Promise<BubblewrapDriver | undefined> {
    const { reply, clock, ids } = this.#options;
    try {
      const driver = await openDriver(options, { clock, ids, logger: this.#logger });
      if (typeof driver === 'string') {
        reply({ type: 'unavailable', reason: driver });
        return undefined;
      }
      this.#describe(driver);
      reply({ type: 'opened', cgroupVersion: driver.cgroupVersion, networks: driver.networks });
      return driver;
    } catch (error) {
      reply(failure(0, error));
      return undefined;
    }
  }

  /** What fails is answered, and nothing thrown. */
  async #answer(request: number, work: (driver: BubblewrapDriver) => Promise<void>): Promise<void> {
    try {
      const driver = await this.#opening;
      if (driver === undefined) throw new Error('the sandbox host is not open');
      await work(driver);
    } catch (error) {
      this.#options.reply(failure(request, error));
    }
  }

  async #show(
    driver: BubblewrapDriver,
    { type, request, path }: Extract<HostRequest, { readonly type: 'expose' | 'reach' }>,
  ): Promise<void> {
    const shown = await (type === 'expose' ? driver.expose(path) : driver.reach(path));
    this.#options.reply({ type: 'done', request, path: shown });
  }

  async #create(request: number, spec: HostedSpec): Promise<void> {
    const { reply, messagesFd } = this.#options;
    const driver = await this.#opening;
    if (driver === undefined) throw new Error('the sandbox host is not open');
    if (this.#sandboxes.has(spec.id)) throw new Error(`there is a sandbox ${spec.id} already`);
    const made = await driver.create(spec);
    this.#sandboxes.set(spec.id, made.sandbox);
    try {
      const { sideOutput } = made.descriptors;
      const always = DESCRIPTORS.map((name) => made.descriptors[name]);
      sendDescriptors(messagesFd, request, sideOutput === undefined ? always : [...always, sideOutput]);
    } catch (error) {
      void made.sandbox.kill();
      throw error;
    } finally {
      closeOurs(made);
      void this.#report(made);
    }
    this.#describe(driver);
    reply({ type: 'created', request });
  }

  async #specialise(
    driver: BubblewrapDriver,
    { request, sandbox, role }: Extract<HostRequest, { readonly type: 'specialise' }>,
  ): Promise<void> {
    const known = this.#sandboxes.get(sandbox);
    if (known === undefined) throw new Error(`the sandbox ${sandbox} has ended`);
    await driver.specialise(known, role);
    this.#options.reply({ type: 'done', request });
  }

  #connect(driver: BubblewrapDriver, { request, sandbox, port }: Extract<HostRequest, { readonly type: 'connect' }>): void {
    const known = this.#sandboxes.get(sandbox);
    if (known === undefined) throw new Error(`the sandbox ${sandbox} has ended`);
    const connection = driver.connect(known, port);
    try {
      sendDescriptors(this.#options.messagesFd, request, [connection]);
    } finally {
      closeSync(connection);
    }
    this.#options.reply({ type: 'connected', request });
  }

  async #report({ sandbox }: MadeSandbox): Promise<void> {
    const { reply } = this.#options;
    const { exit, peakMemoryBytes } = await sandbox.exited;
    reply({ type: 'exited', sandbox: sandbox.id, exit, peakMemoryBytes });
    await sandbox.released;
    this.#sandboxes.delete(sandbox.id);
    reply({ type: 'released', sandbox: sandbox.id });
  }

  #describe(driver: BubblewrapDriver): void {
    const { description } = driver;
    if (description === this.#description) return;
    this.#description = description;
    this.#options.reply({ type: 'described', description });
  }
}

function failure(request: number, error: unknown): HostReply {
  return { type: 'failed', request, message: error instanceof Error ? error.message : String(error), code: errorCode(error) };
}

/** The daemon has the log. Errors become text, for they would be empty as JSON. */
function replyingLogger(reply: (reply: HostReply) => void): Logger {
  const at =
    (level: LogLevel, more: LogFields) =>
    (message: string, fields: LogFields = {}): void => {
      const texts = Object.entries({ ...more, ...fields }).map(([name, value]) => [
        name,
        value instanceof Error ? (value.stack ?? value.message) : value,
      ]);
      reply({ type: 'log', level, message, fields: Object.fromEntries(texts) as LogFields });
    };
  const logger = (more: LogFields): Logger => ({
    debug: at('debug', more),
    info: at('info', more),
    warn: at('warn', more),
    error: at('error', more),
    child: (fields) => logger({ ...more, ...fields }),
  });
  return logger({});
}
