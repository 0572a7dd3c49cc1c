import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import type { RequiredPermission } from '#aws/service.ts';
import type { FunctionRecord } from '#functions/function-record.ts';
import type { LayerVersion, LayerVersionKey } from '#functions/layer-version.ts';
import { functionRecord } from '../../../test/support/function-record.ts';
import { requestContext, TEST_ROLE } from '../../../test/support/lambda-control-plane.ts';
import { layerContent, layerKey, OTHER_ACCOUNT } from '../../../test/support/layer-version.ts';
import { lambdaPermissions } from './permissions.ts';

const F = 'arn:aws:lambda:us-east-1:111111111111:function:f';

function asked(operation: string, input: Readonly<Record<string, unknown>>, record?: FunctionRecord): readonly RequiredPermission[] {
  return lambdaPermissions({ functions: { find: () => record }, layers: { find: () => undefined } })(operation, input, requestContext());
}

function permissions(operation: string, input: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return asked(operation, input).map(({ action, resource }) => [action, resource]);
}

suite('lambdaPermissions', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, unknown>>, readonly (readonly [string, string])[]])[] = [
    ['Invoke', { FunctionName: 'f' }, [['lambda:InvokeFunction', F]]],
    ['Invoke', { FunctionName: 'f', Qualifier: 'prod' }, [['lambda:InvokeFunction', `${F}:prod`]]],
    ['Invoke', { FunctionName: `${F}:prod` }, [['lambda:InvokeFunction', `${F}:prod`]]],
    ['Invoke', { FunctionName: '*' }, [['lambda:InvokeFunction', '*']]],
    ['GetFunction', { FunctionName: '222222222222:function:f' }, [['lambda:GetFunction', F.replaceAll('1'.repeat(12), '2'.repeat(12))]]],
    [
      'CreateFunction',
      { FunctionName: 'f', Role: TEST_ROLE },
      [
        ['lambda:CreateFunction', F],
        ['iam:PassRole', TEST_ROLE],
      ],
    ],
    [
      'CreateFunction',
      { FunctionName: 'f', Role: TEST_ROLE, Tags: { a: 'b' } },
      [
        ['lambda:CreateFunction', F],
        ['iam:PassRole', TEST_ROLE],
        ['lambda:TagResource', F],
      ],
    ],
    ['UpdateFunctionConfiguration', { FunctionName: 'f' }, [['lambda:UpdateFunctionConfiguration', F]]],
    [
      'UpdateFunctionConfiguration',
      { FunctionName: 'f', Role: TEST_ROLE },
      [
        ['lambda:UpdateFunctionConfiguration', F],
        ['iam:PassRole', TEST_ROLE],
      ],
    ],
    ['ListFunctions', {}, [['lambda:ListFunctions', '*']]],
    ['TagResource', { Resource: F }, [['lambda:TagResource', F]]],
    [
      'GetLayerVersion',
      { LayerName: 'l', VersionNumber: 3 },
      [['lambda:GetLayerVersion', 'arn:aws:lambda:us-east-1:111111111111:layer:l:3']],
    ],
    [
      'GetLayerVersion',
      { LayerName: 'arn:aws:lambda:us-east-1:222222222222:layer:l', VersionNumber: 3 },
      [['lambda:GetLayerVersion', 'arn:aws:lambda:us-east-1:222222222222:layer:l:3']],
    ],
    ['ListLayerVersions', { LayerName: 'l' }, [['lambda:ListLayerVersions', 'arn:aws:lambda:us-east-1:111111111111:layer:l']]],
    [
      'UpdateFunctionConfiguration',
      { FunctionName: 'f', Layers: ['arn:aws:lambda:us-east-1:222222222222:layer:l:3'] },
      [
        ['lambda:UpdateFunctionConfiguration', F],
        ['lambda:GetLayerVersion', 'arn:aws:lambda:us-east-1:222222222222:layer:l:3'],
      ],
    ],
    [
      'DeleteEventSourceMapping',
      { UUID: 'u' },
      [['lambda:DeleteEventSourceMapping', 'arn:aws:lambda:us-east-1:111111111111:event-source-mapping:u']],
    ],
  ];
  for (const [operation, input, expected] of cases) {
    test(`${operation} with ${JSON.stringify(input)}`, () => assert.deepEqual(permissions(operation, input), expected));
  }

  test('every operation of the model needs at least one permission', async () => {
    const model = readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda'));
    for (const operation of model.operations.keys()) {
      const [first] = permissions(operation, {});
      assert.match(first?.[0] ?? '', /^lambda:[A-Z][A-Za-z]+$/, operation);
    }
  });

  test('the owner of a function is the account in its name', () => {
    const ownerOf = (input: Readonly<Record<string, unknown>>, operation = 'Invoke'): unknown => asked(operation, input)[0]?.owner;
    assert.equal(ownerOf({ FunctionName: 'f' }), '111111111111');
    assert.equal(ownerOf({ FunctionName: '222222222222:function:f' }), '222222222222');
    assert.equal(ownerOf({ Resource: F.replaceAll('1'.repeat(12), '2'.repeat(12)) }, 'ListTags'), '222222222222');
    assert.equal(ownerOf({}, 'ListFunctions'), undefined);
  });

  test('the resource-based policy is the one of exactly the qualifier', () => {
    const policy = (action: string): { readonly revisionId: string; readonly text: string } => ({
      revisionId: 'r',
      text: JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: action, Resource: '*' } }),
    });
    const record = { ...functionRecord('f'), policies: { $LATEST: policy('lambda:GetFunction'), prod: policy('lambda:InvokeFunction') } };
    const actionsIn = (input: Readonly<Record<string, unknown>>, found: FunctionRecord | undefined = record): unknown =>
      asked('Invoke', input, found)[0]
        ?.resourcePolicy?.()
        ?.statements.flatMap(({ actions }) => actions.patterns);
    assert.deepEqual(actionsIn({ FunctionName: 'f' }), ['lambda:getfunction']);
    assert.deepEqual(actionsIn({ FunctionName: 'f', Qualifier: 'prod' }), ['lambda:invokefunction']);
    assert.deepEqual(actionsIn({ FunctionName: 'f:prod' }), ['lambda:invokefunction']);
    assert.equal(actionsIn({ FunctionName: 'f:constructor' }), undefined);
    assert.equal(asked('Invoke', { FunctionName: 'f' })[0]?.resourcePolicy?.(), undefined);
  });

  test('a layer has its owner, and the policy of its version in this region', () => {
    const document = `{"Statement":{"Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"*"}}`;
    const version: LayerVersion = { ...layerKey('l'), version: 3, ...layerContent(), policy: { revisionId: 'r', text: document } };
    const layers = { find: (key: LayerVersionKey) => (key.name === 'l' && key.version === 3 ? version : undefined) };
    const ask = lambdaPermissions({ functions: { find: () => undefined }, layers });
    const context = requestContext(OTHER_ACCOUNT);
    const LAYER = 'arn:aws:lambda:us-east-1:111111111111:layer:l';
    const shown = (operation: string, input: Readonly<Record<string, unknown>>): readonly unknown[] =>
      ask(operation, input, context).map(({ owner, resourcePolicy }) => [owner, resourcePolicy?.()?.statements.length]);
    assert.deepEqual(shown('GetLayerVersionByArn', { Arn: `${LAYER}:3` }), [['111111111111', 1]]);
    assert.deepEqual(shown('GetLayerVersion', { LayerName: LAYER, VersionNumber: 3 }), [['111111111111', 1]]);
    assert.deepEqual(shown('GetLayerVersion', { LayerName: LAYER, VersionNumber: 4 }), [['111111111111', undefined]]);
    assert.deepEqual(shown('ListLayerVersions', { LayerName: LAYER }), [['111111111111', undefined]]);
    assert.deepEqual(shown('GetLayerVersionByArn', { Arn: `${LAYER.replace('us-east-1', 'eu-west-1')}:3` }), [['111111111111', undefined]]);
    assert.deepEqual(shown('CreateFunction', { FunctionName: 'f', Layers: [`${LAYER}:3`, `${LAYER}:4`] }), [
      ['222222222222', undefined],
      ['111111111111', 1],
      ['111111111111', undefined],
    ]);
  });

  test('a role is passed to Lambda', () => {
    const [, passing] = asked('CreateFunction', { FunctionName: 'f', Role: TEST_ROLE });
    assert.deepEqual(passing?.conditions?.get('iam:passedtoservice'), ['lambda.amazonaws.com']);
  });

  test('condition keys of Lambda: known to be absent, or from the input', () => {
    const value = (input: Readonly<Record<string, unknown>>, key: string): unknown =>
      asked('AddPermission', { FunctionName: 'f', ...input })[0]?.conditions?.get(key);
    assert.deepEqual(value({}, 'lambda:functionurlauthtype'), []);
    assert.deepEqual(value({}, 'lambda:invokedviafunctionurl'), ['false']);
    assert.deepEqual(value({ FunctionUrlAuthType: 'NONE' }, 'lambda:functionurlauthtype'), ['NONE']);
    assert.deepEqual(value({ AuthType: 'AWS_IAM' }, 'lambda:functionurlauthtype'), ['AWS_IAM']);
    assert.deepEqual(value({ Principal: '*' }, 'lambda:principal'), ['*']);
  });
});
