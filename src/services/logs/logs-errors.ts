import { AwsError } from '#aws/errors.ts';

/** Errors of CloudWatch Logs with the service's own words. All are client errors with status 400. */
export function groupNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
}

export function streamNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

export function resourceNotFound(): AwsError {
  return new AwsError('ResourceNotFoundException', 'The specified resource does not exist.');
}

export function groupExists(): AwsError {
  return new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
}

export function streamExists(): AwsError {
  return new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
}

export function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

export function invalidToken(): AwsError {
  return invalidParameter('The specified nextToken is invalid.');
}

export function tooManyTags(resourceName: string): AwsError {
  return new AwsError('TooManyTagsException', 'The resource has too many tags: no more than 50 are allowed.', {
    members: { resourceName },
  });
}
