import type { Caller } from './caller.ts';
import type { ConditionValues } from './policy/conditions.ts';
import type { PolicyDocument } from './policy/policy-document.ts';

/** The names under which requests are signed; also the folder names below `services/`. `logs` is CloudWatch Logs. */
export type ServiceName = 'lambda' | 'iam' | 'sts' | 'logs' | 's3' | 'signer' | 'application-autoscaling';

/** What an operation may know of its request beyond the input. */
export interface RequestContext {
  readonly caller: Caller;
  /** From the credential scope of the signature. */
  readonly region: string;
  readonly requestId: string;
  /** `http://host:port` as the client addressed us, for URLs in answers. */
  readonly endpoint: string;
  /** The `X-Amzn-Trace-Id` header as sent. */
  readonly traceHeader: string | undefined;
  /** Aborted when the client went away or the daemon shuts down. */
  readonly signal: AbortSignal;
  /** Adds a header to a good answer for which its shape has no member. Absent in process: nobody reads headers there. */
  addHeader?(name: string, value: string): void;
}

/** One operation of a service. Input and output are the SDK's own types. */
export type Operation<Input, Output> = (input: Input, context: RequestContext) => Promise<Output> | Output;

/** A table mixes operations of many types: each is checked against the SDK where it is defined, and called with decoded input. */
export type OperationTable = Readonly<Record<string, Operation<never, unknown>>>;

/** What must be allowed before an operation runs: an IAM action (`lambda:InvokeFunction`) on a resource ARN, or `*`. */
export interface RequiredPermission {
  readonly action: string;
  readonly resource: string;
  /** The account of the resource; the caller's own unless given. */
  readonly owner?: string;
  /** The resource-based policy of exactly this resource, looked up when it is asked for. */
  readonly resourcePolicy?: () => PolicyDocument | undefined;
  /** Condition keys of the service (`lambda:FunctionUrlAuthType`); those of the caller come with the caller. */
  readonly conditions?: ConditionValues;
}

/** An AWS API as the gateway sees it. An operation without a handler answers the protocol's not-implemented error. */
export interface Service {
  readonly name: ServiceName;
  /** Operations whose input is a stream of bytes are handed an `IncomingBody` in its place, before the body has arrived. */
  readonly streamsBodies?: true;
  readonly operations: OperationTable;
  /** Permissions that the operation needs; an empty list means that any authenticated caller may. */
  permissions(operation: string, input: Readonly<Record<string, unknown>>, context: RequestContext): readonly RequiredPermission[];
}
