import type { ListLayerVersionsCommandInput, ListLayerVersionsResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { isCompatible, toLayerVersionsListItem } from '../layer-answers.ts';
import { ownLayer } from '../layer-target.ts';
import { pageOf } from '../page.ts';

const MAX_PAGE = 50;

export interface ListLayerVersionsDependencies {
  readonly layers: Pick<LayerRepository, 'versions'>;
}

/** The versions of a layer that the filters let through, the newest first; none for a layer that there is not. */
export function listLayerVersions(
  deps: ListLayerVersionsDependencies,
): Operation<ListLayerVersionsCommandInput, ListLayerVersionsResponse> {
  return (input, context) => {
    const layer = ownLayer('ListLayerVersions', input, context);
    const found = deps.layers.versions(layer).filter((version) => isCompatible(version, input));
    const { items, NextMarker } = pageOf(found, {
      marker: input.Marker,
      limit: input.MaxItems ?? MAX_PAGE,
      keyOf: ({ version }) => String(version),
      follows: ({ version }, key) => version < Number(key),
    });
    return { LayerVersions: items.map(toLayerVersionsListItem), ...(NextMarker !== undefined && { NextMarker }) };
  };
}
