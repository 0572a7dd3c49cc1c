import type { ExtensionEvent, ExtensionRecord, ExtensionState } from '#telemetry/extension-record.ts';

/** External and internal ones together. Source: "Using the Lambda Extensions API to create extensions". */
export const MAX_EXTENSIONS = 10;

/** External ones are processes that the platform starts; internal ones live in the runtime process. */
export type ExtensionKind = 'external' | 'internal';

/** Why a request of an extension is refused. Types as in AWS's runtime interface emulator. */
export class ExtensionRefusal extends Error {
  override readonly name = 'ExtensionRefusal';
  readonly errorType: string;

  constructor(errorType: string, message: string) {
    super(message);
    this.errorType = errorType;
  }
}

/** How the extensions of an environment made it fail. `reason` is what the log shows. */
export interface ExtensionFailure {
  readonly errorType: 'Extension.Crash' | 'Extension.InitError' | 'Extension.ExitError' | 'Extension.LaunchError';
  readonly reason: string;
}

/** One extension. Only its set changes it. */
export interface Extension {
  readonly name: string;
  readonly kind: ExtensionKind;
  /** Undefined until it registered. */
  readonly id: string | undefined;
  readonly events: readonly ExtensionEvent[];
  readonly state: ExtensionState;
  /** As it named it itself, or the platform for one that could not be started. */
  readonly errorType: string | undefined;
}

/**
 * The extensions of one runtime's life, and what each may do next. Nothing here waits or knows the time.
 *
 *     Started ──register──▶ Registered ──next──▶ Ready ⇄ Running ──exit──▶ Exited
 *        │                      │                   next / event
 *        └──▶ LaunchError       └──▶ InitError          └──▶ ExitError
 *
 * Internal extensions begin at their registration. An extension is *ready* when it has asked for the next event: the init phase and
 * each invocation last until all are.
 */
export class ExtensionSet {
  readonly #extensions: Mutable[];
  #open = true;
  #unready: number;

  constructor(external: readonly string[] = []) {
    this.#extensions = external.map((name) => started(name, 'external'));
    this.#unready = external.length;
  }

  /** Every external extension has registered: the runtime may be started. */
  get allRegistered(): boolean {
    return this.#extensions.every(({ state }) => state !== 'Started');
  }

  /** Everyone has asked for the next event. */
  get allReady(): boolean {
    return this.#unready === 0;
  }

  get hasExternal(): boolean {
    return this.#extensions.some(({ kind }) => kind === 'external');
  }

  get size(): number {
    return this.#extensions.length;
  }

  /** In the order of starting, then of registration. */
  records(): readonly ExtensionRecord[] {
    return this.#extensions.map(({ name, state, events, errorType }) => ({
      name,
      state,
      events,
      ...(errorType !== undefined && { errorType }),
    }));
  }

  /** The init phase is over: nobody registers any more. */
  closeRegistration(): void {
    this.#open = false;
  }

  get registrationOpen(): boolean {
    return this.#open;
  }

  /** @throws ExtensionRefusal */
  register(name: string, events: readonly string[], id: string): Extension {
    if (name === '') throw new ExtensionRefusal('Extension.InvalidExtensionName', 'Empty extension name');
    const external = this.#extensions.find((extension) => extension.kind === 'external' && extension.name === name);
    const known = events.map((event) => checkedEvent(event, external === undefined ? 'internal' : 'external'));
    const extension = external ?? this.#addInternal(name);
    if (extension.state !== 'Started') throw wrongState(extension, 'Registered');
    extension.state = 'Registered';
    extension.id = id;
    extension.events = [...new Set(known)];
    return extension;
  }

  /** @throws ExtensionRefusal */
  find(id: string): Extension {
    return this.#byId(id);
  }

  /** It asks for the next event. @throws ExtensionRefusal */
  poll(id: string): void {
    const extension = this.#changeable(id, 'Ready', ['Registered', 'Running', 'Ready']);
    if (extension.state === 'Ready') return;
    extension.state = 'Ready';
    this.#unready -= 1;
  }

  /** Those that the event goes to; each is busy until it asks for the next one. SHUTDOWN goes to those that are busy, too. */
  begin(event: ExtensionEvent): readonly Extension[] {
    const receptive: readonly ExtensionState[] = event === 'INVOKE' ? ['Ready'] : ['Registered', 'Ready', 'Running'];
    const subscribed = this.#extensions.filter(({ state, events }) => receptive.includes(state) && events.includes(event));
    for (const extension of subscribed) this.#makeRunning(extension);
    return subscribed;
  }

  /** It asked, and gets an event that waited for it. */
  resume(id: string): void {
    this.#makeRunning(this.#changeable(id, 'Running', ['Ready']));
  }

  /** It could not begin. @throws ExtensionRefusal */
  initError(id: string, errorType: string): ExtensionFailure {
    const extension = this.#changeable(id, 'InitError', ['Registered']);
    extension.state = 'InitError';
    extension.errorType = errorType;
    return { errorType: 'Extension.InitError', reason: errorType };
  }

  /** It cannot go on. @throws ExtensionRefusal */
  exitError(id: string, errorType: string): ExtensionFailure {
    const extension = this.#changeable(id, 'ExitError', ['Registered', 'Ready', 'Running']);
    extension.state = 'ExitError';
    extension.errorType = errorType;
    return { errorType: 'Extension.ExitError', reason: errorType };
  }

  /** The process of an external extension has ended. Undefined for one that said before why it would. */
  exited(name: string, end: ProcessEnd): ExtensionFailure | undefined {
    const extension = this.#extensions.find((candidate) => candidate.kind === 'external' && candidate.name === name);
    if (extension === undefined) return undefined;
    const { state } = extension;
    if (state === 'InitError' || state === 'ExitError' || state === 'LaunchError') return undefined;
    if (state === 'Started' && end.notStarted !== undefined) return this.launchError(name, end.notStarted);
    extension.state = 'Exited';
    extension.errorType = 'Extension.Crash';
    return { errorType: 'Extension.Crash', reason: end.text };
  }

  /** What should be an external extension is none. */
  launchError(name: string, errorType: string): ExtensionFailure {
    const extension = this.#extensions.find((candidate) => candidate.name === name);
    if (extension !== undefined) Object.assign(extension, { state: 'LaunchError', errorType });
    return { errorType: 'Extension.LaunchError', reason: errorType };
  }

  #makeRunning(extension: Mutable): void {
    if (extension.state === 'Ready') this.#unready += 1;
    extension.state = 'Running';
  }

  #addInternal(name: string): Mutable {
    if (!this.#open) throw new ExtensionRefusal('Extension.RegistrationClosed', 'Extension registration closed already');
    if (this.#extensions.some((extension) => extension.name === name)) {
      throw new ExtensionRefusal('Extension.InvalidExtensionState', `Extension with this name already registered: ${name}`);
    }
    if (this.#extensions.length >= MAX_EXTENSIONS) {
      throw new ExtensionRefusal('Extension.TooManyExtensions', `Maximum number of extensions (${MAX_EXTENSIONS}) exceeded`);
    }
    const extension = started(name, 'internal');
    this.#extensions.push(extension);
    this.#unready += 1;
    return extension;
  }

  #byId(id: string): Mutable {
    const extension = this.#extensions.find((candidate) => candidate.id === id);
    if (extension === undefined) throw new ExtensionRefusal('Extension.UnknownExtensionIdentifier', `Unknown extension ${id}`);
    return extension;
  }

  #changeable(id: string, to: ExtensionState, from: readonly ExtensionState[]): Mutable {
    const extension = this.#byId(id);
    if (!from.includes(extension.state)) throw wrongState(extension, to);
    return extension;
  }
}

/** How the process of an external extension ended. */
export interface ProcessEnd {
  /** `exit status 1`, `signal: killed`; a clean end reads `exit code 0`. */
  readonly text: string;
  /** The system's reason, where the file could not even be run. */
  readonly notStarted?: 'PermissionDenied' | 'UnknownError';
}

type Mutable = { -readonly [Member in keyof Extension]: Extension[Member] };

function started(name: string, kind: ExtensionKind): Mutable {
  return { name, kind, id: undefined, events: [], state: 'Started', errorType: undefined };
}

function checkedEvent(event: string, kind: ExtensionKind): ExtensionEvent {
  if (event === 'INVOKE') return event;
  if (event !== 'SHUTDOWN') throw new ExtensionRefusal('Extension.InvalidEventType', `${event}: InvalidEventType`);
  if (kind === 'external') return event;
  throw new ExtensionRefusal('Extension.InvalidEventType', `${event}: ShutdownEventNotSupportedForInternalExtension`);
}

function wrongState({ state, id }: Extension, to: ExtensionState): ExtensionRefusal {
  return new ExtensionRefusal(
    'Extension.InvalidExtensionState',
    `State transition from ${state} to ${to} failed for extension ${id ?? ''}. Error: State transition is not allowed`,
  );
}
