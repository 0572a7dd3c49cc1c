import { createHash } from 'node:crypto';
import { partitionOf } from '#aws/arn.ts';
import type { FunctionVersion } from './function-record.ts';

/**
 * The ARN of the runtime version that a function uses, as RuntimeVersionConfig and INIT_START show it. AWS names a build of
 * the runtime there, another one for each architecture; here identifier and architecture alone decide.
 */
export function runtimeVersionArn(version: Pick<FunctionVersion, 'runtime' | 'architecture' | 'region'>): string {
  const id = createHash('sha256').update(`${version.runtime}/${version.architecture}`).digest('hex');
  return `arn:${partitionOf(version.region)}:lambda:${version.region}::runtime:${id}`;
}
