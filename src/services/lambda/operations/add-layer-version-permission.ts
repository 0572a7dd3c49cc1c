import type { AddLayerVersionPermissionCommandInput, AddLayerVersionPermissionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { IdSource } from '#base/ids.ts';
import { addLayerStatement } from '#functions/layer-policy.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { layerVersionArn } from '#functions/layer-version.ts';
import { permissionStatement } from '#functions/permission-statement.ts';
import { noSuchLayerVersion, ownLayerVersion } from '../layer-target.ts';

export interface AddLayerVersionPermissionDependencies {
  readonly layers: Pick<LayerRepository, 'update'>;
  readonly ids: IdSource;
}

/** Lets another account, or all, get the version and have it in functions. */
export function addLayerVersionPermission(
  deps: AddLayerVersionPermissionDependencies,
): Operation<AddLayerVersionPermissionCommandInput, AddLayerVersionPermissionResponse> {
  return async (input, context) => {
    const key = ownLayerVersion('AddLayerVersionPermission', input, context);
    const { StatementId: statementId = '', Action: action = '', Principal: principal = '', OrganizationId: principalOrgId } = input;
    const statement = permissionStatement({ statementId, action, principal, principalOrgId }, layerVersionArn(key));
    const change = { expectedRevisionId: input.RevisionId, ids: deps.ids };
    const changed = await deps.layers.update(key, (version) => addLayerStatement(version, statement, change));
    if (changed === undefined) throw noSuchLayerVersion(key);
    return { Statement: JSON.stringify(statement), RevisionId: changed.policy?.revisionId };
  };
}
