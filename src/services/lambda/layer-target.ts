import type { RequestContext } from '#aws/service.ts';
import type { LayerRepository } from '#functions/layer-repository.ts';
import {
  layerArn,
  layerVersionArn,
  parseLayerArn,
  parseLayerVersionArn,
  type LayerKey,
  type LayerVersion,
  type LayerVersionKey,
} from '#functions/layer-version.ts';
import type { AwsError } from '#aws/errors.ts';
import { accessDenied, invalidParameter, resourceNotFound } from '#functions/lambda-errors.ts';

export type LayerReader = Pick<LayerRepository, 'find'>;

interface NamedLayer {
  readonly LayerName: string | undefined;
}

interface NamedLayerVersion extends NamedLayer {
  readonly VersionNumber: number | undefined;
}

/** The caller's own layer that an operation names, by name or ARN. @throws AwsError AccessDeniedException for another account's */
export function ownLayer(operation: string, input: NamedLayer, context: RequestContext): LayerKey {
  const key = namedLayer(input, context);
  if (key.accountId !== context.caller.accountId) throw notPermitted(`lambda:${operation}`, layerArn(key), context);
  return key;
}

/** As `ownLayer`, for one version. @throws AwsError InvalidParameterValueException for a number below 1 (recorded by test_layer_exceptions) */
export function ownLayerVersion(operation: string, input: NamedLayerVersion, context: RequestContext): LayerVersionKey {
  const key = namedLayerVersion(input, context);
  if (key.accountId !== context.caller.accountId) throw notPermitted(`lambda:${operation}`, layerVersionArn(key), context);
  return key;
}

/** The version that GetLayerVersion names: an own one, or another account's whose policy permits it; the gateway has asked that before. */
export function readLayerVersion(input: NamedLayerVersion, context: RequestContext, layers: LayerReader): LayerVersion {
  return found(layers.find(namedLayerVersion(input, context)));
}

/** The version with that ARN, as `readLayerVersion` finds it. */
export function readLayerVersionByArn(arn: string | undefined, context: RequestContext, layers: LayerReader): LayerVersion {
  const key = parseLayerVersionArn(arn ?? '');
  // AWS's own layers have ARNs of another form, and are not here.
  if (key === undefined) throw noSuchResource();
  return found(layers.find(inRegion(key, context)));
}

/** Recorded by test_layer_exceptions. */
export function noSuchResource(): AwsError {
  return resourceNotFound('The resource you requested does not exist.');
}

/** Recorded by test_layer_policy_exceptions. */
export function noSuchLayerVersion(key: LayerVersionKey): AwsError {
  return resourceNotFound(`Layer version ${layerVersionArn(key)} does not exist.`);
}

/** Nothing but getting a version can be permitted to another account. */
function notPermitted(action: string, resource: string, context: RequestContext): AwsError {
  return accessDenied(
    `User: ${context.caller.arn} is not authorized to perform: ${action} on resource: ${resource}` +
      ` because no resource-based policy allows the ${action} action`,
  );
}

function found(version: LayerVersion | undefined): LayerVersion {
  if (version === undefined) throw noSuchResource();
  return version;
}

function namedLayerVersion(input: NamedLayerVersion, context: RequestContext): LayerVersionKey {
  const version = input.VersionNumber ?? 0;
  if (version < 1) throw invalidParameter('Layer Version Cannot be less than 1');
  return { ...namedLayer(input, context), version };
}

function namedLayer(input: NamedLayer, context: RequestContext): LayerKey {
  const name = input.LayerName ?? '';
  return inRegion(parseLayerArn(name) ?? { accountId: context.caller.accountId, region: context.region, name }, context);
}

function inRegion<Key extends LayerKey>(key: Key, { region }: RequestContext): Key {
  if (key.region === region) return key;
  throw resourceNotFound(`Layers from '${key.region}' are not reachable in this region ('${region}')`);
}
