import type { GetLayerVersionByArnCommandInput, GetLayerVersionResponse } from '@aws-sdk/client-lambda';
import type { Operation } from '#aws/service.ts';
import { toLayerVersionAnswer } from '../layer-answers.ts';
import { readLayerVersionByArn } from '../layer-target.ts';
import type { GetLayerVersionDependencies } from './get-layer-version.ts';

/** As GetLayerVersion, by the version's ARN. */
export function getLayerVersionByArn(
  deps: GetLayerVersionDependencies,
): Operation<GetLayerVersionByArnCommandInput, GetLayerVersionResponse> {
  return (input, context) => toLayerVersionAnswer(readLayerVersionByArn(input.Arn, context, deps.layers), context, deps.codeUrls);
}
