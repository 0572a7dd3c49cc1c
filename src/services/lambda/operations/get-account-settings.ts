import type { GetAccountSettingsCommandInput, GetAccountSettingsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { MAX_UNZIPPED_BYTES, MAX_ZIPPED_BYTES } from '#functions/code-limits.ts';
import type { CodeStorage } from '#functions/code-storage.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';

export interface GetAccountSettingsDependencies {
  readonly functions: Pick<FunctionRepository, 'inRegion'>;
  readonly concurrency: Pick<ConcurrencyLedger, 'accountLimit' | 'unreserved'>;
  readonly codeStorage: Pick<CodeStorage, 'limitBytes' | 'usedBytes'>;
}

export function getAccountSettings(
  deps: GetAccountSettingsDependencies,
): Operation<GetAccountSettingsCommandInput, GetAccountSettingsResponse> {
  return (_input, context) => {
    const scope = { accountId: context.caller.accountId, region: context.region };
    return {
      AccountLimit: {
        TotalCodeSize: deps.codeStorage.limitBytes,
        CodeSizeUnzipped: MAX_UNZIPPED_BYTES,
        CodeSizeZipped: MAX_ZIPPED_BYTES,
        ConcurrentExecutions: deps.concurrency.accountLimit,
        UnreservedConcurrentExecutions: deps.concurrency.unreserved(scope.accountId, scope.region),
      },
      AccountUsage: {
        TotalCodeSize: deps.codeStorage.usedBytes(scope),
        FunctionCount: [...deps.functions.inRegion(scope.accountId, scope.region)].length,
      },
    };
  };
}
