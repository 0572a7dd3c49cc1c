import { functionArn, type FunctionKey } from '#functions/function-arn.ts';
import type { RuntimeManagement } from '#functions/runtime-management.ts';

/** The answer of the two operations; with Manual the ARN is in it. */
export function toRuntimeManagementConfig(
  key: FunctionKey,
  qualifier: string | undefined,
  management: RuntimeManagement,
): { readonly UpdateRuntimeOn: RuntimeManagement['updateOn']; readonly FunctionArn: string; readonly RuntimeVersionArn?: string } {
  return {
    UpdateRuntimeOn: management.updateOn,
    FunctionArn: functionArn(key, qualifier),
    ...(management.updateOn === 'Manual' && { RuntimeVersionArn: management.runtimeVersionArn }),
  };
}
