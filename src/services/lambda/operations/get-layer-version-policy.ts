import type { GetLayerVersionPolicyCommandInput, GetLayerVersionPolicyResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { noLayerPolicy } from '#functions/layer-policy.ts';
import { noSuchLayerVersion, ownLayerVersion, type LayerReader } from '../layer-target.ts';

export interface GetLayerVersionPolicyDependencies {
  readonly layers: LayerReader;
}

/** Who else may have the version, as a policy document, and its revision id. */
export function getLayerVersionPolicy(
  deps: GetLayerVersionPolicyDependencies,
): Operation<GetLayerVersionPolicyCommandInput, GetLayerVersionPolicyResponse> {
  return (input, context) => {
    const key = ownLayerVersion('GetLayerVersionPolicy', input, context);
    const version = deps.layers.find(key);
    if (version === undefined) throw noSuchLayerVersion(key);
    if (version.policy === undefined) throw noLayerPolicy();
    return { Policy: version.policy.text, RevisionId: version.policy.revisionId };
  };
}
