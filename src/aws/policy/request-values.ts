import type { Requester } from '#aws/caller.ts';
import type { ConditionValues } from './conditions.ts';

/**
 * The global condition keys that follow from who asks, and those of the service. Of a caller that is no service the source keys are
 * known to be absent, as is the organisation, since there are none.
 * Source: "AWS global condition context keys".
 */
export function requestValues(requester: Requester, ofService: ConditionValues | undefined): ConditionValues {
  const values = new Map<string, readonly string[]>(ofService);
  const set = (key: string, value: string | undefined): void => void values.set(key, value === undefined ? [] : [value]);
  const service = requester.kind === 'service' ? requester : undefined;
  const person = requester.kind === 'service' || requester.kind === 'anonymous' ? undefined : requester;
  set('aws:sourcearn', service?.sourceArn);
  set('aws:sourceaccount', service?.sourceAccount);
  set('aws:principalisawsservice', String(service !== undefined));
  set('aws:principalservicename', service?.servicePrincipal);
  set('aws:principalorgid', undefined);
  set('aws:principalarn', requester.kind === 'role-session' ? requester.roleArn : person?.arn);
  set('aws:principalaccount', person?.accountId);
  set('aws:principaltype', PRINCIPAL_TYPES[requester.kind]);
  set('aws:userid', person?.userId);
  set('aws:username', requester.kind === 'user' ? requester.userName : undefined);
  return values;
}

const PRINCIPAL_TYPES: Readonly<Record<Requester['kind'], string | undefined>> = {
  root: 'Account',
  user: 'User',
  'role-session': 'AssumedRole',
  service: undefined,
  anonymous: 'Anonymous',
};
