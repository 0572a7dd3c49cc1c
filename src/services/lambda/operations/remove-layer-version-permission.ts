import type { RemoveLayerVersionPermissionCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { removeLayerStatement } from '#functions/layer-policy.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { noSuchLayerVersion, ownLayerVersion } from '../layer-target.ts';

export interface RemoveLayerVersionPermissionDependencies {
  readonly layers: Pick<LayerRepository, 'update'>;
  readonly ids: IdSource;
}

/** Takes a statement back. Functions of other accounts that have the version keep it. */
export function removeLayerVersionPermission(
  deps: RemoveLayerVersionPermissionDependencies,
): Operation<RemoveLayerVersionPermissionCommandInput, Record<string, never>> {
  return async (input, context) => {
    const key = ownLayerVersion('RemoveLayerVersionPermission', input, context);
    const change = { expectedRevisionId: input.RevisionId, ids: deps.ids };
    const changed = await deps.layers.update(key, (version) => removeLayerStatement(version, input.StatementId ?? '', change));
    if (changed === undefined) throw noSuchLayerVersion(key);
    return {};
  };
}
