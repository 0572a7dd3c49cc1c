import type { DescribeLogGroupsCommandInput, DescribeLogGroupsResponse, LogGroup as LogGroupShape } from '@aws-sdk/client-cloudwatch-logs';
import type { Operation } from '#aws/service.ts';
import { logGroupArn, parseLogGroupArn, type LogGroup } from '../log-group.ts';
import type { LogStore } from '../log-store.ts';
import { invalidParameter } from '../logs-errors.ts';
import { opaqueToken, readOpaqueToken } from '../page-token.ts';

const DEFAULT_LIMIT = 50;

export interface DescribeLogGroupsDependencies {
  readonly store: Pick<LogStore, 'groups' | 'log'>;
}

/** In the order of names. A token holds the last name of the page before. */
export function describeLogGroups(
  deps: DescribeLogGroupsDependencies,
): Operation<DescribeLogGroupsCommandInput, DescribeLogGroupsResponse> {
  return async (input, context) => {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupIdentifiers: identifiers } = input;
    if (prefix !== undefined && pattern !== undefined) {
      throw invalidParameter('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    }
    const named = identifiers?.map((identifier) => parseLogGroupArn(identifier)?.name ?? identifier);
    const after = input.nextToken === undefined ? undefined : readOpaqueToken(input.nextToken, ['string'])[0];
    const wanted = (group: LogGroup): boolean =>
      (after === undefined || group.name > after) &&
      group.name.startsWith(prefix ?? '') &&
      group.name.includes(pattern ?? '') &&
      named?.includes(group.name) !== false &&
      (input.logGroupClass === undefined || group.groupClass === input.logGroupClass);

    const limit = input.limit ?? DEFAULT_LIMIT;
    const found = deps.store.groups.list(context.caller.accountId, context.region).filter(wanted);
    const page = found.slice(0, limit);
    const last = page.at(-1);
    const described = await Promise.all(
      page.map(async (group) => (pattern === undefined ? describe(group, await deps.store.log(group).storedBytes()) : identify(group))),
    );
    return { logGroups: described, ...(found.length > limit && last !== undefined && { nextToken: opaqueToken([last.name]) }) };
  };
}

/** What a search by pattern tells. */
function identify(group: LogGroup): LogGroupShape {
  const arn = logGroupArn(group);
  return { logGroupName: group.name, creationTime: group.createdMs, arn: `${arn}:*`, logGroupArn: arn };
}

function describe(group: LogGroup, storedBytes: number): LogGroupShape {
  return {
    ...identify(group),
    ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
    metricFilterCount: 0,
    storedBytes,
    logGroupClass: group.groupClass,
    deletionProtectionEnabled: group.deletionProtected,
  };
}
