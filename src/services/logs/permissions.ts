import { formatArn } from '#aws/arn.ts';
import type { RequestContext, RequiredPermission } from '#aws/service.ts';
import { logGroupArn, parseLogGroupArn } from './log-group.ts';

type Input = Readonly<Record<string, unknown>>;

/** IAM knows tags of log groups by the newer operations' names only where those are called. */
const BY_RESOURCE_ARN: ReadonlySet<string> = new Set(['TagResource', 'UntagResource', 'ListTagsForResource']);
/** Operations that concern one stream. */
const ON_STREAM: ReadonlySet<string> = new Set(['CreateLogStream', 'DeleteLogStream', 'PutLogEvents', 'GetLogEvents']);

/**
 * The action and, as AWS's own access errors name it, the resource `…:log-group:NAME:log-stream:STREAM`, in which the stream is empty for
 * operations on a group: so both `…:log-group:NAME:*` and `…:log-group:NAME:log-stream:*` of a policy cover it. Tags go by the
 * group's ARN alone.
 */
export function logsPermissions(operation: string, input: Input, context: RequestContext): readonly RequiredPermission[] {
  const action = `logs:${operation}`;
  if (BY_RESOURCE_ARN.has(operation)) return [{ action, resource: text(input['resourceArn']).replace(/:\*$/, '') }];
  if (operation === 'StartLiveTail') {
    const identifiers = Array.isArray(input['logGroupIdentifiers']) ? (input['logGroupIdentifiers'] as readonly unknown[]) : [];
    return identifiers.map((identifier) => ({ action, resource: `${groupArn(text(identifier), context)}:log-stream:` }));
  }
  const group = groupArn(text(input['logGroupName'] ?? input['logGroupIdentifier']), context);
  const stream = ON_STREAM.has(operation) ? text(input['logStreamName']) : '';
  const permissions = [{ action, resource: `${group}:log-stream:${stream}` }];
  const tagged = operation === 'CreateLogGroup' && input['tags'] !== undefined;
  return tagged ? [...permissions, { action: 'logs:TagResource', resource: group }] : permissions;
}

function groupArn(nameOrArn: string, context: RequestContext): string {
  const place = parseLogGroupArn(nameOrArn);
  if (place !== undefined) return logGroupArn(place);
  const { accountId } = context.caller;
  return formatArn({ service: 'logs', region: context.region, accountId, resource: `log-group:${nameOrArn}` });
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
