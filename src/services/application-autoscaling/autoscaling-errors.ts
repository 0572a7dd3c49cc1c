import { AwsError } from '#aws/errors.ts';
import { DIMENSION, NAMESPACE } from './scalable-target.ts';

/** Errors of Application Auto Scaling, all with status 400. No record shows their texts: docs/deviations.md. */
export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function noTarget(resourceId: string | undefined): AwsError {
  return notFound(`No scalable target registered for ${named(resourceId)}`);
}

export function noPolicy(resourceId: string | undefined, policyName: string | undefined): AwsError {
  return notFound(`No scaling policy found for ${named(resourceId)}, policy name: ${policyName ?? ''}`);
}

export function noTaggedTarget(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `No scalable target found for resource ARN: ${arn}`, { members: { ResourceName: arn } });
}

export function tooManyTags(arn: string): AwsError {
  return new AwsError('TooManyTagsException', 'A scalable target can have no more than 50 tags.', { members: { ResourceName: arn } });
}

export function invalidToken(): AwsError {
  return new AwsError('InvalidNextTokenException', 'The next token supplied was invalid.');
}

function notFound(message: string): AwsError {
  return new AwsError('ObjectNotFoundException', message);
}

function named(resourceId: string | undefined): string {
  return `service namespace: ${NAMESPACE}, resource ID: ${resourceId ?? ''}, scalable dimension: ${DIMENSION}`;
}
