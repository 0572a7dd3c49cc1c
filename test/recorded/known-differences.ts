const OLD_RECORD =
  'Recorded before AWS answered `LoggingConfig`, `RuntimeVersionConfig` and `SnapStart`, as all newer records show; and with a runtime that this replay does without.';

/** Why a case differs, by what its name begins with; the first that fits. */
const REASONS: readonly (readonly [prefix: string, reason: string])[] = [
  ['TestLambdaFunction::test_vpc_config', 'Hearth has no VPCs; replayed without, so that the rest of the answers is compared.'],
  ['TestLambdaFunction::test_invalid_vpc_config', 'There is no EC2 that could be asked for the subnet or the security group.'],
  [
    'TestLambdaPermissions::test_lambda_permission_versioning',
    'An older record, in which publishing changed the revision of the policy; in test_lambda_permission_fn_versioning it does not.',
  ],
  ['TestLambdaRevisions::test_function_revisions_permissions', 'Hearth says how long it keeps an idle connection.'],
  ['TestLambdaFeatures::test_basic_invoke', OLD_RECORD],
  ['TestLambdaFeatures::test_lambda_environment', OLD_RECORD],
  ['TestLambdaFeatures::test_lambda_with_context', OLD_RECORD],
  [
    'TestLambdaBehavior::test_lambda_invoke_timed_out_environment_reuse',
    'A newer record has the error of a timeout as it is here: test_lambda_runtime_exit_segfault.',
  ],
  ['TestLambdaBehavior::test_runtime_ulimits', 'No core dumps; processes are limited by the cgroup, and the rest is as the host has it.'],
  ['TestLambdaBehavior::test_lambda_init_environment', 'Hearth tells SDKs where its services are; replayed with another Python.'],
  ['TestLambdaConcurrency::test_reserved_concurrency', 'Asynchronous invocation is still to come.'],
  ['TestLambdaErrors::test_lambda_runtime_error', 'Line numbers of another patch release of Python.'],
  [
    'TestLambdaErrors::test_lambda_runtime_exit_segfault',
    'AWS waited for an init that had crashed until the function had timed out; Hearth says at once that it crashed.',
  ],
];

/** Undefined where nothing is known. */
export function reasonOf(name: string): string | undefined {
  return REASONS.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** Values that are another on another host, by where they are in the answer. */
const OF_THE_HOST = /RLIMIT_(?:MEMLOCK|NPROC)|^invocation_error\.Payload\.stackTrace/;

/** Whether a value that differs may be told: the page must not depend on the host. */
export function isOfTheHost(path: string): boolean {
  return OF_THE_HOST.test(path);
}
