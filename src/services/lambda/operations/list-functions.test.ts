import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { ListFunctionsCommandInput } from '@aws-sdk/client-lambda';
import type { AccountId } from '#aws/caller.ts';
import { createWithVersions, functionRecord } from '../../../../test/support/function-record.ts';
import { lambdaControlPlane, rejectsWith, requestContext } from '../../../../test/support/lambda-control-plane.ts';
import { listFunctions } from './list-functions.ts';

const ARN = 'arn:aws:lambda:us-east-1:111111111111:function:';

async function withFunctions(names: readonly string[]): ReturnType<typeof lambdaControlPlane> {
  const plane = await lambdaControlPlane();
  for (const name of names) await plane.functions.create(functionRecord(name));
  return plane;
}

suite('ListFunctions', () => {
  test('Marker and MaxItems page through all functions', async () => {
    const list = listFunctions(await withFunctions(['e', 'd', 'c', 'b', 'a']));
    const pages: (readonly string[])[] = [];
    let marker: string | undefined;
    do {
      const input: ListFunctionsCommandInput = { MaxItems: 2, ...(marker !== undefined && { Marker: marker }) };
      const page = await list(input, requestContext());
      pages.push((page.Functions ?? []).map((found) => found.FunctionName ?? ''));
      marker = page.NextMarker;
    } while (marker !== undefined);
    assert.deepEqual(pages, [['a', 'b'], ['c', 'd'], ['e']]);
    await rejectsWith(() => list({ Marker: 'garbage' }, requestContext()), { code: 'InvalidParameterValueException', message: /marker/ });
  });

  test('has 50 functions in a page at most', async () => {
    const list = listFunctions(await withFunctions(Array.from({ length: 51 }, (_, index) => `f${index}`)));
    for (const input of [{}, { MaxItems: 10_000 }]) {
      const page = await list(input, requestContext());
      assert.equal(page.Functions?.length, 50);
      assert.ok(page.NextMarker);
    }
  });

  test('leaves out state, last update and runtime version, as AWS does in lists', async () => {
    const list = listFunctions(await withFunctions(['f']));
    const [found] = (await list({}, requestContext())).Functions ?? [];
    assert.equal(found?.FunctionArn, 'arn:aws:lambda:us-east-1:111111111111:function:f');
    for (const member of ['State', 'LastUpdateStatus', 'RuntimeVersionConfig']) assert.equal(Object.hasOwn(found, member), false);
  });

  test('FunctionVersion ALL lists every version', async () => {
    const plane = await withFunctions(['a', 'c']);
    await createWithVersions(plane.functions, functionRecord('b'), 1, 2, 10);
    const list = listFunctions(plane);
    const everything = await list({ FunctionVersion: 'ALL' }, requestContext());
    const expected = ['a:$LATEST', 'b:$LATEST', 'b:1', 'b:2', 'b:10', 'c:$LATEST'].map((name) => ARN + name);
    assert.deepEqual(
      everything.Functions?.map(({ FunctionArn }) => FunctionArn),
      expected,
    );
    assert.equal('NextMarker' in everything, false);
    const paged: (string | undefined)[] = [];
    let marker: string | undefined;
    do {
      const input: ListFunctionsCommandInput = { FunctionVersion: 'ALL', MaxItems: 2, ...(marker !== undefined && { Marker: marker }) };
      const page = await list(input, requestContext());
      paged.push(...(page.Functions ?? []).map(({ FunctionArn }) => FunctionArn));
      marker = page.NextMarker;
    } while (marker !== undefined);
    assert.deepEqual(paged, expected);
    assert.deepEqual(
      (await list({}, requestContext())).Functions?.map(({ FunctionArn }) => FunctionArn),
      ['a', 'b', 'c'].map((name) => ARN + name),
    );
  });

  test('MasterRegion selects replicas, of which there are none', async () => {
    const list = listFunctions(await withFunctions(['f']));
    assert.deepEqual(await list({ MasterRegion: 'us-east-1', FunctionVersion: 'ALL' }, requestContext()), { Functions: [] });
    await rejectsWith(() => list({ MasterRegion: 'us-east-1' }, requestContext()), {
      code: 'InvalidParameterValueException',
      message: /FunctionVersion must be ALL/,
    });
  });

  test('shows neither other accounts nor other regions', async () => {
    const list = listFunctions(await withFunctions(['f']));
    assert.deepEqual(await list({}, requestContext('222222222222' as AccountId)), { Functions: [] });
    assert.deepEqual(await list({}, requestContext(undefined, 'eu-west-1')), { Functions: [] });
  });
});
