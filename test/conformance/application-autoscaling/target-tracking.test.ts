import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import {
  ApplicationAutoScalingClient,
  ApplicationAutoScalingServiceException,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingPoliciesCommand,
  DescribeScheduledActionsCommand,
  ListTagsForResourceCommand,
  paginateDescribeScalingPolicies,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { PutScalingPolicyCommandInput } from '@aws-sdk/client-application-auto-scaling';
import { CreateAliasCommand, GetProvisionedConcurrencyConfigCommand, PublishVersionCommand } from '@aws-sdk/client-lambda';
import { Account, clientSettings, eventually } from '../../support/account.ts';
import { startTestPlatform } from '../../support/platform.ts';

const WHAT = { ServiceNamespace: 'lambda', ScalableDimension: 'lambda:function:ProvisionedConcurrency' } as const;
const LIVE = { ...WHAT, ResourceId: 'function:scaled:live' };
const TRACKING = {
  TargetValue: 0.7,
  PredefinedMetricSpecification: { PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
} as const;
const UUID = '[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}';
const TARGET_ARN = /^arn:aws:application-autoscaling:us-east-1:000000000000:scalable-target\/[0-9a-f]{34}$/;

suite('Application Auto Scaling through the SDK', () => {
  let platform: Awaited<ReturnType<typeof startTestPlatform>>;
  let account: Account;
  let scaling: ApplicationAutoScalingClient;

  before(async () => {
    platform = await startTestPlatform();
    account = new Account(platform.endpoint);
    scaling = new ApplicationAutoScalingClient(clientSettings(platform.endpoint));
    const files = { 'index.mjs': 'export const handler = async () => 1;' };
    await account.deploy('scaled', { runtime: 'nodejs24.x', handler: 'index.handler', files });
    const { Version } = await account.lambda.send(new PublishVersionCommand({ FunctionName: 'scaled' }));
    for (const Name of ['live', 'other']) {
      await account.lambda.send(new CreateAliasCommand({ FunctionName: 'scaled', Name, FunctionVersion: Version }));
    }
  });

  after(async () => {
    scaling.destroy();
    await platform.close();
  });

  async function failsWith(work: Promise<unknown>, code: string, message: RegExp): Promise<void> {
    await assert.rejects(work, (error: unknown) => {
      assert.ok(error instanceof ApplicationAutoScalingServiceException, String(error));
      assert.deepEqual([error.name, error.$metadata.httpStatusCode], [code, 400]);
      assert.match(error.message, message);
      return true;
    });
  }

  const register = (input: object) => scaling.send(new RegisterScalableTargetCommand({ ...LIVE, ...input }));
  const put = (input: Partial<PutScalingPolicyCommandInput> = {}) =>
    scaling.send(
      new PutScalingPolicyCommand({
        ...LIVE,
        PolicyName: 'keep-70',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: TRACKING,
        ...input,
      }),
    );

  test('a target is registered, shown and changed', async () => {
    await failsWith(register({ MinCapacity: 1 }), 'ValidationException', /MinCapacity and MaxCapacity/);
    await failsWith(register({ MinCapacity: 3, MaxCapacity: 2 }), 'ValidationException', /Maximum capacity/);
    await failsWith(register({ MinCapacity: -1, MaxCapacity: 2 }), 'ValidationException', /negative/);
    const { ScalableTargetARN: arn } = await register({ MinCapacity: 1, MaxCapacity: 5, Tags: { team: 'a' } });
    assert.match(arn ?? '', TARGET_ARN);
    const changed = await register({ MaxCapacity: 4, SuspendedState: { ScheduledScalingSuspended: true } });
    assert.equal(changed.ScalableTargetARN, arn);
    const { ScalableTargets } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }));
    const [{ CreationTime, ...target } = assert.fail(), ...others] = ScalableTargets ?? [];
    assert.ok(CreationTime instanceof Date);
    assert.deepEqual(target, {
      ...LIVE,
      MinCapacity: 1,
      MaxCapacity: 4,
      RoleARN:
        'arn:aws:iam::000000000000:role/aws-service-role/lambda.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_LambdaConcurrency',
      SuspendedState: { DynamicScalingInSuspended: false, DynamicScalingOutSuspended: false, ScheduledScalingSuspended: true },
      ScalableTargetARN: arn,
    });
    assert.deepEqual(others, []);
    const found = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', ResourceIds: ['function:f:x'] }));
    assert.deepEqual(found.ScalableTargets, []);
    assert.deepEqual((await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'ecs' }))).ScalableTargets, []);
    await failsWith(
      scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda', NextToken: 'x' })),
      'InvalidNextTokenException',
      /next token/,
    );
  });

  test('what cannot be scaled is refused', async () => {
    const bounds = { MinCapacity: 1, MaxCapacity: 2 };
    const unsupported = /^Unsupported service namespace, resource type or scalable dimension$/;
    for (const input of [
      { ServiceNamespace: 'ecs' },
      { ScalableDimension: 'ecs:service:DesiredCount' },
      { ResourceId: 'function:scaled' },
      { ResourceId: 'function:scaled:$LATEST' },
    ]) {
      await failsWith(register({ ...bounds, ...input }), 'ValidationException', unsupported);
    }
    await failsWith(
      register({ ...bounds, ServiceNamespace: 'nothing' }),
      'ValidationException',
      /^1 validation error detected: Value 'nothing' at 'serviceNamespace'/,
    );
    for (const end of ['scaled:nowhere', 'scaled:9', 'scaled:constructor', 'nobody:live']) {
      await failsWith(register({ ...bounds, ResourceId: `function:${end}` }), 'ValidationException', /does not exist/);
    }
    await assert.rejects(scaling.send(new DescribeScheduledActionsCommand({ ServiceNamespace: 'lambda' })));
  });

  test('a policy brings the capacity within the bounds, and is shown and deleted', async () => {
    await failsWith(put({ PolicyType: 'StepScaling' }), 'ValidationException', /TargetTrackingScaling/);
    await failsWith(put({ PolicyType: undefined }), 'ValidationException', /TargetTrackingScaling/);
    await failsWith(put({ TargetTrackingScalingPolicyConfiguration: undefined }), 'ValidationException', /is required/);
    const withTarget = (changes: object): Partial<PutScalingPolicyCommandInput> => ({
      TargetTrackingScalingPolicyConfiguration: { ...TRACKING, ...changes },
    });
    await failsWith(put(withTarget({ TargetValue: 70 })), 'ValidationException', /over 0 and at most 1/);
    await failsWith(put(withTarget({ ScaleInCooldown: -1 })), 'ValidationException', /cooldown/);
    const custom = { MetricName: 'm', Namespace: 'n', Statistic: 'Average' };
    await failsWith(
      put(withTarget({ PredefinedMetricSpecification: undefined, CustomizedMetricSpecification: custom })),
      'ValidationException',
      /predefined one LambdaProvisionedConcurrencyUtilization/,
    );
    await failsWith(
      put({ ResourceId: 'function:scaled:other' }),
      'ObjectNotFoundException',
      /^No scalable target registered for service namespace: lambda, resource ID: function:scaled:other, scalable dimension: lambda:function:ProvisionedConcurrency$/,
    );

    const first = await put();
    assert.match(
      first.PolicyARN ?? '',
      new RegExp(
        `^arn:aws:autoscaling:us-east-1:000000000000:scalingPolicy:${UUID}:resource/lambda/function:scaled:live:policyName/keep-70$`,
      ),
    );
    const names = (first.Alarms ?? []).map(({ AlarmName = '' }) => AlarmName);
    assert.match(
      names.join(),
      new RegExp(`^TargetTracking-function:scaled:live-AlarmHigh-${UUID},TargetTracking-function:scaled:live-AlarmLow-${UUID}$`),
    );
    // The least capacity is provided at once.
    await eventually('one environment', async () => {
      const qualified = { FunctionName: 'scaled', Qualifier: 'live' };
      const found = await account.lambda.send(new GetProvisionedConcurrencyConfigCommand(qualified)).catch(() => undefined);
      return found?.Status === 'READY' && found.RequestedProvisionedConcurrentExecutions === 1 ? true : undefined;
    });

    const second = await put({ ...withTarget({ ScaleOutCooldown: 10, ScaleInCooldown: 20, DisableScaleIn: true }), PolicyType: undefined });
    assert.deepEqual([second.PolicyARN, second.Alarms], [first.PolicyARN, first.Alarms]);
    await put({ PolicyName: 'another' });
    const pages: unknown[] = [];
    const paging = paginateDescribeScalingPolicies({ client: scaling, pageSize: 1 }, { ServiceNamespace: 'lambda' });
    for await (const { ScalingPolicies = [] } of paging) pages.push(ScalingPolicies.map(({ PolicyName }) => PolicyName));
    assert.deepEqual(pages, [['another'], ['keep-70']]);
    const { ScalingPolicies } = await scaling.send(new DescribeScalingPoliciesCommand({ ...LIVE, PolicyNames: ['keep-70'] }));
    const [{ CreationTime, ...policy } = assert.fail()] = ScalingPolicies ?? [];
    assert.ok(CreationTime instanceof Date);
    assert.deepEqual(policy, {
      ...LIVE,
      PolicyARN: first.PolicyARN,
      PolicyName: 'keep-70',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: { ...TRACKING, ScaleOutCooldown: 10, ScaleInCooldown: 20, DisableScaleIn: true },
      Alarms: first.Alarms,
    });

    await scaling.send(new DeleteScalingPolicyCommand({ ...LIVE, PolicyName: 'another' }));
    await failsWith(
      scaling.send(new DeleteScalingPolicyCommand({ ...LIVE, PolicyName: 'another' })),
      'ObjectNotFoundException',
      /^No scaling policy found for .*, policy name: another$/,
    );
  });

  test('tags of a target', async () => {
    const { ScalableTargets = [] } = await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }));
    const ResourceARN = ScalableTargets[0]?.ScalableTargetARN ?? assert.fail();
    await scaling.send(new TagResourceCommand({ ResourceARN, Tags: { stage: 'test', team: 'b' } }));
    await scaling.send(new UntagResourceCommand({ ResourceARN, TagKeys: ['stage', 'none'] }));
    assert.deepEqual((await scaling.send(new ListTagsForResourceCommand({ ResourceARN }))).Tags, { team: 'b' });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`key${index}`, '']));
    await failsWith(scaling.send(new TagResourceCommand({ ResourceARN, Tags: many })), 'TooManyTagsException', /50/);
    const unknown = `${ResourceARN}0`;
    await failsWith(
      scaling.send(new ListTagsForResourceCommand({ ResourceARN: unknown })),
      'ResourceNotFoundException',
      /No scalable target/,
    );
    await failsWith(register({ Tags: { a: 'b' } }), 'ValidationException', /TagResource/);
  });

  test('a target that is deregistered is gone with its policies; the capacity stays', async () => {
    await scaling.send(new DeregisterScalableTargetCommand(LIVE));
    assert.deepEqual((await scaling.send(new DescribeScalableTargetsCommand({ ServiceNamespace: 'lambda' }))).ScalableTargets, []);
    assert.deepEqual((await scaling.send(new DescribeScalingPoliciesCommand({ ServiceNamespace: 'lambda' }))).ScalingPolicies, []);
    await failsWith(scaling.send(new DeregisterScalableTargetCommand(LIVE)), 'ObjectNotFoundException', /^No scalable target registered/);
    const kept = await account.lambda.send(new GetProvisionedConcurrencyConfigCommand({ FunctionName: 'scaled', Qualifier: 'live' }));
    assert.equal(kept.RequestedProvisionedConcurrentExecutions, 1);
  });
});
