import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { recogniseService, type RequestHead } from './recognise-service.ts';

const head = (parts: Partial<RequestHead>): RequestHead => ({ method: 'POST', path: '/', query: '', headers: {}, ...parts });
const signed = (scope: string): Record<string, string> => ({
  authorization: `AWS4-HMAC-SHA256 Credential=AKID/20260101/${scope}/aws4_request, SignedHeaders=host, Signature=00`,
});

describe('recogniseService', () => {
  test('the credential scope wins over everything else, known service or not', () => {
    const headers = { ...signed('eu-west-1/dynamodb'), 'x-amz-target': 'Logs_20140328.X', host: 'sts.us-east-1.amazonaws.com' };
    assert.deepEqual(recogniseService(head({ headers, path: '/2015-03-31/functions' })), { service: 'dynamodb', region: 'eu-west-1' });
  });

  test('the scope of a presigned query, encoded or not', () => {
    for (const slash of ['/', '%2F', '%2f']) {
      const query = `a=b&X-Amz-Credential=AKID${slash}20260101${slash}us-west-2${slash}s3${slash}aws4_request&X-Amz-Date=x`;
      assert.deepEqual(recogniseService(head({ query })), { service: 's3', region: 'us-west-2' });
    }
  });

  test('without a signature: target, RPC path, path of Lambda, action and version', () => {
    const expected = (service: string): object => ({ service, region: 'us-east-1' });
    assert.deepEqual(recogniseService(head({ headers: { 'x-amz-target': 'Logs_20140328.PutLogEvents' } })), expected('logs'));
    assert.deepEqual(recogniseService(head({ path: '/service/Logs_20140328/operation/PutLogEvents' })), expected('logs'));
    assert.deepEqual(recogniseService(head({ path: '/2015-03-31/functions/f/invocations' })), expected('lambda'));
    assert.deepEqual(recogniseService(head({ query: 'Action=GetCallerIdentity&Version=2011-06-15' })), expected('sts'));
    assert.deepEqual(recogniseService(head({ query: 'Version=2010-05-08&Action=ListRoles' })), expected('iam'));
  });

  test('the host names service and region', () => {
    assert.deepEqual(recogniseService(head({ headers: { host: 'lambda.ap-southeast-2.amazonaws.com' } })), {
      service: 'lambda',
      region: 'ap-southeast-2',
    });
    assert.deepEqual(recogniseService(head({ headers: { host: 'iam.amazonaws.com' } })), { service: 'iam', region: 'us-east-1' });
  });

  test('nothing tells', () => {
    for (const parts of [
      {},
      { path: '/_hearth/health' },
      { headers: { host: '127.0.0.1:4566' } },
      { headers: { authorization: 'Basic eDp5' } },
      { query: 'Action=X' },
    ]) {
      assert.equal(recogniseService(head(parts)), undefined);
    }
  });
});
