import type { GetAccountSettingsCommandInput, GetAccountSettingsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES } from '#functions/code-limits.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';

/** Lambda quotas: all packages of functions and layers of an account in a region, 300 GB. Told, not enforced: the disk is the user's own. */
const TOTAL_CODE_BYTES = 300 * 1024 ** 3;

export interface GetAccountSettingsDependencies {
  readonly functions: Pick<FunctionRepository, 'inRegion'>;
  readonly concurrency: Pick<ConcurrencyLedger, 'accountLimit' | 'unreserved'>;
  readonly layers: Pick<LayerRepository, 'layers'>;
}

export function getAccountSettings(
  deps: GetAccountSettingsDependencies,
): Operation<GetAccountSettingsCommandInput, GetAccountSettingsResponse> {
  return (_input, context) => {
    let functionCount = 0;
    let codeBytes = 0;
    for (const record of deps.functions.inRegion(context.caller.accountId, context.region)) {
      functionCount += 1;
      codeBytes += record.latest.code.sizeBytes;
    }
    for (const { versions } of deps.layers.layers({ accountId: context.caller.accountId, region: context.region })) {
      for (const { code } of versions) codeBytes += code.sizeBytes;
    }
    return {
      AccountLimit: {
        TotalCodeSize: TOTAL_CODE_BYTES,
        CodeSizeUnzipped: MAX_UNZIPPED_BYTES,
        CodeSizeZipped: MAX_ZIPPED_BYTES,
        ConcurrentExecutions: deps.concurrency.accountLimit,
        UnreservedConcurrentExecutions: deps.concurrency.unreserved(context.caller.accountId, context.region),
      },
      AccountUsage: { TotalCodeSize: codeBytes, FunctionCount: functionCount },
    };
  };
}
