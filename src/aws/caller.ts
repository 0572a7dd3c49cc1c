/** Twelve digits. */
export type AccountId = string & { readonly __brand: 'AccountId' };

/**
 * Who makes a request, after authentication. `environment` names the execution environment whose endpoint the request came in by.
 */
export type Caller = RootCaller | UserCaller | RoleSessionCaller | ServiceCaller;

/** Who asks for something: a caller, or somebody who has shown no credentials where none are needed (a public function URL). */
export type Requester = Caller | AnonymousCaller;

interface CallerBase {
  readonly accountId: AccountId;
  /** `arn:aws:iam::…:root`, `arn:aws:iam::…:user/…` or `arn:aws:sts::…:assumed-role/<role>/<session>`; of a service its principal. */
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

/** A service that acts on somebody's behalf. It has no access key (the text is empty), and only enters from within the daemon. */
export interface ServiceCaller extends CallerBase {
  readonly kind: 'service';
  /** `s3.amazonaws.com`. */
  readonly servicePrincipal: string;
  /** The resource for which it acts: a bucket, a topic, a rule. */
  readonly sourceArn?: string;
  /** The account that owns that resource. */
  readonly sourceAccount?: string;
}

export interface AnonymousCaller {
  readonly kind: 'anonymous';
}
