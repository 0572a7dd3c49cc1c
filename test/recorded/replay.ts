import { compare, Placeholders, unanswered, type Json, type Leaf } from './compare.ts';
import type { RecordedCase } from './recorded-case.ts';
import type { Account } from '../support/account.ts';

/** How one case is replayed: the calls of the recorded test, and under which key each answer was recorded. */
export type ReplaySteps = (replay: Replay) => Promise<void>;

/** By case name, `TestLambdaAlias::test_alias_naming`. */
export type ReplayTable = Readonly<Record<string, ReplaySteps>>;

/** One case on its way: an account of its own, and what the answers were like so far. */
export class Replay {
  /** The account and its clients; nothing is in it yet. */
  readonly account: Account;
  readonly accountId: string;
  /** Of the daemon: `http://127.0.0.1:4566`. */
  readonly endpoint: string;
  readonly #recorded: RecordedCase;
  readonly #placeholders = new Placeholders();
  readonly #leaves: Leaf[] = [];
  readonly #seen = new Set<string>();

  constructor(parts: {
    readonly account: Account;
    readonly accountId: string;
    readonly endpoint: string;
    readonly recorded: RecordedCase;
  }) {
    this.account = parts.account;
    this.accountId = parts.accountId;
    this.endpoint = parts.endpoint;
    this.#recorded = parts.recorded;
  }

  /** Whether anything was recorded under that key: some cases record nothing for one of their calls. */
  expects(key: string): boolean {
    return Object.hasOwn(this.#recorded, key);
  }

  /** Compares an answer with what was recorded under that key. `undefined` members count as absent. */
  match(key: string, actual: unknown): void {
    if (this.#seen.has(key)) throw new Error(`${key} was matched twice`);
    if (!Object.hasOwn(this.#recorded, key)) throw new Error(`${key} is not recorded`);
    this.#seen.add(key);
    this.#leaves.push(...compare(this.#recorded[key], plain(actual), this.#placeholders, key));
  }

  /** Calls, and compares the answer or the error. Returns the answer as it came, or undefined after an error. */
  async call<Output>(key: string, answer: Promise<Output> | undefined): Promise<Output | undefined> {
    try {
      const output = await answer;
      this.match(key, answerRecord(output));
      return output;
    } catch (error) {
      this.match(key, errorRecord(error));
      return undefined;
    }
  }

  /** All leaves; those of keys that were never matched are unequal. */
  leaves(): readonly Leaf[] {
    const unmatched = Object.keys(this.#recorded).filter((key) => !this.#seen.has(key));
    return [...this.#leaves, ...unmatched.flatMap((key) => unanswered(this.#recorded[key], key))];
  }
}

/** An answer of the SDK as the records hold it: members, and `ResponseMetadata`. */
export function answerRecord(output: unknown): Json {
  const { $metadata, ...members } = output as { readonly $metadata?: { readonly httpStatusCode?: number } };
  return plain({ ...members, ResponseMetadata: { HTTPHeaders: {}, HTTPStatusCode: $metadata?.httpStatusCode } });
}

/** Names that boto3, which recorded the answers, gives to the text beside the others of the error shape. */
const MESSAGE_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  InvalidParameterValueException: ['message'],
  ResourceConflictException: ['message'],
  TooManyRequestsException: ['message'],
  ResourceNotFoundException: ['Message'],
  ServiceException: ['Message'],
  PolicyLengthExceededException: ['message'],
  PreconditionFailedException: ['message'],
  RequestTooLargeException: ['message'],
  InvalidRequestContentException: ['message'],
  UnsupportedMediaTypeException: ['message'],
  CodeStorageExceededException: ['message'],
  CodeVerificationFailedException: ['Message'],
  InvalidCodeSignatureException: ['Message'],
  CodeSigningConfigNotFoundException: ['Message'],
  ProvisionedConcurrencyConfigNotFoundException: ['message'],
  ResourceInUseException: ['Message'],
};

/** An error of the SDK as the records hold it: `Error`, the members of its shape, `ResponseMetadata`. Anything else is thrown on. */
export function errorRecord(error: unknown): Json {
  const known = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number }; readonly $fault?: string };
  if (!(error instanceof Error) || known.$metadata?.httpStatusCode === undefined) throw error;
  const others = Object.entries(known).filter(
    ([name]) => !name.startsWith('$') && !['name', 'message', 'stack', 'Message', 'Code', 'Error'].includes(name),
  );
  return plain({
    Error: { Code: known.name, Message: known.message },
    ...Object.fromEntries(others),
    ...Object.fromEntries((MESSAGE_MEMBERS[known.name] ?? []).map((name) => [name, known.message])),
    ResponseMetadata: { HTTPHeaders: {}, HTTPStatusCode: known.$metadata.httpStatusCode },
  });
}

/** What JSON makes of a value, with bytes as their text, read as JSON where they are. */
export function plain(value: unknown): Json {
  if (value instanceof Uint8Array) return parsed(Buffer.from(value).toString('utf8'));
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== 'function');
    return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
  }
  return (value ?? null) as Json;
}

/** The text, or the object or list that it says as JSON; other values stand as texts in the records. */
export function parsed(text: string): Json {
  if (!/^\s*[[{]/.test(text)) return text;
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
