import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseQuery } from './query-string.ts';
import { createRouter, type Router } from './router.ts';
import { readServiceModel } from './schema.ts';
import { loadSchemaModule } from './schema-loader.ts';

const lambda = createRouter(readServiceModel(await loadSchemaModule('@aws-sdk/client-lambda')).operations.values());
const s3 = createRouter(readServiceModel(await loadSchemaModule('@aws-sdk/client-s3')).operations.values(), {
  pathPrefix: { path: '/{Bucket}', label: 'Bucket' },
});

function route(router: Router, method: string, target: string, headers: Record<string, string> = {}): readonly unknown[] {
  const [path = '', query = ''] = target.split('?');
  const found = router.route({ method, path, headers, parameters: parseQuery(query) });
  return found === undefined ? [] : [found.operation.name, { ...found.labels }];
}

describe('createRouter on Lambda', () => {
  test('a trailing slash makes no difference', () => {
    for (const path of ['/2015-03-31/functions', '/2015-03-31/functions/']) {
      assert.deepEqual(route(lambda, 'GET', path), ['ListFunctions', {}]);
      assert.deepEqual(route(lambda, 'POST', path), ['CreateFunction', {}]);
    }
  });

  test('labels stay percent-encoded, and an ARN is one label', () => {
    assert.deepEqual(route(lambda, 'GET', '/2015-03-31/functions/arn%3Aaws%3Alambda:x/configuration'), [
      'GetFunctionConfiguration',
      { FunctionName: 'arn%3Aaws%3Alambda:x' },
    ]);
    assert.deepEqual(route(lambda, 'GET', '/2017-03-31/tags/arn:a%2Fb'), ['ListTags', { Resource: 'arn:a%2Fb' }]);
  });

  test('a query literal decides, wherever it stands', () => {
    assert.deepEqual(route(lambda, 'GET', '/2018-10-31/layers?Arn=a&find=LayerVersion'), ['GetLayerVersionByArn', {}]);
    assert.deepEqual(route(lambda, 'GET', '/2018-10-31/layers?find=LayerVersion'), ['GetLayerVersionByArn', {}]);
    assert.deepEqual(route(lambda, 'GET', '/2018-10-31/layers?find=other'), ['ListLayers', {}]);
  });

  test('nothing matches another method, an empty label, a longer or a shorter path', () => {
    assert.deepEqual(route(lambda, 'PATCH', '/2015-03-31/functions'), []);
    assert.deepEqual(route(lambda, 'POST', '/2015-03-31/functions//invocations'), []);
    assert.deepEqual(route(lambda, 'POST', '/2015-03-31/functions/f/invocations/more'), []);
    assert.deepEqual(route(lambda, 'POST', '/2015-03-31'), []);
    assert.deepEqual(route(lambda, 'GET', '/'), []);
    assert.deepEqual(route(lambda, 'GET', ''), []);
  });
});

describe('createRouter on S3', () => {
  test('a greedy label keeps the slashes of a key, the last one too', () => {
    assert.deepEqual(route(s3, 'GET', '/b/a//c%20d/'), ['GetObject', { Bucket: 'b', Key: 'a//c%20d/' }]);
  });

  test('a bucket alone is not an empty key', () => {
    assert.deepEqual(route(s3, 'PUT', '/b/'), ['CreateBucket', { Bucket: 'b' }]);
    assert.deepEqual(route(s3, 'GET', '/b?list-type=2&prefix=x'), ['ListObjectsV2', { Bucket: 'b' }]);
    assert.deepEqual(route(s3, 'GET', '/b'), ['ListObjects', { Bucket: 'b' }]);
    assert.deepEqual(route(s3, 'GET', '/'), ['ListBuckets', {}]);
  });

  test('required query and header members tell operations on one path apart', () => {
    const key = { Bucket: 'b', Key: 'k' };
    const copy = { 'x-amz-copy-source': 'b/o' };
    assert.deepEqual(route(s3, 'PUT', '/b/k'), ['PutObject', key]);
    assert.deepEqual(route(s3, 'PUT', '/b/k', copy), ['CopyObject', key]);
    assert.deepEqual(route(s3, 'PUT', '/b/k?partNumber=1&uploadId=u'), ['UploadPart', key]);
    assert.deepEqual(route(s3, 'PUT', '/b/k?partNumber=1&uploadId=u', copy), ['UploadPartCopy', key]);
    assert.deepEqual(route(s3, 'GET', '/b/k?uploadId=u'), ['ListParts', key]);
    assert.deepEqual(route(s3, 'GET', '/b?analytics'), ['ListBucketAnalyticsConfigurations', { Bucket: 'b' }]);
    assert.deepEqual(route(s3, 'GET', '/b?analytics&id=1'), ['GetBucketAnalyticsConfiguration', { Bucket: 'b' }]);
  });

  test('x-id is ignored', () => {
    assert.deepEqual(route(s3, 'GET', '/b/k?x-id=PutObject'), ['GetObject', { Bucket: 'b', Key: 'k' }]);
  });
});
