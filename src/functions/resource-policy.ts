import { parsePolicyDocument, type PolicyDocument } from '#aws/policy/policy-document.ts';
import type { IdSource } from '#base/ids.ts';
import type { FunctionRecord } from './function-record.ts';
import { policyTooLong } from './lambda-errors.ts';

/** Who may use a function, one of its versions or an alias, besides those whom their own policies allow it. Never without statements. */
export interface ResourcePolicy {
  readonly revisionId: string;
  /** The policy as JSON, as GetPolicy answers it. */
  readonly text: string;
}

/** Lambda quotas: function resource-based policy. */
const MAX_POLICY_BYTES = 20_480;

/** A statement as it is written: the order of its members is the order in the text. */
export type StatementJson = Readonly<Record<string, unknown>> & { readonly Sid?: unknown };

/** The policy under a qualifier (`$LATEST` is the function itself); undefined when there is none. */
export function findPolicy(owner: Pick<FunctionRecord, 'policies'>, qualifier: string): ResourcePolicy | undefined {
  const { policies } = owner;
  return policies !== undefined && Object.hasOwn(policies, qualifier) ? policies[qualifier] : undefined;
}

/** The record with another policy under the qualifier, or with none. */
export function withPolicy(record: FunctionRecord, qualifier: string, policy: ResourcePolicy | undefined): FunctionRecord {
  const { policies = {}, ...rest } = record;
  const others = Object.entries(policies).filter(([name]) => name !== qualifier);
  const entries = policy === undefined ? others : [...others, [qualifier, policy] as const];
  return entries.length === 0 ? rest : { ...rest, policies: Object.fromEntries(entries) };
}

/** The statements in the order in which they were added. */
export function statementsOf(policy: ResourcePolicy | undefined): readonly StatementJson[] {
  if (policy === undefined) return [];
  const { Statement: statements } = JSON.parse(policy.text) as { readonly Statement: StatementJson | readonly StatementJson[] };
  return [statements].flat();
}

/** A policy that an earlier one becomes with these statements; undefined without any. @throws AwsError PolicyLengthExceededException */
export function replaceStatements(
  policy: ResourcePolicy | undefined,
  statements: readonly StatementJson[],
  ids: Pick<IdSource, 'uuid'>,
): ResourcePolicy | undefined {
  if (statements.length === 0) return undefined;
  const head = policy === undefined ? { Version: '2012-10-17', Id: 'default' } : (JSON.parse(policy.text) as object);
  return newPolicy(JSON.stringify({ ...head, Statement: statements }), ids);
}

/** @throws AwsError PolicyLengthExceededException */
export function newPolicy(text: string, ids: Pick<IdSource, 'uuid'>): ResourcePolicy {
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_POLICY_BYTES) throw policyTooLong(bytes, MAX_POLICY_BYTES);
  return { revisionId: ids.uuid(), text };
}

const documents = new WeakMap<ResourcePolicy, PolicyDocument>();

/** The policy as the evaluation reads it; read once. */
export function policyDocument(policy: ResourcePolicy): PolicyDocument {
  const known = documents.get(policy);
  if (known !== undefined) return known;
  const document = parsePolicyDocument(policy.text);
  documents.set(policy, document);
  return document;
}
