import type { AliasConfiguration, GetAliasCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { findAlias } from '#functions/alias.ts';
import { functionArn } from '#functions/function-arn.ts';
import type { FunctionRepository } from '#functions/function-repository.ts';
import { resourceNotFound } from '#functions/lambda-errors.ts';
import { toAliasConfiguration } from '../alias-configuration.ts';
import { resolveUnqualified } from '../target-function.ts';

export interface GetAliasDependencies {
  readonly functions: Pick<FunctionRepository, 'find'>;
}

export function getAlias(deps: GetAliasDependencies): Operation<GetAliasCommandInput, AliasConfiguration> {
  return (input, context) => {
    const { Name: name = '' } = input;
    const reference = resolveUnqualified('GetAlias', input, context);
    const record = deps.functions.find(reference.accountId, reference.region, reference.name);
    const alias = record === undefined ? undefined : findAlias(record, name);
    if (alias === undefined) throw resourceNotFound(`Cannot find alias arn: ${functionArn(reference, name)}`);
    return toAliasConfiguration(reference, alias);
  };
}
