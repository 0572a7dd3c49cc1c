import { formatArn, parseArn } from '#aws/arn.ts';
import type { RequestContext } from '#aws/service.ts';
import { invalidParameter } from './logs-errors.ts';

/** Where a log group is, and its name there. */
export interface LogGroupPlace {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** A log group as it is stored: one document. Its events are in the record log `id`, which no later group of the name has. */
export interface LogGroup extends LogGroupPlace {
  readonly id: string;
  readonly createdMs: number;
  /** Absent: events are kept until the disk budget takes them. */
  readonly retentionDays?: number;
  readonly tags: Readonly<Record<string, string>>;
  readonly groupClass: 'STANDARD' | 'INFREQUENT_ACCESS' | 'DELIVERY';
  readonly deletionProtected: boolean;
}

export const DAY_MS = 24 * 3600_000;

/** What a policy may say (PutRetentionPolicy, "retentionInDays"). */
export const RETENTION_DAYS: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** `arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/f`, without the `:*` that `arn` of DescribeLogGroups has. */
export function logGroupArn(group: LogGroupPlace): string {
  return formatArn({ service: 'logs', region: group.region, accountId: group.accountId, resource: `log-group:${group.name}` });
}

export function logStreamArn(group: LogGroupPlace, stream: string): string {
  return `${logGroupArn(group)}:log-stream:${stream}`;
}

/** The group that an ARN names, with or without `:*`; undefined for any other text. */
export function parseLogGroupArn(text: string): LogGroupPlace | undefined {
  const arn = parseArn(text);
  if (arn?.service !== 'logs') return undefined;
  const [kind, name] = arn.resource.split(':');
  if (kind !== 'log-group' || name === undefined || name === '') return undefined;
  return { accountId: arn.accountId, region: arn.region, name };
}

/** The group that a request means by `logGroupName` or `logGroupIdentifier` (a name or an ARN). @throws InvalidParameterException */
export function requestedGroup(
  input: { readonly logGroupName?: string | undefined; readonly logGroupIdentifier?: string | undefined },
  context: Pick<RequestContext, 'caller' | 'region'>,
): LogGroupPlace {
  const { logGroupName, logGroupIdentifier } = input;
  if (logGroupName !== undefined && logGroupIdentifier !== undefined) {
    throw invalidParameter('LogGroup name and LogGroup identifier are mutually exclusive parameters.');
  }
  const given = logGroupName ?? logGroupIdentifier;
  if (given === undefined) throw invalidParameter('Either LogGroup name or LogGroup identifier must be specified.');
  const here = { accountId: context.caller.accountId, region: context.region };
  return (logGroupIdentifier === undefined ? undefined : parseLogGroupArn(given)) ?? { ...here, name: given };
}

/** Events before this are expired, whether their storage is freed yet or not; 0 when there is no policy. */
export function expiryMs(group: LogGroup, nowMs: number): number {
  return group.retentionDays === undefined ? 0 : nowMs - group.retentionDays * DAY_MS;
}

/** The group as it was before any retention policy. */
export function withoutRetention(group: LogGroup): LogGroup {
  const { retentionDays, ...rest } = group;
  return retentionDays === undefined ? group : rest;
}
