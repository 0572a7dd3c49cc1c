import type { GetEventSourceMappingCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';

/** There are no event source mappings yet, so that none is found. */
export function getEventSourceMapping(_deps: object): Operation<GetEventSourceMappingCommandInput, never> {
  return () => {
    throw resourceNotFound('The resource you requested does not exist.');
  };
}
