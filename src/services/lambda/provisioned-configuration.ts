import type { GetProvisionedConcurrencyConfigResponse } from '@aws-sdk/client-lambda';
import { AwsError } from '#aws/errors.ts';
import type { FunctionKey } from '#functions/function-arn.ts';
import type { ProvisionedConcurrency } from '#functions/function-record.ts';

/** What Lambda must know of environments that are kept ready; `environments` answers. */
export interface ProvisionedStates {
  /** Undefined where nothing is provisioned, or its allocation has not begun. */
  stateOf(key: FunctionKey, qualifier: string): ProvisionedState | undefined;
}

export interface ProvisionedState {
  readonly status: { readonly name: 'IN_PROGRESS' | 'READY' } | { readonly name: 'FAILED'; readonly reason: string };
  readonly allocated: number;
  readonly available: number;
}

const NOT_BEGUN: ProvisionedState = { status: { name: 'IN_PROGRESS' }, allocated: 0, available: 0 };

export function toProvisionedConfiguration(
  { requested, modifiedMs }: ProvisionedConcurrency,
  state: ProvisionedState = NOT_BEGUN,
): GetProvisionedConcurrencyConfigResponse {
  return {
    RequestedProvisionedConcurrentExecutions: requested,
    AvailableProvisionedConcurrentExecutions: state.available,
    AllocatedProvisionedConcurrentExecutions: state.allocated,
    Status: state.status.name,
    ...(state.status.name === 'FAILED' && { StatusReason: state.status.reason }),
    LastModified: new Date(modifiedMs).toISOString().replace(/\.\d+Z$/, '+0000'),
  };
}

/** As recorded by test_provisioned_concurrency_exceptions. */
export function noProvisionedConfiguration(): AwsError {
  return new AwsError('ProvisionedConcurrencyConfigNotFoundException', 'No Provisioned Concurrency Config found for this function', {
    status: 404,
    members: { Type: 'User' },
  });
}
