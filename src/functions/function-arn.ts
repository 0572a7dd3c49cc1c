import { formatArn } from '#aws/arn.ts';

/** Which function, without a qualifier. */
export interface FunctionKey {
  readonly accountId: string;
  readonly region: string;
  readonly name: string;
}

/** `arn:aws:lambda:<region>:<account>:function:<name>`, with `:<qualifier>` when one is given. */
export function functionArn(key: FunctionKey, qualifier?: string): string {
  const resource = qualifier === undefined ? `function:${key.name}` : `function:${key.name}:${qualifier}`;
  return formatArn({ service: 'lambda', region: key.region, accountId: key.accountId, resource });
}
