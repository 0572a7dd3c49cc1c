/** Twelve digits. */
export type AccountId = string & { readonly __brand: 'AccountId' };

/**
 * Who makes a request, after authentication. `environment` names the execution environment whose endpoint the request came in by.
 */
export type Caller = RootCaller | UserCaller | RoleSessionCaller;

interface CallerBase {
  readonly accountId: AccountId;
  /** `arn:aws:iam::…:root`, `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** What GetCallerIdentity calls UserId. */
  readonly userId: string;
  readonly accessKeyId: string;
}

export interface RootCaller extends CallerBase {
  readonly kind: 'root';
}

export interface UserCaller extends CallerBase {
  readonly kind: 'user';
  readonly userName: string;
}

export interface RoleSessionCaller extends CallerBase {
  readonly kind: 'role-session';
  readonly roleArn: string;
  readonly sessionName: string;
}
