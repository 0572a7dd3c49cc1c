import assert from 'node:assert/strict';
import { test } from 'node:test';
import type {
  CreateAccessKeyResponse,
  CreatePolicyResponse,
  CreateRoleResponse,
  GetPolicyResponse,
  GetPolicyVersionResponse,
  GetRolePolicyResponse,
  GetRoleResponse,
  GetUserResponse,
  ListAccessKeysResponse,
  ListAttachedRolePoliciesResponse,
  ListEntitiesForPolicyResponse,
  ListPoliciesResponse,
  ListPolicyVersionsResponse,
  ListRolePoliciesResponse,
  ListRolesResponse,
  ListRoleTagsResponse,
} from '@aws-sdk/client-iam';
import { systemIds } from '#base/ids.ts';
import type { Caller } from '#aws/caller.ts';
import { AwsError } from '#aws/errors.ts';
import type { RequestContext, Service } from '#aws/service.ts';
import { parseAccountId } from '#aws/sigv4/access-key-id.ts';
import { MemoryDocumentStore } from '#storage/memory/memory-document-store.ts';
import { IamDirectory } from './iam-directory.ts';
import { iamService } from './iam-service.ts';
import { Identity } from './identity.ts';

const NOW_MS = Date.UTC(2026, 10, 20, 12, 0, 0);
const clock = { wallMs: () => NOW_MS + 345, monotonicMs: () => 0, schedule: () => ({ cancel() {} }) };
const accountId = parseAccountId('000000000000') ?? assert.fail();
const ROOT: Caller = { kind: 'root', accountId, arn: 'arn:aws:iam::000000000000:root', userId: accountId, accessKeyId: 'test' };

const TRUST =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}';
const POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}';
const BASIC = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';

interface Iam {
  readonly service: Service;
  readonly directory: IamDirectory;
  readonly store: MemoryDocumentStore;
  call(operation: string, input?: object, caller?: Caller): Promise<never>;
  refusal(operation: string, input: object, caller?: Caller): Promise<readonly [code: string, status: number, message: string]>;
}

async function startIam(store = new MemoryDocumentStore()): Promise<Iam> {
  const directory = await IamDirectory.open(store);
  const service = iamService({ directory, clock, ids: systemIds });
  const call: Iam['call'] = async (operation, input = {}, caller = ROOT) => {
    const handler = service.operations[operation] ?? assert.fail(`no operation ${operation}`);
    return (await handler(input as never, contextOf(caller))) as never;
  };
  return {
    service,
    directory,
    store,
    call,
    async refusal(operation, input, caller) {
      try {
        await call(operation, input, caller);
      } catch (error) {
        assert.ok(error instanceof AwsError);
        return [error.code, error.status, error.message];
      }
      assert.fail(`${operation} was accepted`);
    },
  };
}

function contextOf(caller: Caller): RequestContext {
  return {
    caller,
    region: 'us-east-1',
    requestId: 'r',
    endpoint: 'http://localhost:4566',
    traceHeader: undefined,
    signal: new AbortController().signal,
  };
}

async function createRole(iam: Iam, RoleName: string, more: object = {}): Promise<CreateRoleResponse> {
  return iam.call('CreateRole', { RoleName, AssumeRolePolicyDocument: TRUST, ...more });
}

async function createPolicy(iam: Iam, PolicyName: string, more: object = {}): Promise<string> {
  const created: CreatePolicyResponse = await iam.call('CreatePolicy', { PolicyName, PolicyDocument: POLICY, ...more });
  return created.Policy?.Arn ?? assert.fail();
}

test('CreateRole answers the role, and GetRole the same', async () => {
  const iam = await startIam();
  const { Role } = await createRole(iam, 'strands-lambda-role', { Description: 'd', Tags: [{ Key: 'k', Value: 'v' }] });
  assert.match(Role?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
  assert.deepEqual(Role, {
    Path: '/',
    RoleName: 'strands-lambda-role',
    RoleId: Role?.RoleId,
    Arn: 'arn:aws:iam::000000000000:role/strands-lambda-role',
    CreateDate: new Date(NOW_MS),
    AssumeRolePolicyDocument: encodeURIComponent(TRUST),
    Description: 'd',
    MaxSessionDuration: 3600,
    Tags: [{ Key: 'k', Value: 'v' }],
  });
  const got: GetRoleResponse = await iam.call('GetRole', { RoleName: 'strands-lambda-role' });
  assert.deepEqual(got.Role, Role);
});

test('CreateRole refuses a name that exists, in whatever case', async () => {
  const iam = await startIam();
  await createRole(iam, 'a-role');
  const input = { RoleName: 'A-Role', AssumeRolePolicyDocument: TRUST };
  assert.deepEqual(await iam.refusal('CreateRole', input), ['EntityAlreadyExists', 409, 'Role with name A-Role already exists.']);
});

test('CreateRole refuses trust policies in IAM’s words', async () => {
  const iam = await startIam();
  const statement = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const cases: readonly (readonly [string, string])[] = [
    ['not json', 'This policy contains invalid Json'],
    [JSON.stringify({ Version: '2012-10-17', Statement: [] }), 'Syntax errors in policy.'],
    [JSON.stringify({ Statement: [{ ...statement, Resource: '*' }] }), 'Has prohibited field Resource'],
    [JSON.stringify({ Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole' }] }), 'Missing required field Principal'],
    [
      JSON.stringify({ Statement: [{ ...statement, Action: 's3:GetObject' }] }),
      'AssumeRole policy may only specify STS AssumeRole actions.',
    ],
    [
      JSON.stringify({ Statement: [{ ...statement, Principal: { Service: 'lambda' } }] }),
      'Invalid principal in policy: "SERVICE":"lambda"',
    ],
    [JSON.stringify({ Statement: [{ ...statement, Principal: { AWS: 'ann' } }] }), 'Invalid principal in policy: "AWS":"ann"'],
  ];
  for (const [AssumeRolePolicyDocument, message] of cases) {
    assert.deepEqual(await iam.refusal('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument }), [
      'MalformedPolicyDocument',
      400,
      message,
    ]);
  }
});

test('operations on a role that does not exist answer NoSuchEntity', async () => {
  const iam = await startIam();
  const inputs: Readonly<Record<string, object>> = {
    GetRole: {},
    DeleteRole: {},
    UpdateRole: {},
    UpdateAssumeRolePolicy: { PolicyDocument: TRUST },
    PutRolePolicy: { PolicyName: 'p', PolicyDocument: POLICY },
    GetRolePolicy: { PolicyName: 'p' },
    ListRolePolicies: {},
    DeleteRolePolicy: { PolicyName: 'p' },
    AttachRolePolicy: { PolicyArn: BASIC },
    DetachRolePolicy: { PolicyArn: BASIC },
    ListAttachedRolePolicies: {},
    TagRole: { Tags: [] },
    UntagRole: { TagKeys: [] },
    ListRoleTags: {},
    ListInstanceProfilesForRole: {},
  };
  for (const [operation, input] of Object.entries(inputs)) {
    const refused = await iam.refusal(operation, { RoleName: 'ghost', ...input });
    assert.deepEqual([operation, ...refused], [operation, 'NoSuchEntity', 404, 'The role with name ghost cannot be found.']);
  }
});

test('PutRolePolicy keeps the document as given; GetRolePolicy answers it URL-encoded', async () => {
  const iam = await startIam();
  await createRole(iam, 'r');
  await iam.call('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: POLICY.replace('bedrock', 's3') });
  await iam.call('PutRolePolicy', { RoleName: 'r', PolicyName: 'b', PolicyDocument: POLICY });
  await iam.call('PutRolePolicy', { RoleName: 'r', PolicyName: 'a', PolicyDocument: POLICY });
  const got: GetRolePolicyResponse = await iam.call('GetRolePolicy', { RoleName: 'r', PolicyName: 'b' });
  assert.deepEqual({ ...got }, { RoleName: 'r', PolicyName: 'b', PolicyDocument: encodeURIComponent(POLICY).replaceAll('*', '%2A') });
  assert.equal(decodeURIComponent(got.PolicyDocument ?? ''), POLICY);
  const listed: ListRolePoliciesResponse = await iam.call('ListRolePolicies', { RoleName: 'r' });
  assert.deepEqual(listed.PolicyNames, ['a', 'b']);
  await iam.call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'b' });
  const gone = ['NoSuchEntity', 404, 'The role policy with name b cannot be found.'];
  assert.deepEqual(await iam.refusal('GetRolePolicy', { RoleName: 'r', PolicyName: 'b' }), gone);
  assert.deepEqual(await iam.refusal('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'b' }), gone);
});

test('PutRolePolicy refuses identity policies in IAM’s words, and more than the quota', async () => {
  const iam = await startIam();
  await createRole(iam, 'r');
  const statement = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
  const put = (PolicyDocument: string): ReturnType<Iam['refusal']> =>
    iam.refusal('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument });
  const cases: readonly (readonly [string, string])[] = [
    ['not json', 'Syntax errors in policy.'],
    [JSON.stringify({ Statement: { ...statement, Principal: '*' } }), 'Policy document should not specify a principal.'],
    [JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:*' } }), 'Policy statement must contain resources.'],
    [JSON.stringify({ Statement: { Effect: 'Allow', Resource: '*' } }), 'Policy statement must contain actions.'],
    [
      JSON.stringify({ Statement: { ...statement, Action: 'everything' } }),
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    ],
    [JSON.stringify({ Statement: { ...statement, Resource: 'bucket' } }), 'Resource bucket must be in ARN format or "*".'],
  ];
  for (const [document, message] of cases) assert.deepEqual(await put(document), ['MalformedPolicyDocument', 400, message]);
  const large = JSON.stringify({ Statement: { ...statement, Resource: `arn:aws:s3:::${'x'.repeat(10_240)}` } });
  assert.deepEqual(await put(large), ['LimitExceeded', 409, 'Maximum policy size of 10240 bytes exceeded for role r']);
});

test('AttachRolePolicy attaches AWS’s own and the account’s policies, once', async () => {
  const iam = await startIam();
  await createRole(iam, 'r');
  const own = await createPolicy(iam, 'own', { Path: '/team/' });
  assert.equal(own, 'arn:aws:iam::000000000000:policy/team/own');
  for (const PolicyArn of [BASIC, own, BASIC]) await iam.call('AttachRolePolicy', { RoleName: 'r', PolicyArn });
  const listed: ListAttachedRolePoliciesResponse = await iam.call('ListAttachedRolePolicies', { RoleName: 'r' });
  assert.deepEqual(listed.AttachedPolicies, [
    { PolicyName: 'own', PolicyArn: own },
    { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn: BASIC },
  ]);
  const service: ListAttachedRolePoliciesResponse = await iam.call('ListAttachedRolePolicies', {
    RoleName: 'r',
    PathPrefix: '/service-role/',
  });
  assert.equal(service.AttachedPolicies?.length, 1);
  for (const PolicyArn of [
    'arn:aws:iam::aws:policy/Nothing',
    'arn:aws:iam::000000000000:policy/own',
    'arn:aws:iam::111111111111:policy/team/own',
  ]) {
    const message = `Policy ${PolicyArn} does not exist or is not attachable.`;
    assert.deepEqual(await iam.refusal('AttachRolePolicy', { RoleName: 'r', PolicyArn }), ['NoSuchEntity', 404, message]);
  }
  await iam.call('DetachRolePolicy', { RoleName: 'r', PolicyArn: BASIC });
  assert.deepEqual(await iam.refusal('DetachRolePolicy', { RoleName: 'r', PolicyArn: BASIC }), [
    'NoSuchEntity',
    404,
    `Policy ${BASIC} was not found.`,
  ]);
});

test('AttachRolePolicy stops at ten policies', async () => {
  const iam = await startIam();
  await createRole(iam, 'r');
  for (let count = 0; count < 10; count += 1)
    await iam.call('AttachRolePolicy', { RoleName: 'r', PolicyArn: await createPolicy(iam, `p${count}`) });
  assert.deepEqual(await iam.refusal('AttachRolePolicy', { RoleName: 'r', PolicyArn: BASIC }), [
    'LimitExceeded',
    409,
    'Cannot exceed quota for PoliciesPerRole: 10',
  ]);
});

test('DeleteRole wants the policies gone first', async () => {
  const iam = await startIam();
  await createRole(iam, 'r');
  await iam.call('AttachRolePolicy', { RoleName: 'r', PolicyArn: BASIC });
  await iam.call('PutRolePolicy', { RoleName: 'r', PolicyName: 'p', PolicyDocument: POLICY });
  const refused = (message: string): readonly unknown[] => ['DeleteConflict', 409, message];
  assert.deepEqual(await iam.refusal('DeleteRole', { RoleName: 'r' }), refused('Cannot delete entity, must detach all policies first.'));
  await iam.call('DetachRolePolicy', { RoleName: 'r', PolicyArn: BASIC });
  assert.deepEqual(await iam.refusal('DeleteRole', { RoleName: 'r' }), refused('Cannot delete entity, must delete policies first.'));
  await iam.call('DeleteRolePolicy', { RoleName: 'r', PolicyName: 'p' });
  await iam.call('DeleteRole', { RoleName: 'r' });
  assert.equal((await iam.refusal('GetRole', { RoleName: 'r' }))[0], 'NoSuchEntity');
});

test('UpdateRole, UpdateAssumeRolePolicy and tags change the role', async () => {
  const iam = await startIam();
  await createRole(iam, 'r', { Tags: [{ Key: 'a', Value: '1' }] });
  const trust = TRUST.replace('lambda', 'ec2');
  await iam.call('UpdateRole', { RoleName: 'r', Description: 'new', MaxSessionDuration: 7200 });
  await iam.call('UpdateAssumeRolePolicy', { RoleName: 'r', PolicyDocument: trust });
  await iam.call('TagRole', {
    RoleName: 'r',
    Tags: [
      { Key: 'a', Value: '2' },
      { Key: 'b', Value: '3' },
    ],
  });
  await iam.call('UntagRole', { RoleName: 'r', TagKeys: ['b', 'c'] });
  const { Role }: GetRoleResponse = await iam.call('GetRole', { RoleName: 'r' });
  assert.deepEqual(
    [Role?.Description, Role?.MaxSessionDuration, decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')],
    ['new', 7200, trust],
  );
  const tags: ListRoleTagsResponse = await iam.call('ListRoleTags', { RoleName: 'r' });
  assert.deepEqual(tags.Tags, [{ Key: 'a', Value: '2' }]);
});

test('ListRoles pages in the order of names, within a path and an account', async () => {
  const iam = await startIam();
  for (const name of ['c', 'a', 'b', 'd']) await createRole(iam, name, { Path: name === 'd' ? '/other/' : '/app/' });
  const other: Caller = { ...ROOT, accountId: parseAccountId('111111111111') ?? assert.fail() };
  await iam.call('CreateRole', { RoleName: 'elsewhere', Path: '/app/', AssumeRolePolicyDocument: TRUST }, other);
  const first: ListRolesResponse = await iam.call('ListRoles', { PathPrefix: '/app/', MaxItems: 2 });
  assert.deepEqual([first.Roles?.map((role) => role.RoleName), first.IsTruncated], [['a', 'b'], true]);
  await iam.call('DeleteRole', { RoleName: 'b' });
  const second: ListRolesResponse = await iam.call('ListRoles', { PathPrefix: '/app/', MaxItems: 2, Marker: first.Marker });
  assert.deepEqual([second.Roles?.map((role) => role.RoleName), second.IsTruncated, second.Marker], [['c'], false, undefined]);
  assert.deepEqual(await iam.refusal('ListRoles', { Marker: 'bogus' }), ['ValidationError', 400, 'Invalid Marker.']);
});

test('policy versions: five at most, one default, the default cannot go', async () => {
  const iam = await startIam();
  const PolicyArn = await createPolicy(iam, 'p', { Description: 'd' });
  const document = POLICY.replace('bedrock:InvokeModel', 's3:GetObject');
  for (let count = 2; count <= 5; count += 1)
    await iam.call('CreatePolicyVersion', { PolicyArn, PolicyDocument: document, SetAsDefault: count === 3 });
  assert.deepEqual(await iam.refusal('CreatePolicyVersion', { PolicyArn, PolicyDocument: document }), [
    'LimitExceeded',
    409,
    'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
  ]);
  const listed: ListPolicyVersionsResponse = await iam.call('ListPolicyVersions', { PolicyArn });
  assert.deepEqual(
    listed.Versions?.map((version) => [version.VersionId, version.IsDefaultVersion]),
    [
      ['v5', false],
      ['v4', false],
      ['v3', true],
      ['v2', false],
      ['v1', false],
    ],
  );
  const got: GetPolicyVersionResponse = await iam.call('GetPolicyVersion', { PolicyArn, VersionId: 'v3' });
  assert.equal(decodeURIComponent(got.PolicyVersion?.Document ?? ''), document);
  assert.deepEqual(await iam.refusal('DeletePolicyVersion', { PolicyArn, VersionId: 'v3' }), [
    'DeleteConflict',
    409,
    'Cannot delete the default version of a policy.',
  ]);
  assert.equal((await iam.refusal('GetPolicyVersion', { PolicyArn, VersionId: 'v9' }))[0], 'NoSuchEntity');
  assert.match((await iam.refusal('DeletePolicy', { PolicyArn }))[2], /^This policy has more than one version\. /);
  await iam.call('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v1' });
  for (const VersionId of ['v2', 'v3', 'v4', 'v5']) await iam.call('DeletePolicyVersion', { PolicyArn, VersionId });
  const policy: GetPolicyResponse = await iam.call('GetPolicy', { PolicyArn });
  assert.deepEqual([policy.Policy?.DefaultVersionId, policy.Policy?.AttachmentCount, policy.Policy?.Description], ['v1', 0, 'd']);
  await iam.call('DeletePolicy', { PolicyArn });
  assert.deepEqual(await iam.refusal('GetPolicy', { PolicyArn }), ['NoSuchEntity', 404, `Policy ${PolicyArn} was not found.`]);
});

test('an attached policy is counted, listed with its entities, and cannot be deleted', async () => {
  const iam = await startIam();
  const PolicyArn = await createPolicy(iam, 'p');
  await createRole(iam, 'r');
  await createRole(iam, 'bounded', { PermissionsBoundary: PolicyArn });
  await iam.call('CreateUser', { UserName: 'u' });
  await iam.call('AttachRolePolicy', { RoleName: 'r', PolicyArn });
  await iam.call('AttachUserPolicy', { UserName: 'u', PolicyArn });
  const got: GetPolicyResponse = await iam.call('GetPolicy', { PolicyArn });
  assert.deepEqual([got.Policy?.AttachmentCount, got.Policy?.PermissionsBoundaryUsageCount], [2, 1]);
  const entities: ListEntitiesForPolicyResponse = await iam.call('ListEntitiesForPolicy', { PolicyArn });
  assert.deepEqual(
    [entities.PolicyRoles?.map((role) => role.RoleName), entities.PolicyUsers?.map((user) => user.UserName)],
    [['bounded', 'r'], ['u']],
  );
  assert.deepEqual(await iam.refusal('DeletePolicy', { PolicyArn }), [
    'DeleteConflict',
    409,
    'Cannot delete a policy attached to entities.',
  ]);
  const attached: ListPoliciesResponse = await iam.call('ListPolicies', { OnlyAttached: true });
  assert.deepEqual(
    attached.Policies?.map((policy) => policy.Arn),
    [PolicyArn],
  );
});

test('a policy that is being attached and deleted at once is either attached or gone', async () => {
  const iam = await startIam();
  const PolicyArn = await createPolicy(iam, 'p');
  await createRole(iam, 'r');
  const results = await Promise.allSettled([
    iam.call('AttachRolePolicy', { RoleName: 'r', PolicyArn }),
    iam.call('DeletePolicy', { PolicyArn }),
  ]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
});

test('AWS’s own policies can be read and listed, not changed', async () => {
  const iam = await startIam();
  const got: GetPolicyResponse = await iam.call('GetPolicy', { PolicyArn: BASIC });
  assert.deepEqual(
    [got.Policy?.PolicyName, got.Policy?.Path, got.Policy?.DefaultVersionId],
    ['AWSLambdaBasicExecutionRole', '/service-role/', 'v1'],
  );
  const version: GetPolicyVersionResponse = await iam.call('GetPolicyVersion', { PolicyArn: BASIC, VersionId: 'v1' });
  assert.deepEqual(JSON.parse(decodeURIComponent(version.PolicyVersion?.Document ?? '')), {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' }],
  });
  assert.equal((await iam.refusal('DeletePolicy', { PolicyArn: BASIC }))[0], 'AccessDenied');
  const listed: ListPoliciesResponse = await iam.call('ListPolicies', { Scope: 'AWS', PathPrefix: '/service-role/' });
  assert.ok(listed.Policies?.some((policy) => policy.PolicyName === 'AWSLambdaSQSQueueExecutionRole'));
});

test('access keys: two at most, the secret only once, inactive ones marked', async () => {
  const iam = await startIam();
  await iam.call('CreateUser', { UserName: 'ann', Path: '/staff/' });
  const { AccessKey }: CreateAccessKeyResponse = await iam.call('CreateAccessKey', { UserName: 'ann' });
  assert.match(AccessKey?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/);
  assert.equal(AccessKey?.SecretAccessKey?.length, 40);
  await iam.call('CreateAccessKey', { UserName: 'ann' });
  assert.deepEqual(await iam.refusal('CreateAccessKey', { UserName: 'ann' }), [
    'LimitExceeded',
    409,
    'Cannot exceed quota for AccessKeysPerUser: 2',
  ]);
  const AccessKeyId = AccessKey?.AccessKeyId ?? assert.fail();
  await iam.call('UpdateAccessKey', { UserName: 'ann', AccessKeyId, Status: 'Inactive' });
  const listed: ListAccessKeysResponse = await iam.call('ListAccessKeys', { UserName: 'ann' });
  assert.equal(listed.AccessKeyMetadata?.find((key) => key.AccessKeyId === AccessKeyId)?.Status, 'Inactive');
  assert.equal(JSON.stringify(listed).includes(AccessKey?.SecretAccessKey ?? ''), false);
  assert.deepEqual(await iam.refusal('DeleteUser', { UserName: 'ann' }), [
    'DeleteConflict',
    409,
    'Cannot delete entity, must delete access keys first.',
  ]);
  await iam.call('DeleteAccessKey', { UserName: 'ann', AccessKeyId });
  assert.deepEqual(await iam.refusal('DeleteAccessKey', { UserName: 'ann', AccessKeyId }), [
    'NoSuchEntity',
    404,
    `The Access Key with id ${AccessKeyId} cannot be found.`,
  ]);
});

test('GetUser without a name is about the caller', async () => {
  const iam = await startIam();
  await iam.call('CreateUser', { UserName: 'ann' });
  const user: Caller = {
    kind: 'user',
    accountId,
    arn: 'arn:aws:iam::000000000000:user/ann',
    userId: 'AIDA',
    accessKeyId: 'AKIA',
    userName: 'ann',
  };
  const own: GetUserResponse = await iam.call('GetUser', {}, user);
  assert.equal(own.User?.UserName, 'ann');
  const root: GetUserResponse = await iam.call('GetUser');
  assert.deepEqual([root.User?.Arn, root.User?.UserId], [ROOT.arn, accountId]);
  const session: Caller = { kind: 'role-session', accountId, arn: 'a', userId: 'u', accessKeyId: 'ASIA', roleArn: 'r', sessionName: 's' };
  assert.deepEqual(await iam.refusal('GetUser', {}, session), [
    'ValidationError',
    400,
    'Must specify userName when calling with non-User credentials',
  ]);
});

test('everything is there again after a restart', async () => {
  const before = await startIam();
  await createRole(before, 'r');
  await before.call('CreateUser', { UserName: 'ann' });
  const { AccessKey }: CreateAccessKeyResponse = await before.call('CreateAccessKey', { UserName: 'ann' });
  before.directory.close();
  const after = await startIam(before.store);
  await after.call('GetRole', { RoleName: 'r' });
  const found = new Identity(after.directory).findAccessKey(AccessKey?.AccessKeyId ?? '');
  assert.equal(found?.secretAccessKey, AccessKey?.SecretAccessKey);
});

test('permissions name the action and the entity, with its path', async () => {
  const iam = await startIam();
  await createRole(iam, 'r', { Path: '/app/' });
  const ask = (operation: string, input: Record<string, unknown>): readonly unknown[] =>
    iam.service.permissions(operation, input, contextOf(ROOT));
  const expect = (operation: string, input: Record<string, unknown>, resource: string): void =>
    assert.deepEqual(ask(operation, input), [{ action: `iam:${operation}`, resource }]);
  expect('GetRole', { RoleName: 'r' }, 'arn:aws:iam::000000000000:role/app/r');
  expect('GetRole', { RoleName: 'ghost' }, 'arn:aws:iam::000000000000:role/ghost');
  expect('AttachRolePolicy', { RoleName: 'r', PolicyArn: BASIC }, 'arn:aws:iam::000000000000:role/app/r');
  expect('CreateRole', { RoleName: 'new', Path: '/app/' }, 'arn:aws:iam::000000000000:role/app/new');
  expect('CreatePolicy', { PolicyName: 'p' }, 'arn:aws:iam::000000000000:policy/p');
  expect('GetPolicy', { PolicyArn: BASIC }, BASIC);
  expect('ListRoles', {}, 'arn:aws:iam::000000000000:role/');
  expect('GetAccountSummary', {}, '*');
});

test('every operation of the table loads', async () => {
  const iam = await startIam();
  for (const operation of Object.keys(iam.service.operations)) {
    const outcome = await iam.call(operation, LOADING_INPUT).then(
      () => 'answered',
      (error: unknown) => (error instanceof AwsError ? 'refused' : error),
    );
    assert.ok(outcome === 'answered' || outcome === 'refused', `${operation}: ${String(outcome)}`);
  }
});

/** Has every required member of every operation, so that none is stopped by what the wire would have checked. */
const LOADING_INPUT = {
  RoleName: 'r',
  UserName: 'u',
  PolicyName: 'p',
  PolicyArn: BASIC,
  PolicyDocument: POLICY,
  AssumeRolePolicyDocument: TRUST,
  Description: '',
  VersionId: 'v1',
  AccessKeyId: 'AKIA',
  Tags: [],
  TagKeys: [],
  PermissionsBoundary: BASIC,
};
