import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { AccountId, Caller } from '#aws/caller.ts';
import { urlEvent } from './url-event.ts';
import type { UrlRequest } from './url-exchange.ts';

const ID = 'a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6';
const HOST = `${ID}.lambda-url.us-east-1.localhost:4566`;
const CONTEXT = {
  region: 'us-east-1',
  accountId: '111111111111',
  traceId: 'Root=1-6b00bb05-04b2ad0b951a6f2d435dfb44;Parent=78fd1b87f840362a;Sampled=0',
  wallMs: Date.UTC(2026, 10, 20, 9, 8, 7, 65),
};
const ADDED = {
  'x-amzn-tls-cipher-suite': 'TLS_AES_128_GCM_SHA256',
  'x-amzn-tls-version': 'TLSv1.3',
  'x-amzn-trace-id': 'Root=1-6b00bb05-04b2ad0b951a6f2d435dfb44',
  'x-forwarded-for': '192.0.2.7',
  'x-forwarded-port': '4566',
  'x-forwarded-proto': 'http',
};

const CALLER: Caller = {
  kind: 'user',
  accountId: '222222222222' as AccountId,
  arn: 'arn:aws:iam::222222222222:user/ann',
  userId: 'AIDA1',
  accessKeyId: 'AKIA1',
  userName: 'ann',
};

function request(more: Partial<UrlRequest> = {}, rawHeaders: readonly string[] = []): UrlRequest {
  const all = ['Host', HOST, ...rawHeaders];
  const headers = Object.fromEntries(all.flatMap((name, at) => (at % 2 === 0 ? [[name.toLowerCase(), all[at + 1] ?? '']] : [])));
  return {
    requestId: 'request-1',
    id: ID,
    method: 'GET',
    path: '/',
    query: '',
    headers,
    rawHeaders: all,
    httpVersion: '1.1',
    sourceIp: '192.0.2.7',
    body: Buffer.alloc(0),
    caller: undefined,
    signal: new AbortController().signal,
    ...more,
  };
}

/** The members of the event that are asked for. */
function parts(given: UrlRequest, ...names: readonly string[]): unknown {
  const event = urlEvent(given, CONTEXT);
  return names.map((name) => event[name]);
}

function headersOf(given: UrlRequest): Readonly<Record<string, string>> {
  return urlEvent(given, CONTEXT)['headers'] as Readonly<Record<string, string>>;
}

suite('urlEvent', () => {
  test('is payload format 2.0, with nothing that has nothing to say', () => {
    assert.deepEqual(urlEvent(request(), CONTEXT), {
      version: '2.0',
      routeKey: '$default',
      rawPath: '/',
      rawQueryString: '',
      headers: { host: HOST, ...ADDED },
      requestContext: {
        accountId: 'anonymous',
        apiId: ID,
        domainName: HOST,
        domainPrefix: ID,
        http: { method: 'GET', path: '/', protocol: 'HTTP/1.1', sourceIp: '192.0.2.7', userAgent: null },
        requestId: 'request-1',
        routeKey: '$default',
        stage: '$default',
        time: '20/Nov/2026:09:08:07 +0000',
        timeEpoch: CONTEXT.wallMs,
      },
      isBase64Encoded: false,
    });
  });

  test('path and query stand as they were sent; parameters are decoded and joined', () => {
    // recorded by test_lambda_url_echo_http_fixture_default
    const sent = request({ path: '/pa2%Fth/1', query: 'q=query&multiQuery=foo&multiQuery=%2Fbar' });
    assert.deepEqual(parts(sent, 'rawPath', 'rawQueryString', 'queryStringParameters'), [
      '/pa2%Fth/1',
      'q=query&multiQuery=foo&multiQuery=%2Fbar',
      { q: 'query', multiQuery: 'foo,/bar' },
    ]);
    assert.deepEqual(parts(request({ query: 'a=b+c&empty&=x&&bad=%zz&__proto__=1' }), 'queryStringParameters'), [
      Object.fromEntries([
        ['a', 'b c'],
        ['empty', ''],
        ['', 'x'],
        ['bad', '%zz'],
        ['__proto__', '1'],
      ]),
    ]);
  });

  test('headers have lower-case names, and repeated ones are joined', () => {
    assert.deepEqual(headersOf(request({}, ['Extra-Headers', 'With WeiRd CapS', 'X-Multi', 'a', 'x-multi', 'b, c'])), {
      host: HOST,
      'extra-headers': 'With WeiRd CapS',
      'x-multi': 'a,b, c',
      ...ADDED,
    });
  });

  test('cookies have a member of their own', () => {
    const sent = request({}, ['Cookie', 'a=1; b=2', 'cookie', 'c=3;d=4']);
    assert.deepEqual(parts(sent, 'cookies'), [['a=1', 'b=2', 'c=3', 'd=4']]);
    assert.equal('cookie' in headersOf(sent), false);
  });

  test('what has proven who calls is withheld, and where anybody may call it is the function’s', () => {
    const sent = ['Authorization', 'Bearer abc', 'X-Amz-Security-Token', 'token'];
    const { host: _, ...signed } = headersOf(request({ caller: CALLER }, sent));
    assert.deepEqual(signed, ADDED);
    const { host: __, ...anybody } = headersOf(request({}, sent));
    assert.deepEqual(anybody, { authorization: 'Bearer abc', 'x-amz-security-token': 'token', ...ADDED });
  });

  test('what belongs to the connection is withheld', () => {
    const names = ['Connection', 'Transfer-Encoding', '__proto__'];
    const { host: _, ...rest } = headersOf(
      request(
        {},
        names.flatMap((name) => [name, 'x']),
      ),
    );
    assert.deepEqual(rest, ADDED);
  });

  test('what a proxy in front has forwarded goes on', () => {
    const sent = request({ sourceIp: '::ffff:10.0.0.1' }, [
      'X-Forwarded-For',
      '203.0.113.9',
      'X-Forwarded-Proto',
      'https',
      'X-Forwarded-Port',
      '443',
      'X-Amzn-Trace-Id',
      'Root=1-5759e988-bd862e3fe1be46a994272793',
    ]);
    const { host: _, ...rest } = headersOf(sent);
    assert.deepEqual(rest, {
      ...ADDED,
      'x-forwarded-for': '203.0.113.9, 10.0.0.1',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    });
  });

  test('the path form has the domain of the URL', () => {
    const { domainName } = urlEvent(request({ headers: { host: 'localhost:4566' } }), CONTEXT)['requestContext'] as {
      readonly domainName: string;
    };
    assert.equal(domainName, `${ID}.lambda-url.us-east-1.localhost:4566`);
  });

  test('who calls an AWS_IAM URL is named', () => {
    const { accountId, authorizer } = urlEvent(request({ caller: CALLER }), CONTEXT)['requestContext'] as Readonly<Record<string, unknown>>;
    assert.equal(accountId, '111111111111');
    assert.deepEqual(authorizer, {
      iam: {
        accessKey: 'AKIA1',
        accountId: '222222222222',
        callerId: 'AIDA1',
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: 'arn:aws:iam::222222222222:user/ann',
        userId: 'AIDA1',
      },
    });
  });

  const bodies: readonly (readonly [string | undefined, string | Buffer, boolean])[] = [
    ['application/json', '{"ä":1}', true],
    ['Application/JSON; charset=utf-8', '{}', true],
    ['text/plain;', 'bar', true],
    ['application/xml', '<a/>', true],
    ['application/soap+xml', '<a/>', true],
    ['application/ld+json', '{}', true],
    ['application/javascript', '1', true],
    ['text/plain', Buffer.from([0xff, 0xfe]), false],
    // recorded by test_lambda_url_form_payload
    ['multipart/form-data; boundary=4efd', '--4efd', false],
    ['application/x-www-form-urlencoded', 'a=b', false],
    ['application/octet-stream', 'a', false],
    ['application/jsonx', '{}', false],
    [undefined, 'a', false],
  ];
  for (const [type, content, text] of bodies) {
    test(`a body of type ${type} is ${text ? 'text' : 'base64'}`, () => {
      const body = Buffer.from(content);
      const sent = request({ body }, type === undefined ? [] : ['Content-Type', type]);
      assert.deepEqual(parts(sent, 'body', 'isBase64Encoded'), [body.toString(text ? 'utf8' : 'base64'), !text]);
    });
  }
});
