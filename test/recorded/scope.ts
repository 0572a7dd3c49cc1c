import { recordedCases, type RecordName } from './recorded-case.ts';

/** Records whose cases are replayed, whole. */
export const REPLAYED_RECORDS: readonly RecordName[] = ['test_lambda_api', 'test_lambda'];

/** Cases about parts of Lambda that Hearth does not have yet, by what their names begin with. They count for nothing, and the page says how many. */
const OUT_OF_SCOPE: readonly (readonly [prefix: string, reason: string])[] = [
  ['TestLambdaEventSourceMappings::', 'event source mappings'],
  ['TestLambdaTag::test_create_tag_on_esm_create', 'event source mappings'],
  ['TestLambdaTag::test_tag_lifecycle[event_source_mapping]', 'event source mappings'],
  ['TestLambdaSnapStart::', 'SnapStart'],
  ['TestLambdaImages::', 'container images'],
  ['TestLambdaConcurrency::test_reserved_concurrency_async_queue', 'asynchronous invocation'],
  ['TestLambdaVersions::test_async_invoke_queue_upon_function_update', 'asynchronous invocation'],
];

/** Why a case is left out, or undefined when it counts. */
export function outOfScope(name: string): string | undefined {
  return OUT_OF_SCOPE.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** How many cases are left out, by reason. Some recorded nothing, so there is nothing to be equal to. */
export function leftOut(): ReadonlyMap<string, number> {
  const reasons = new Map<string, number>();
  for (const record of REPLAYED_RECORDS) {
    for (const [name, recorded] of Object.entries(recordedCases(record))) {
      const reason = outOfScope(name) ?? (Object.keys(recorded).length === 0 ? 'nothing was recorded' : undefined);
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
  }
  return reasons;
}
