import type { DeleteLayerVersionCommandInput } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { ownLayerVersion } from '../layer-target.ts';

export interface DeleteLayerVersionDependencies {
  readonly layers: Pick<LayerRepository, 'delete'>;
}

/** Functions that have the version keep it. Deleting what is not there succeeds (recorded by test_layer_exceptions). */
export function deleteLayerVersion(deps: DeleteLayerVersionDependencies): Operation<DeleteLayerVersionCommandInput, Record<string, never>> {
  return async (input, context) => {
    await deps.layers.delete(ownLayerVersion('DeleteLayerVersion', input, context));
    return {};
  };
}
