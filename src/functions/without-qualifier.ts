import type { FunctionRecord } from './function-record.ts';

/** What a record keeps for each version or alias apart, and what goes with it. */
const OF_A_QUALIFIER = ['eventInvokeConfigs', 'policies', 'provisionedConcurrency', 'runtimeManagement'] as const;

/** The record without anything that belonged to that version or alias alone. */
export function withoutQualifier(record: FunctionRecord, qualifier: string): FunctionRecord {
  let rest = record;
  for (const member of OF_A_QUALIFIER) {
    const { [member]: kept, ...others } = rest;
    if (kept === undefined || !Object.hasOwn(kept, qualifier)) continue;
    const remaining = withoutName<unknown>(kept, qualifier);
    rest = Object.keys(remaining).length === 0 ? others : { ...others, [member]: remaining };
  }
  return rest;
}

export function withoutName<Value>(members: Readonly<Record<string, Value>>, name: string): Readonly<Record<string, Value>> {
  return Object.fromEntries(Object.entries(members).filter(([other]) => other !== name));
}
