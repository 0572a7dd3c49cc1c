import type { ListFunctionsByCodeSigningConfigCommandInput, ListFunctionsByCodeSigningConfigResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { codeSigningConfigArn } from '#functions/code-signing-config.ts';
import type { CodeSigningConfigs } from '#functions/code-signing-configs.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { presentCodeSigningConfig } from '../code-signing-target.ts';
import { MAX_PAGE, pageOf } from '../page.ts';

export interface ListFunctionsByCodeSigningConfigDependencies {
  readonly codeSigning: Pick<CodeSigningConfigs, 'find'>;
  readonly functions: Pick<FunctionRepository, 'inRegion'>;
}

/** In the order of names. */
export function listFunctionsByCodeSigningConfig(
  deps: ListFunctionsByCodeSigningConfigDependencies,
): Operation<ListFunctionsByCodeSigningConfigCommandInput, ListFunctionsByCodeSigningConfigResponse> {
  return (input, context) => {
    const config = presentCodeSigningConfig(input.CodeSigningConfigArn, context, deps.codeSigning);
    const arn = codeSigningConfigArn(config);
    const users = Array.from(deps.functions.inRegion(config.accountId, config.region))
      .filter((record) => record.codeSigningConfigArn === arn)
      .toSorted((left, right) => (left.name < right.name ? -1 : 1));
    const { items, ...next } = pageOf(users, {
      marker: input.Marker,
      limit: Math.min(input.MaxItems ?? MAX_PAGE, MAX_PAGE),
      keyOf: ({ name }) => name,
      follows: ({ name }, key) => name > key,
    });
    return { FunctionArns: items.map((record) => functionArn(record)), ...next };
  };
}
