import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { isPreflight, preflightHeaders, sharingHeaders, type CorsRules } from './function-url-cors.ts';

const ORIGIN = 'https://shop.example';
const ASKED = { origin: ORIGIN, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a,x-b' };
const RULES: CorsRules = {
  allowOrigins: ['https://other.example', 'https://SHOP.example'],
  allowMethods: ['GET', 'PUT'],
  allowHeaders: ['X-A'],
  exposeHeaders: ['X-E', 'Date'],
  maxAge: 300,
};

suite('CORS of function URLs', () => {
  test('a preflight has the method, an origin and what is asked for', () => {
    assert.equal(isPreflight('OPTIONS', ASKED), true);
    assert.equal(isPreflight('GET', ASKED), false);
    assert.equal(isPreflight('OPTIONS', { origin: ORIGIN }), false);
    assert.equal(isPreflight('OPTIONS', { 'access-control-request-method': 'PUT' }), false);
  });

  test('an allowed origin is told what it may', () => {
    assert.deepEqual(preflightHeaders(RULES, ASKED), {
      'Access-Control-Allow-Origin': ORIGIN,
      Vary: 'Origin',
      'Access-Control-Expose-Headers': 'X-E,Date',
      'Access-Control-Allow-Methods': 'GET,PUT',
      'Access-Control-Allow-Headers': 'X-A',
      'Access-Control-Max-Age': '300',
    });
    assert.deepEqual(sharingHeaders(RULES, ASKED), {
      'Access-Control-Allow-Origin': ORIGIN,
      Vary: 'Origin',
      'Access-Control-Expose-Headers': 'X-E,Date',
    });
  });

  test('another origin, and who is no page, is told nothing', () => {
    for (const headers of [{ ...ASKED, origin: 'https://evil.example' }, {}]) {
      assert.deepEqual(preflightHeaders(RULES, headers), {});
      assert.deepEqual(sharingHeaders(RULES, headers), {});
    }
    assert.deepEqual(sharingHeaders({}, ASKED), {});
  });

  test('a star is everybody; beside credentials, what was asked for is named', () => {
    const star: CorsRules = { allowOrigins: ['*'], allowMethods: ['*'], allowHeaders: ['*'] };
    assert.deepEqual(preflightHeaders(star, ASKED), {
      'Access-Control-Allow-Origin': '*',
      'Access-Control-Allow-Methods': '*',
      'Access-Control-Allow-Headers': '*',
    });
    assert.deepEqual(preflightHeaders({ ...star, allowCredentials: true }, ASKED), {
      'Access-Control-Allow-Origin': ORIGIN,
      Vary: 'Origin',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': 'x-a,x-b',
    });
  });
});
