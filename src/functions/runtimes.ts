import type { Clock } from '#base/clock.ts';
import { invalidParameter } from './lambda-errors.ts';

export type RuntimeFamily = 'nodejs' | 'python' | 'provided' | 'java' | 'ruby' | 'dotnet' | 'go';

/** One runtime identifier of the service: what it is, and until when functions may have it. */
export interface Runtime {
  readonly identifier: string;
  readonly family: RuntimeFamily;
  /** As in the identifier: `24`, `3.12`, `al2023`. */
  readonly version: string;
  /** `RuntimeVersion` of INIT_START: AWS counts builds there; ours is always the first. */
  readonly versionLabel: string;
  /** `AWS_EXECUTION_ENV` inside; custom runtimes have none. */
  readonly executionEnvironment: string | undefined;
  /** Wall time from which the runtime has no support any more; undefined when AWS has set no date. */
  readonly deprecatedMs: number | undefined;
  /** Wall time from which no function may be created with it. */
  readonly createBlockedMs: number | undefined;
  /** Wall time from which no function may be changed that has it. */
  readonly updateBlockedMs: number | undefined;
}

/** Where AWS blocks all that was deprecated long enough ago ("Lambda runtimes", November 2026). */
const NEXT_CREATE_BLOCK = '2027-02-01';
const NEXT_UPDATE_BLOCK = '2027-03-03';

/** Identifier, deprecation, create block, update block ("Lambda runtimes", November 2026). */
const SUPPORTED: readonly (readonly [string, string?, string?, string?])[] = [
  ['nodejs26.x'],
  ['nodejs24.x', '2028-04-30', '2028-06-01', '2028-07-01'],
  ['nodejs22.x', '2027-04-30', '2027-06-01', '2027-07-01'],
  ['nodejs20.x', '2026-04-30', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['nodejs18.x', '2025-09-01', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['nodejs16.x', '2024-06-12', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['python3.15'],
  ['python3.14', '2029-06-30', '2029-07-31', '2029-08-31'],
  ['python3.13', '2029-06-30', '2029-07-31', '2029-08-31'],
  ['python3.12', '2028-10-31', '2028-11-30', '2029-01-10'],
  ['python3.11', '2027-06-30', '2027-07-31', '2027-08-31'],
  ['python3.10', '2026-10-31', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['python3.9', '2025-12-15', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['python3.8', '2024-10-14', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['provided.al2023', '2029-06-30', '2029-07-31', '2029-08-31'],
  ['provided.al2', '2026-07-31', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['java25', '2029-06-30', '2029-07-31', '2029-08-31'],
  ['java21', '2029-06-30', '2029-07-31', '2029-08-31'],
  ['java17.al2023'],
  ['java17', '2027-06-30', '2027-07-31', '2027-08-31'],
  ['java11.al2023'],
  ['java11', '2027-06-30', '2027-07-31', '2027-08-31'],
  ['java8.al2023'],
  ['java8.al2', '2027-06-30', '2027-07-31', '2027-08-31'],
  ['dotnet10', '2028-11-14', '2028-12-14', '2029-01-15'],
  ['dotnet8', '2026-11-10', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['dotnet6', '2024-12-20', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
  ['ruby4.0', '2029-03-31', '2029-04-30', '2029-05-31'],
  ['ruby3.4', '2028-03-31', '2028-04-30', '2028-05-31'],
  ['ruby3.3', '2027-03-31', '2027-04-30', '2027-05-31'],
  ['ruby3.2', '2026-03-31', NEXT_CREATE_BLOCK, NEXT_UPDATE_BLOCK],
];

/** Blocked for years: known by name, so that they get the text of retired runtimes. */
const RETIRED: readonly string[] = [
  'nodejs14.x',
  'nodejs12.x',
  'nodejs10.x',
  'nodejs8.10',
  'nodejs6.10',
  'nodejs4.3',
  'nodejs4.3-edge',
  'nodejs',
  'python3.7',
  'python3.6',
  'python2.7',
  'provided',
  'java8',
  'dotnet7',
  'dotnet5.0',
  'dotnetcore3.1',
  'dotnetcore2.1',
  'dotnetcore2.0',
  'dotnetcore1.0',
  'ruby2.7',
  'ruby2.5',
  'go1.x',
];

/** The list in the text for an unknown runtime, in its recorded order (test_update_lambda_exceptions). */
const NAMED_IN_ERRORS =
  'nodejs20.x, python3.14, provided.al2023, python3.12, python3.13, nodejs24.x, nodejs22.x, java25, python3.10, python3.11, java21, ruby3.3, ruby3.4, ruby3.2, python3.8, python3.9, java17, nodejs16.x, dotnet10, dotnet8, java11, dotnet6, nodejs18.x, provided.al2, java8.al2';

const RUNTIMES: ReadonlyMap<string, Runtime> = new Map(
  [
    ...SUPPORTED.map((row) => runtime(...row)),
    ...RETIRED.map((identifier) => runtime(identifier, '1970-01-01', '1970-01-01', '1970-01-01')),
  ].map((entry) => [entry.identifier, entry]),
);

export function runtimeByIdentifier(identifier: string): Runtime | undefined {
  return RUNTIMES.get(identifier);
}

/** All identifiers that the service has or had. */
export function allRuntimes(): readonly Runtime[] {
  return [...RUNTIMES.values()];
}

/**
 * Which runtimes functions may have. Without `refuseRetired` a self-hoster may go on with what AWS has given up.
 */
export class RuntimePolicy {
  readonly #clock: Pick<Clock, 'wallMs'>;
  readonly #refuseRetired: boolean;

  constructor(options: { readonly clock: Pick<Clock, 'wallMs'>; readonly refuseRetired: boolean }) {
    this.#clock = options.clock;
    this.#refuseRetired = options.refuseRetired;
  }

  /** @throws AwsError InvalidParameterValueException for an unknown runtime, and one that no longer may be created */
  checkForCreate(identifier: string): void {
    this.#check(identifier, (known) => known.createBlockedMs);
  }

  /** @throws AwsError InvalidParameterValueException for an unknown runtime, and one that no longer may be updated to */
  checkForUpdate(identifier: string): void {
    this.#check(identifier, (known) => known.updateBlockedMs);
  }

  #check(identifier: string, blockedMs: (known: Runtime) => number | undefined): void {
    const known = runtimeByIdentifier(identifier);
    if (known === undefined) {
      throw invalidParameter(
        `Value ${identifier} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${NAMED_IN_ERRORS}] or be a valid ARN`,
      );
    }
    // Recorded: TestRuntimeValidation.
    if (this.#refuseRetired && this.#clock.wallMs() >= (blockedMs(known) ?? Number.POSITIVE_INFINITY)) {
      throw invalidParameter(
        `The runtime parameter of ${identifier} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
      );
    }
  }
}

function runtime(identifier: string, deprecated?: string, createBlocked?: string, updateBlocked?: string): Runtime {
  const { family, version } = split(identifier);
  return {
    identifier,
    family,
    version,
    versionLabel: `${family}:${version}.v1`,
    executionEnvironment: family === 'provided' ? undefined : `AWS_Lambda_${identifier}`,
    deprecatedMs: dayMs(deprecated),
    createBlockedMs: dayMs(createBlocked),
    updateBlockedMs: dayMs(updateBlocked),
  };
}

function split(identifier: string): { readonly family: RuntimeFamily; readonly version: string } {
  const match = /^(nodejs|python|provided|java|ruby|dotnet|go)(?:core)?\.?(.*?)(?:\.x)?$/.exec(identifier);
  return { family: match?.[1] as RuntimeFamily, version: match?.[2] ?? '' };
}

function dayMs(day: string | undefined): number | undefined {
  return day === undefined ? undefined : Date.parse(`${day}T00:00:00Z`);
}
