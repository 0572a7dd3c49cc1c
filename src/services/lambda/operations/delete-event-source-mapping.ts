import type { DeleteEventSourceMappingCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';

/** There are no event source mappings yet, so that none can be deleted. */
export function deleteEventSourceMapping(_deps: object): Operation<DeleteEventSourceMappingCommandInput, never> {
  return () => {
    throw resourceNotFound('The resource you requested does not exist.');
  };
}
