import type { RequestContext } from '#aws/service.ts';
import { MAX_LAYERS } from '#functions/function-layers.ts';
import type { FunctionLayer } from '#functions/function-record.ts';
import { invalidParameter } from '#functions/lambda-errors.ts';
import { layerArn, parseLayerVersionArn, type LayerVersion } from '#functions/layer-version.ts';
import type { LayerReader } from './layer-target.ts';

/**
 * The layer versions that a function is to have, by their ARNs and in their order. Whether the caller may have them the gateway has
 * asked before.
 * @throws AwsError InvalidParameterValueException for more than five, one that does not exist, one of another region, and two of the
 *   same layer (all recorded by test_layer_function_exceptions and test_layer_function_quota_exception)
 */
export function usedLayers(arns: readonly string[], context: RequestContext, layers: LayerReader): readonly FunctionLayer[] {
  if (arns.length > MAX_LAYERS) throw invalidParameter(`Cannot reference more than ${MAX_LAYERS} layers.`);
  const seen = new Map<string, string>();
  return arns.map((arn) => {
    const version = usableVersion(arn, context, layers);
    const layer = layerArn(version);
    const earlier = seen.get(layer);
    if (earlier !== undefined) {
      throw invalidParameter(
        'Two different versions of the same layer are not allowed to be referenced in the same function.' +
          ` ${earlier} and ${arn} are versions of the same layer.`,
      );
    }
    seen.set(layer, arn);
    return { arn, code: version.code };
  });
}

function usableVersion(arn: string, context: RequestContext, layers: LayerReader): LayerVersion {
  const key = parseLayerVersionArn(arn);
  if (key !== undefined && key.region !== context.region) {
    throw invalidParameter(`Layers are not in the same region as the function. Layers are expected to be in region ${context.region}.`);
  }
  // AWS's own layers have ARNs of another form, and are not here.
  const found = key === undefined ? undefined : layers.find(key);
  if (found === undefined) throw invalidParameter(`Layer version ${arn} does not exist.`);
  return found;
}
