import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext, type LambdaControlPlane } from '../../../../test/support/lambda-control-plane.ts';
import { createAlias } from './create-alias.ts';
import { getAlias } from './get-alias.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:f';

/** `f` with versions 1, 2 and 3. */
async function withVersions(): Promise<LambdaControlPlane> {
  const plane = await lambdaControlPlane();
  await createWithVersions(plane.functions, functionRecord('f'), 1, 2, 3);
  return plane;
}

suite('GetAlias', () => {
  test('FunctionName and Name say which', async () => {
    const plane = await withVersions();
    for (const [Name, FunctionVersion] of [
      ['one', '1'],
      ['two', '2'],
    ] as const) {
      await createAlias(plane)({ FunctionName: 'f', Name, FunctionVersion }, requestContext());
    }
    for (const FunctionName of ['f', ARN]) {
      assert.equal((await getAlias(plane)({ FunctionName, Name: 'two' }, requestContext())).FunctionVersion, '2');
    }
    for (const [FunctionName, Name] of [
      ['f', 'non-existent'],
      ['f', 'constructor'],
      ['g', 'one'],
    ] as const) {
      await rejectsWith(() => getAlias(plane)({ FunctionName, Name }, requestContext()), {
        code: 'ResourceNotFoundException',
        status: 404,
        message: `Cannot find alias arn: ${ARN.replace(/f$/, FunctionName)}:${Name}`,
      });
    }
  });
});
