import type { GetLayerVersionCommandInput, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import type { CodeUrls } from '../code-url.ts';
import { toLayerVersionAnswer } from '../layer-answers.ts';
import { readLayerVersion, type LayerReader } from '../layer-target.ts';

export interface GetLayerVersionDependencies {
  readonly layers: LayerReader;
  readonly codeUrls: Pick<CodeUrls, 'sign'>;
}

/** A version of an own layer, or of another account's that shares it, and a link to its package. */
export function getLayerVersion(deps: GetLayerVersionDependencies): Operation<GetLayerVersionCommandInput, GetLayerVersionResponse> {
  return (input, context) => toLayerVersionAnswer(readLayerVersion(input, context, deps.layers), context, deps.codeUrls);
}
