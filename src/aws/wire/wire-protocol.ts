import type { AwsError } from '#aws/errors.ts';
import type { Fields } from './document.ts';
import type { WireRequest, WireResponse } from './message.ts';
import type { Parameters } from './query-string.ts';
import type { ErrorSchema, OperationSchema } from './schema.ts';

/** The server half of one protocol for one service. Holds no request: each call is handed what it needs. */
export interface WireProtocol {
  /** The code under which an unreadable request is reported. */
  readonly unreadableCode: string;
  /** @throws UnreadableInput when head or body do not even show the operation */
  find(request: WireRequest): Found | undefined;
  /** @throws UnreadableInput */
  read(found: Found, request: WireRequest): Fields;
  /** What is answered when no operation of the service matches. */
  unknownOperation(request: WireRequest): AwsError;
  writeOutput(operation: OperationSchema, output: Readonly<Fields>, context: AnswerContext): WireResponse;
  writeError(error: WireError, context: AnswerContext): WireResponse;
}

/** The operation of a request, and what was read of the request to find it. */
export interface Found {
  readonly operation: OperationSchema;
  /** By label name, still percent-encoded. */
  readonly labels: Readonly<Record<string, string>>;
  /** Of the query (REST) or the form (awsQuery). */
  readonly parameters: Parameters;
}

export interface AnswerContext {
  readonly request: WireRequest;
  readonly requestId: string;
}

/** An error with the shape that the service's model has for its code, if any. */
export interface WireError {
  readonly code: string;
  readonly message: string;
  readonly status: number;
  readonly fault: 'client' | 'server';
  /** The members of the error's shape, the message among them under the spelling of the shape. */
  readonly fields: Readonly<Fields>;
  readonly schema: ErrorSchema | undefined;
}

/** An empty message is left out. */
export function toWireError(error: AwsError, schema: ErrorSchema | undefined): WireError {
  const { code, message, status, fault, members } = error;
  const spelling = schema?.shape.members.find(({ name }) => name.toLowerCase() === 'message')?.name ?? 'message';
  return { code, message, status, fault, schema, fields: message === '' ? members : { ...members, [spelling]: message } };
}
