/** The parts of `arn:partition:service:region:account:resource`. Region and account may be empty. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly accountId: string;
  readonly resource: string;
}

/** Undefined when the text is not an ARN. The resource keeps its colons and slashes. */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':');
  const [prefix, partition, service, region, accountId] = parts;
  if (prefix !== 'arn' || parts.length < 6) return undefined;
  if (partition === undefined || service === undefined || region === undefined || accountId === undefined) return undefined;
  return { partition, service, region, accountId, resource: parts.slice(5).join(':') };
}

export function formatArn(arn: Omit<Arn, 'partition'>): string {
  return `arn:${partitionOf(arn.region)}:${arn.service}:${arn.region}:${arn.accountId}:${arn.resource}`;
}

/** The partition that a region belongs to; an empty region (IAM) is in `aws`. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
