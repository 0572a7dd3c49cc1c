import type { AccountId } from '#aws/caller.ts';
import { codeStorageExceeded } from './lambda-errors.ts';
import type { FunctionRepository } from './function-repository.ts';
import type { LayerRepository } from './layer-repository.ts';

/** Lambda quotas: all packages of functions, published versions and layers of an account in one region, 300 GB. */
const LIMIT_BYTES = 300 * 1024 ** 3;

interface Scope {
  readonly accountId: AccountId;
  readonly region: string;
}

/**
 * How much code an account stores in one region. Each version counts with its own package, though equal ones are kept once (recorded by
 * test_account_settings_total_code_size).
 */
export class CodeStorage {
  readonly limitBytes: number;
  readonly #functions: Pick<FunctionRepository, 'inRegion' | 'publishedVersions'>;
  readonly #layers: Pick<LayerRepository, 'layers'>;

  constructor(options: {
    readonly functions: Pick<FunctionRepository, 'inRegion' | 'publishedVersions'>;
    readonly layers: Pick<LayerRepository, 'layers'>;
    readonly limitBytes?: number;
  }) {
    this.#functions = options.functions;
    this.#layers = options.layers;
    this.limitBytes = options.limitBytes ?? LIMIT_BYTES;
  }

  usedBytes({ accountId, region }: Scope): number {
    let bytes = 0;
    for (const record of this.#functions.inRegion(accountId, region)) {
      bytes += record.latest.code.sizeBytes;
      if (record.versions === undefined) continue;
      for (const { code } of this.#functions.publishedVersions(record)) bytes += code.sizeBytes;
    }
    for (const { versions } of this.#layers.layers({ accountId, region })) for (const { code } of versions) bytes += code.sizeBytes;
    return bytes;
  }

  /** @throws AwsError CodeStorageExceededException when that many bytes more are too many; less than before never is */
  check(scope: Scope, addedBytes: number): void {
    if (addedBytes > 0 && this.usedBytes(scope) + addedBytes > this.limitBytes) throw codeStorageExceeded();
  }
}
