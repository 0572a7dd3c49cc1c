import { AwsError } from '#aws/errors.ts';
import { parseQuery } from './query-string.ts';
import type { Member, OperationSchema } from './schema.ts';
import type { Found } from './wire-protocol.ts';

/** A request of a protocol that binds nothing to path or query. */
export function foundByName(operation: OperationSchema | undefined): Found | undefined {
  return operation && { operation, labels: {}, parameters: parseQuery('') };
}

/** The member of an output that is a stream of events, if any. */
export function eventStreamMember({ output }: OperationSchema): Member | undefined {
  return output.members.find(({ shape, traits }) => shape.kind === 'structure' && traits.streaming === 1);
}

export function unknownRpcOperation(status: number): AwsError {
  return new AwsError('UnknownOperationException', 'The requested operation is not recognized by the service.', { status });
}
