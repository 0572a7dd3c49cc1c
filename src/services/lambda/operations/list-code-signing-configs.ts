import type { ListCodeSigningConfigsCommandInput, ListCodeSigningConfigsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { toCodeSigningConfig } from '../code-signing-target.ts';
import { MAX_PAGE, pageOf } from '../page.ts';

export interface ListCodeSigningConfigsDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'list'>;
}

/** In the order of ids. */
export function listCodeSigningConfigs(
  deps: ListCodeSigningConfigsDependencies,
): Operation<ListCodeSigningConfigsCommandInput, ListCodeSigningConfigsResponse> {
  return (input, context) => {
    const { items, ...next } = pageOf(deps.codeSigning.list(context.caller.accountId, context.region), {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ({ id }) => id,
      follows: ({ id }, key) => id > key,
    });
    return { CodeSigningConfigs: items.map(toCodeSigningConfig), ...next };
  };
}
