import type { AwsError } from '#aws/errors.ts';
import { invalidParameter } from '../logs-errors.ts';

export function invalidPattern(): AwsError {
  return invalidParameter('Invalid filter pattern');
}
