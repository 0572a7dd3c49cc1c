import type { RequestContext } from '#aws/service.ts';
import { validation } from './autoscaling-errors.ts';
import { DIMENSION, NAMESPACE, parseResourceId } from './scalable-target.ts';
import type { TargetKey } from './scalable-targets.ts';

interface Named {
  readonly ServiceNamespace: string | undefined;
  readonly ResourceId: string | undefined;
  readonly ScalableDimension: string | undefined;
}

/** The target that a request names. @throws AwsError ValidationException for anything but Lambda's provisioned concurrency */
export function targetOfRequest(input: Named, context: RequestContext): TargetKey {
  const { ServiceNamespace: namespace, ResourceId: resourceId = '', ScalableDimension: dimension } = input;
  const scope = { accountId: context.caller.accountId, region: context.region };
  const scaled = parseResourceId(resourceId, scope);
  if (namespace !== NAMESPACE || dimension !== DIMENSION || scaled === undefined) {
    throw validation('Unsupported service namespace, resource type or scalable dimension');
  }
  return { ...scope, resourceId };
}
