import { createHash } from 'node:crypto';
import { MAX_UNZIPPED_BYTES } from './code-limits.ts';
import type { CodePackage, FunctionVersion } from './function-record.ts';
import { invalidParameter } from './lambda-errors.ts';

/** Lambda quotas. */
export const MAX_LAYERS = 5;

/**
 * Names the tree that a function's layers make together, as the digest of a package names its own: the order counts. That of a single
 * package is its own digest.
 */
export function layeredDigest(digests: readonly string[]): string {
  const [first = '', ...others] = digests;
  return others.length === 0 ? first : createHash('sha256').update(digests.join('\n')).digest('hex');
}

/** Every digest under which something unpacked is needed to run the version: its package, its layers, and what they make together. */
export function codeDigestsOf({ code, layers = [] }: Pick<FunctionVersion, 'code' | 'layers'>): readonly string[] {
  const digests = layers.map((layer) => layer.code.digest);
  return digests.length === 0 ? [code.digest] : [code.digest, ...digests, layeredDigest(digests)];
}

/**
 * Lambda quotas: a function and its layers have 250 MB together, unpacked.
 * @throws AwsError InvalidParameterValueException
 */
export function checkUnzippedSize({ code, layers = [] }: Pick<FunctionVersion, 'code' | 'layers'>): void {
  const layerBytes = layers.reduce((sum, layer) => sum + unzippedBytes(layer.code), 0);
  if (layerBytes > MAX_UNZIPPED_BYTES) {
    throw invalidParameter(`Layers consume more than the available size of ${MAX_UNZIPPED_BYTES} bytes`);
  }
  const totalBytes = layerBytes + unzippedBytes(code);
  if (totalBytes > MAX_UNZIPPED_BYTES) {
    throw invalidParameter(
      `Function code combined with layers exceeds the maximum allowed size of ${MAX_UNZIPPED_BYTES} bytes. The actual size is ${totalBytes} bytes.`,
    );
  }
}

/** What was stored before sizes were has none. */
function unzippedBytes(code: CodePackage): number {
  return code.unzippedBytes ?? 0;
}
