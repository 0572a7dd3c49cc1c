import type { AliasConfiguration, CreateAliasCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { findAlias, type Alias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { functionNotFound, resourceConflict } from '#functions/lambda-errors.ts';
import { toAliasConfiguration } from '../alias-configuration.ts';
import { checkAliasTargets, readRouting } from '../alias-routing.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface CreateAliasDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
  readonly ids: IdSource;
}

export function createAlias(deps: CreateAliasDependencies): Operation<CreateAliasCommandInput, AliasConfiguration> {
  return async (input, context) => {
    const { Name: name = '', FunctionVersion: version = '', RoutingConfig: config } = input;
    const reference = resolveUnqualified('CreateAlias', input, context);
    const routing = readRouting(config);
    const alias: Alias = {
      name,
      version,
      description: input.Description ?? '',
      revisionId: deps.ids.uuid(),
      ...(routing !== undefined && { routing }),
    };
    const updated = await deps.functions.update(reference, (record) => {
      checkAliasTargets(record, version, routing);
      if (findAlias(record, name) !== undefined) throw resourceConflict(`Alias already exists: ${functionArn(record, name)}`);
      return { ...record, aliases: { ...record.aliases, [name]: alias } };
    });
    // With the version, as recorded.
    if (updated === undefined) throw functionNotFound(reference, version);
    return toAliasConfiguration(updated, alias);
  };
}
