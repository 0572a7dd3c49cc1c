import type { DeleteProvisionedConcurrencyConfigCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { withdrawConcurrency } from '#functions/provisioned-concurrency.ts';
import { checkProvisionedTarget, resolveProvisioned } from '../provisioned-target.ts';

export interface DeleteProvisionedConcurrencyConfigDependencies {
  readonly concurrency: Pick<ConcurrencyLedger, 'change'>;
}

/** Ends what is provisioned. Where nothing is, that is no error (recorded by test_provisioned_concurrency_exceptions). */
export function deleteProvisionedConcurrencyConfig(
  deps: DeleteProvisionedConcurrencyConfigDependencies,
): Operation<DeleteProvisionedConcurrencyConfigCommandInput, Record<string, never>> {
  return async (input, context) => {
    const reference = resolveProvisioned('DeleteProvisionedConcurrencyConfig', input, context);
    const changed = await deps.concurrency.change(reference, (record) =>
      withdrawConcurrency(checkProvisionedTarget(record, reference), reference.qualifier),
    );
    checkProvisionedTarget(changed, reference);
    return {};
  };
}
