import { readFileSync } from 'node:fs';
import type { Json } from './compare.ts';

/** The records, by what they show; taken from the LocalStack project's AWS-validated tests (NOTICE). */
export const RECORDS = ['test_lambda_api', 'test_lambda', 'test_lambda_common', 'test_lambda_runtimes'] as const;
export type RecordName = (typeof RECORDS)[number];

/** The answers of one case, by the keys under which they were recorded. */
export type RecordedCase = Readonly<Record<string, Json>>;

/** All cases of a record, by name: `TestLambdaAlias::test_alias_naming`. */
export function recordedCases(record: RecordName): Readonly<Record<string, RecordedCase>> {
  const text = readFileSync(new URL(`./data/${record}.json`, import.meta.url), 'utf8');
  // Long names are abbreviated in the records, in two ways.
  const expanded = text.replaceAll(/<a:len\((\d+)\)>/g, (_, length: string) => 'a'.repeat(Number(length)));
  return JSON.parse(expanded) as Readonly<Record<string, RecordedCase>>;
}
