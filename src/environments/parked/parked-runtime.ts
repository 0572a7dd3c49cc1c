import type { Clock } from '#base/clock.ts';
import type { Sandbox, SandboxDriver, SandboxSpec } from '#sandboxes/sandbox.ts';
import { FrameReader } from '../runtime-api/frame-codec.ts';
import { FRAME, FRAME_HEADER_BYTES } from '../runtime-api/frames.ts';

/** Some hundred times what an interpreter takes to start. */
const BOOT_LIMIT_MS = 10_000;

/** Where code comes to. */
const CODE_TARGETS: ReadonlySet<string> = new Set(['/var/task', '/opt']);

/** A runtime process, started and frozen in a sandbox of its own, that does not know its function yet. It becomes that of one, or dies. */
export class ParkedRuntime {
  readonly #sandbox: Sandbox;
  /** What it held at most, all its processes together. */
  readonly memoryBytes: number;

  /** @throws Error when it does not get as far as to wait */
  static async start(driver: Pick<SandboxDriver, 'create'>, spec: SandboxSpec, clock: Clock): Promise<ParkedRuntime> {
    const sandbox = await driver.create(spec);
    try {
      await untilReady(sandbox, clock);
      sandbox.freeze();
      return new ParkedRuntime(sandbox);
    } catch (error) {
      await sandbox.kill();
      throw error;
    }
  }

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.memoryBytes = sandbox.usage().peakMemoryBytes;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<unknown> {
    return this.#sandbox.exited;
  }

  /**
   * Makes it what `spec` would have made, with the init phase begun. @throws whatever kept it from that; it is dead then, and nothing of
   * the function has run
   */
  async become(spec: SandboxSpec): Promise<Sandbox> {
    const sandbox = this.#sandbox;
    const { runtimeApi, awsEndpoint } = sandbox.listeners;
    try {
      const environment = spec.environment({ runtimeApi: runtimeApi.address, awsEndpoint: awsEndpoint.address });
      // It stays in its wait meanwhile.
      sandbox.thaw();
      await sandbox.specialise({
        mounts: spec.mounts.filter(({ target }) => CODE_TARGETS.has(target)),
        memoryMb: spec.limits.memoryMb,
        scratchMb: spec.limits.scratchMb,
      });
      if (!sandbox.channel.writable) throw new Error('the parked runtime has ended');
      sandbox.channel.write(specialiseFrame({ ...environment, PWD: spec.workingDirectory }));
      return sandbox;
    } catch (error) {
      await this.discard();
      throw error;
    }
  }

  discard(): Promise<void> {
    return this.#sandbox.kill();
  }
}

/** The specification of a runtime that waits for what `spec` says of code, memory, /tmp and environment. */
export function parkedSpec(
  spec: SandboxSpec,
  parked: {
    readonly id: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly memoryMb: number;
    readonly scratchMb: number;
  },
): SandboxSpec {
  const { id, environment, memoryMb, scratchMb } = parked;
  return {
    ...spec,
    id,
    mounts: spec.mounts.filter(({ target }) => !CODE_TARGETS.has(target)),
    environment: () => ({ ...environment, _HEARTH_CHANNEL_FD: '3', _HEARTH_PARKED: '1' }),
    limits: { ...spec.limits, memoryMb, scratchMb },
    parked: true,
  };
}

async function untilReady({ channel, exited }: Sandbox, clock: Clock): Promise<void> {
  using cleanUp = new DisposableStack();
  const ready = Promise.withResolvers<void>();
  const late = clock.schedule(BOOT_LIMIT_MS, () => ready.reject(new Error('a parked runtime does not come to wait')));
  cleanUp.defer(() => late.cancel());
  const reader = new FrameReader((type) => {
    if (type === FRAME.READY) ready.resolve();
  });
  const take = (chunk: Buffer): void => {
    try {
      reader.push(chunk);
    } catch (error) {
      ready.reject(error);
    }
  };
  channel.on('data', take);
  cleanUp.defer(() => channel.off('data', take));
  const ended = exited.then(({ code, signal }) => {
    throw new Error(`a parked runtime ended (${signal ?? `status ${code}`})`);
  });
  await Promise.race([ready.promise, ended]);
}

function specialiseFrame(environment: Readonly<Record<string, string>>): Buffer {
  const payload = Buffer.from(JSON.stringify(environment));
  const head = Buffer.alloc(FRAME_HEADER_BYTES);
  head.writeUInt32LE(payload.length);
  head[4] = FRAME.SPECIALISE;
  return Buffer.concat([head, payload]);
}
