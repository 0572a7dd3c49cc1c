import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { loadSchemaModule } from '#aws/wire/schema-loader.ts';
import { readServiceModel } from '#aws/wire/schema.ts';
import { requestContext, TEST_ROLE } from '../../../test/support/lambda-control-plane.ts';
import { lambdaPermissions } from './permissions.ts';

const F = 'arn:aws:lambda:us-east-1:111111111111:function:f';

function permissions(operation: string, input: Readonly<Record<string, unknown>>): readonly (readonly [string, string])[] {
  return lambdaPermissions(operation, input, requestContext()).map(({ action, resource }) => [action, resource]);
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
});
