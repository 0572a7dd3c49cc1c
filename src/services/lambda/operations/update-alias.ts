import type { AliasConfiguration, UpdateAliasCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { findAlias, type Alias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';
import { checkProvisionable } from '#functions/provisioned-concurrency.ts';
import { toAliasConfiguration } from '../alias-configuration.ts';
import { checkAliasTargets, readRouting } from '../alias-routing.ts';
import { checkRevision } from '../check-revision.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface UpdateAliasDependencies {
  readonly functions: Pick<FunctionRepository, 'update'>;
  readonly ids: IdSource;
}

/** Changes what is given; an empty RoutingConfig takes the second version away. */
export function updateAlias(deps: UpdateAliasDependencies): Operation<UpdateAliasCommandInput, AliasConfiguration> {
  return async (input, context) => {
    const { Name: name = '' } = input;
    const reference = resolveUnqualified('UpdateAlias', input, context);
    const newRouting = readRouting(input.RoutingConfig);
    const notFound = (): never => {
      throw resourceNotFound(`Alias not found: ${functionArn(reference, name)}`);
    };
    const updated = await deps.functions.update(reference, (record) => {
      const current = findAlias(record, name) ?? notFound();
      checkRevision(current, input.RevisionId);
      const { routing: currentRouting, ...kept } = current;
      const routing = input.RoutingConfig === undefined ? currentRouting : newRouting;
      const changed: Alias = {
        ...kept,
        version: input.FunctionVersion ?? current.version,
        description: input.Description ?? current.description,
        revisionId: deps.ids.uuid(),
        ...(routing !== undefined && { routing }),
      };
      checkAliasTargets(record, changed.version, routing);
      checkProvisionable(record, name, changed.version);
      return { ...record, aliases: { ...record.aliases, [name]: changed } };
    });
    const alias = updated === undefined ? undefined : findAlias(updated, name);
    return toAliasConfiguration(reference, alias ?? notFound());
  };
}
