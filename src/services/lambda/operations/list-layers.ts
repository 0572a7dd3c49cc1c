import type { LayersListItem, ListLayersCommandInput, ListLayersResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import { layerArn } from '#functions/layer-version.ts';
import { isCompatible, toLayerVersionsListItem } from '../layer-answers.ts';
import { pageOf } from '../page.ts';

const MAX_PAGE = 50;

export interface ListLayersDependencies {
  readonly layers: Pick<LayerRepository, 'layers'>;
}

/** The account's layers, each with its newest version that the filters let through, in the order of names. */
export function listLayers(deps: ListLayersDependencies): Operation<ListLayersCommandInput, ListLayersResponse> {
  return (input, context) => {
    const found = deps.layers.layers({ accountId: context.caller.accountId, region: context.region }).flatMap(({ name, versions }) => {
      const newest = versions.find((version) => isCompatible(version, input));
      return newest === undefined ? [] : [{ name, newest }];
    });
    const { items, NextMarker } = pageOf(found, {
      marker: input.Marker,
      limit: input.MaxItems ?? MAX_PAGE,
      keyOf: ({ name }) => name,
      follows: ({ name }, key) => name > key,
    });
    const Layers = items.map(({ name, newest }): LayersListItem => ({
      LayerName: name,
      LayerArn: layerArn(newest),
      LatestMatchingVersion: toLayerVersionsListItem(newest),
    }));
    return { Layers, ...(NextMarker !== undefined && { NextMarker }) };
  };
}
