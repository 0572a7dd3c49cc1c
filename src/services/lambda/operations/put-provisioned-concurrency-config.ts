import type { PutProvisionedConcurrencyConfigCommandInput, PutProvisionedConcurrencyConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { Clock } from '#base/clock.ts';
import type { ConcurrencyLedger } from '#functions/concurrency-ledger.ts';
import { provideConcurrency, UNPUBLISHED } from '#functions/provisioned-concurrency.ts';
import { toProvisionedConfiguration, type ProvisionedStates } from '../provisioned-configuration.ts';
import { checkProvisionedTarget, resolveProvisioned } from '../provisioned-target.ts';

export interface PutProvisionedConcurrencyConfigDependencies {
  readonly concurrency: Pick<ConcurrencyLedger, 'change'>;
  readonly provisioned: ProvisionedStates;
  readonly clock: Clock;
}

/** Keeps environments ready for an alias or a published version. Answers at once; they come into being afterwards. */
export function putProvisionedConcurrencyConfig(
  deps: PutProvisionedConcurrencyConfigDependencies,
): Operation<PutProvisionedConcurrencyConfigCommandInput, PutProvisionedConcurrencyConfigResponse> {
  return async (input, context) => {
    const reference = resolveProvisioned('PutProvisionedConcurrencyConfig', input, context, UNPUBLISHED);
    const provisioned = { requested: input.ProvisionedConcurrentExecutions ?? 0, modifiedMs: deps.clock.wallMs() };
    // What serves already goes on.
    const { allocated = 0, available = 0 } = deps.provisioned.stateOf(reference, reference.qualifier) ?? {};
    const changed = await deps.concurrency.change(reference, (record, left) =>
      provideConcurrency(checkProvisionedTarget(record, reference), reference.qualifier, provisioned, left),
    );
    checkProvisionedTarget(changed, reference);
    return toProvisionedConfiguration(provisioned, { status: { name: 'IN_PROGRESS' }, allocated, available });
  };
}
