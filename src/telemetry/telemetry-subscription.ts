/** What subscribers choose from. */
export type TelemetryType = 'platform' | 'function' | 'extension';

const TYPES: readonly TelemetryType[] = ['platform', 'function', 'extension'];

/** The Telemetry API, and the older Logs API that it replaced. */
export type TelemetryApi = 'telemetry' | 'logs';

export interface TelemetrySubscription {
  readonly api: TelemetryApi;
  readonly schemaVersion: string;
  readonly types: readonly TelemetryType[];
  readonly buffering: TelemetryBuffering;
  readonly destination: TelemetryDestination;
}

/** When a batch is sent: at the first of the three. */
export interface TelemetryBuffering {
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly timeoutMs: number;
}

/** A listener inside the sandbox. */
export type TelemetryDestination =
  | { readonly protocol: 'HTTP'; readonly port: number; readonly path: string; readonly method: 'POST' | 'PUT' }
  | { readonly protocol: 'TCP'; readonly port: number };

const SCHEMA_VERSIONS: Readonly<Record<TelemetryApi, readonly [newest: string, ...older: string[]]>> = {
  telemetry: ['2025-01-29', '2022-12-13', '2022-07-01'],
  logs: ['2021-03-18', '2020-08-15'],
};

/** Smallest, largest, default. Source: the reference pages of both APIs. */
const BUFFERING = {
  maxItems: [1000, 10_000, 10_000],
  maxBytes: [262_144, 1_048_576, 262_144],
  timeoutMs: [25, 30_000, 1000],
} as const;

/** The only name by which listeners inside a sandbox are known. */
const HOST = 'sandbox.localdomain';

/** Taken by the Runtime API. */
const RESERVED_PORT = 9001;

const MAX_PORT = 65_535;

/** Reads the body of a subscription request, or says all that is wrong with it, in AWS's manner: `types should not be empty`. */
export function parseSubscription(
  api: TelemetryApi,
  body: Buffer,
): { readonly subscription: TelemetrySubscription } | { readonly errors: readonly string[] } {
  const request = parsed(body);
  if (request === undefined) return { errors: ['request body should be a JSON object'] };
  const errors: string[] = [];
  const schemaVersion = schemaVersionOf(api, request['schemaVersion'], errors);
  const destination = destinationOf(request['destination'], errors);
  const types = typesOf(request['types'], errors);
  const buffering = bufferingOf(request['buffering'], errors);
  if (errors.length > 0 || destination === undefined) return { errors };
  return { subscription: { api, schemaVersion, types, buffering, destination } };
}

type Members = Readonly<Record<string, unknown>>;

function parsed(body: Buffer): Members | undefined {
  try {
    return asObject(JSON.parse(body.toString('utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function asObject(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function schemaVersionOf(api: TelemetryApi, given: unknown, errors: string[]): string {
  const known = SCHEMA_VERSIONS[api];
  // A request of the Logs API from before there were versions has none.
  if (given === undefined) return api === 'logs' ? '2020-08-15' : known[0];
  const version = known.find((candidate) => candidate === given);
  if (version === undefined) errors.push(`schemaVersion is not supported: ${JSON.stringify(given)}`);
  return version ?? known[0];
}

function typesOf(given: unknown, errors: string[]): readonly TelemetryType[] {
  if (!Array.isArray(given) || given.length === 0) {
    errors.push('types should not be empty');
    return [];
  }
  const names = given.map((type: unknown) => (typeof type === 'string' ? type : JSON.stringify(type)));
  const unknown = names.filter((name) => !(TYPES as readonly string[]).includes(name));
  if (unknown.length > 0) errors.push(`types are not supported: ${unknown.join(', ')}`);
  return TYPES.filter((type) => names.includes(type));
}

function bufferingOf(given: unknown, errors: string[]): TelemetryBuffering {
  const members = given === undefined ? {} : asObject(given);
  if (members === undefined) errors.push('buffering should be an object');
  const number = (name: keyof typeof BUFFERING): number => {
    const [smallest, largest, usual] = BUFFERING[name];
    const value = members?.[name] ?? usual;
    if (typeof value === 'number' && Number.isInteger(value) && value >= smallest && value <= largest) return value;
    errors.push(`buffering.${name} should be between ${smallest} and ${largest}`);
    return usual;
  };
  return { maxItems: number('maxItems'), maxBytes: number('maxBytes'), timeoutMs: number('timeoutMs') };
}

function destinationOf(given: unknown, errors: string[]): TelemetryDestination | undefined {
  const members = asObject(given);
  if (members === undefined) {
    errors.push('destination should not be empty');
    return undefined;
  }
  switch (members['protocol']) {
    case 'HTTP':
      return httpDestination(members, errors);
    case 'TCP': {
      const port = portOf(members['port'], errors);
      return port === undefined ? undefined : { protocol: 'TCP', port };
    }
    default:
      errors.push('destination.protocol should be HTTP or TCP');
      return undefined;
  }
}

function httpDestination(members: Members, errors: string[]): TelemetryDestination | undefined {
  const text = members['URI'];
  const uri = typeof text === 'string' ? URL.parse(text) : null;
  if (uri === null || uri.protocol !== 'http:') {
    errors.push('URI is not valid');
    return undefined;
  }
  // The Logs API lets the subscriber choose.
  const method = members['method'] ?? 'POST';
  if (method !== 'POST' && method !== 'PUT') errors.push('destination.method should be POST or PUT');
  if (uri.hostname !== HOST && uri.hostname !== 'sandbox') errors.push(`URI host should be ${HOST}`);
  if (uri.port === '') {
    errors.push('URI port is not provided');
    return undefined;
  }
  const port = portOf(Number(uri.port), errors);
  return port === undefined
    ? undefined
    : { protocol: 'HTTP', port, path: uri.pathname + uri.search, method: method === 'PUT' ? 'PUT' : 'POST' };
}

function portOf(given: unknown, errors: string[]): number | undefined {
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1 || given > MAX_PORT) {
    errors.push('port is not provided');
    return undefined;
  }
  if (given === RESERVED_PORT) errors.push(`port ${RESERVED_PORT} is reserved`);
  return given;
}
