import type { Caller, UserCaller } from '#aws/caller.ts';
import type { EffectivePolicies } from '#aws/policy/decide.ts';
import { parsePolicyDocument } from '#aws/policy/policy-document.ts';
import type { PolicyDocument } from '#aws/policy/policy-document.ts';
import type { IamDirectory } from './iam-directory.ts';
import { arnOf } from './iam-record.ts';
import type { RoleRecord, UserRecord } from './iam-record.ts';

/** A user's access key, as the gateway needs it to verify a signature. */
export interface UserAccessKey {
  readonly secretAccessKey: string;
  readonly active: boolean;
  readonly caller: UserCaller;
}

/** A role, as STS needs it to let somebody assume it. */
export interface AssumableRole {
  readonly arn: string;
  /** `AROA…`. */
  readonly id: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionSeconds: number;
}

/** Parsed policies that are kept; each is a few kilobytes. */
const PARSED_POLICIES = 1024;

/** What the rest of the platform asks of IAM: keys, roles, and the policies that judge a caller. Reads memory only. */
export class Identity {
  readonly #directory: IamDirectory;
  readonly #parsed = new Map<string, PolicyDocument>();

  constructor(directory: IamDirectory) {
    this.#directory = directory;
  }

  findAccessKey(accessKeyId: string): UserAccessKey | undefined {
    const found = this.#directory.findAccessKey(accessKeyId);
    if (found === undefined) return undefined;
    const { user, key } = found;
    const caller = {
      kind: 'user',
      accountId: user.accountId,
      arn: arnOf(user),
      userId: user.id,
      accessKeyId,
      userName: user.name,
    } as const;
    return { secretAccessKey: key.secret, active: key.active, caller };
  }

  findRole(roleArn: string): AssumableRole | undefined {
    const role = this.#directory.findRoleByArn(roleArn);
    if (role === undefined) return undefined;
    return { arn: roleArn, id: role.id, trustPolicy: this.#parse(role.trustPolicy), maxSessionSeconds: role.maxSessionSeconds };
  }

  /** None for root and services, whom no policy of theirs judges, and none for a user or role that is gone, or gone and made anew. */
  policiesOf(caller: Caller): EffectivePolicies {
    const holder = this.#holderOf(caller);
    if (holder === undefined) return { identity: [], boundary: undefined };
    const managed = (arn: string): string | undefined => {
      const policy = this.#directory.findPolicy(arn, holder.accountId);
      return policy?.versions.find(({ id }) => id === policy.defaultVersionId)?.document;
    };
    const attached = holder.attachedPolicyArns.map(managed).filter((document) => document !== undefined);
    const inline = holder.inlinePolicies.map(({ document }) => document);
    return {
      identity: [...inline, ...attached].map((document) => this.#parse(document)),
      boundary: holder.boundaryArn === undefined ? undefined : this.#parse(managed(holder.boundaryArn) ?? NOTHING),
    };
  }

  #holderOf(caller: Caller): RoleRecord | UserRecord | undefined {
    switch (caller.kind) {
      case 'root':
      case 'service':
        return undefined;
      case 'user': {
        const user = this.#directory.find('user', caller.accountId, caller.userName);
        return user?.id === caller.userId ? user : undefined;
      }
      case 'role-session': {
        const role = this.#directory.findRoleByArn(caller.roleArn);
        return role !== undefined && caller.userId.startsWith(`${role.id}:`) ? role : undefined;
      }
    }
  }

  #parse(document: string): PolicyDocument {
    const known = this.#parsed.get(document);
    if (known !== undefined) return known;
    const parsed = parsePolicyDocument(document);
    const [oldest] = this.#parsed.keys();
    if (this.#parsed.size >= PARSED_POLICIES && oldest !== undefined) this.#parsed.delete(oldest);
    this.#parsed.set(document, parsed);
    return parsed;
  }
}

/** A boundary whose policy is missing grants nothing. */
const NOTHING = '{"Version":"2012-10-17","Statement":[]}';
