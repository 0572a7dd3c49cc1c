import { parseLogGroupArn, logGroupArn, type LogGroup, type LogGroupPlace } from './log-group.ts';
import { invalidParameter, tooManyTags } from './logs-errors.ts';

const MAX_TAGS = 50;

type Tags = Readonly<Record<string, string>>;

/** The group that a `resourceArn` names. @throws InvalidParameterException for an ARN of anything else */
export function taggedGroup(resourceArn: string | undefined): LogGroupPlace {
  const place = parseLogGroupArn(resourceArn ?? '');
  if (place === undefined) throw invalidParameter('The specified resourceArn is not the ARN of a log group.');
  return place;
}

/** @throws TooManyTagsException */
export function checkTags(place: LogGroupPlace, tags: Tags): void {
  if (Object.keys(tags).length > MAX_TAGS) throw tooManyTags(logGroupArn(place));
}

/** @throws TooManyTagsException */
export function withTags(group: LogGroup, added: Tags): LogGroup {
  const tags = { ...group.tags, ...added };
  checkTags(group, tags);
  return { ...group, tags };
}

export function withoutTags(group: LogGroup, keys: readonly string[]): LogGroup {
  return { ...group, tags: Object.fromEntries(Object.entries(group.tags).filter(([key]) => !keys.includes(key))) };
}
