import type { AliasConfiguration } from '@aws-sdk/client-lambda';
import type { Alias } from '#functions/alias.ts';
import { functionArn, type FunctionKey } from '#functions/function-arn.ts';

/** An alias as the API shows it (recorded by test_notfound_and_invalid_routingconfigs). */
export function toAliasConfiguration(key: FunctionKey, alias: Alias): AliasConfiguration {
  const { routing } = alias;
  return {
    AliasArn: functionArn(key, alias.name),
    Name: alias.name,
    FunctionVersion: alias.version,
    Description: alias.description,
    RevisionId: alias.revisionId,
    ...(routing !== undefined && { RoutingConfig: { AdditionalVersionWeights: { [routing.version]: routing.weight } } }),
  };
}
