import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuard, hostInUrl } from './guard.ts';

const guard = createGuard({
  allowedHosts: ['hearth.example', '.lan.example', '[fd00::1]'],
  allowedOrigins: ['https://console.example:8443'],
  parentOfVirtualHost: (name) => /^[a-z]+\.lambda-url\.us-east-1\.(.*)$/.exec(name)?.[1],
});

function passes(headers: Readonly<Record<string, string>>): boolean {
  return guard.check({ headers }) === undefined;
}

test('guard lets loopback names and addresses pass, with any port', () => {
  const hosts = [
    'localhost',
    'localhost:4566',
    'LOCALHOST',
    'localhost.',
    'bucket.s3.localhost:80',
    '127.0.0.1:4566',
    '127.8.9.10',
    '[::1]:4566',
  ];
  for (const host of hosts) assert.ok(passes({ host }), host);
});

test('guard refuses foreign and malformed hosts', () => {
  const hosts = [
    'evil.example',
    'evil.example:4566',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '127.0.0.1evil',
    '0.0.0.0',
    '10.0.0.1',
    '[::2]',
    'a b',
    '',
    'localhost, evil.example',
    'user@localhost',
    'localhost:port',
    'xlocalhost',
  ];
  for (const host of hosts) assert.ok(!passes({ host }), host);
  assert.ok(!passes({}));
  assert.match(guard.check({ headers: { host: 'evil.example' } }) ?? '', /'evil\.example'.*HEARTH_ALLOWED_HOSTS/);
});

test('guard lets configured hosts pass', () => {
  for (const host of ['hearth.example:4566', 'Hearth.Example', 'a.lan.example', 'a.b.lan.example', '[fd00::1]:80'])
    assert.ok(passes({ host }), host);
  for (const host of ['lan.example', 'xlan.example', 'sub.hearth.example']) assert.ok(!passes({ host }), host);
});

test('hostInUrl writes an address as clients write it into Host', () => {
  assert.equal(hostInUrl('fd00::5'), '[fd00::5]');
  assert.equal(hostInUrl('FD00:0:0::5'), '[fd00::5]');
  assert.equal(hostInUrl('fe80::1%eth0'), '[fe80::1]');
  assert.equal(hostInUrl('192.0.2.1'), '192.0.2.1');
  assert.equal(hostInUrl('Hearth.Example'), 'hearth.example');
  const own = createGuard({ allowedHosts: [hostInUrl('fd00::5')], allowedOrigins: [], parentOfVirtualHost: () => undefined });
  assert.equal(own.check({ headers: { host: '[fd00::5]:4566' } }), undefined);
});

test('guard refuses pages of origins that are not listed', () => {
  const host = 'localhost:4566';
  for (const origin of ['https://evil.example', 'null', 'http://localhost:4566', 'http://localhost:3000', 'https://console.example']) {
    assert.ok(!passes({ host, origin }), origin);
  }
  assert.ok(passes({ host, origin: 'https://console.example:8443', 'sec-fetch-site': 'cross-site' }));
});

test('guard refuses requests that a page of another origin makes without Origin', () => {
  const host = 'localhost:4566';
  for (const site of ['cross-site', 'same-site', 'unheard-of']) assert.ok(!passes({ host, 'sec-fetch-site': site }), site);
  for (const site of ['none', 'same-origin']) assert.ok(passes({ host, 'sec-fetch-site': site }), site);
});

test('guard lets virtual hosts below its own names pass', () => {
  for (const parent of ['hearth.example', 'a.lan.example', 'localhost'])
    assert.ok(passes({ host: `abc.lambda-url.us-east-1.${parent}` }), parent);
  for (const parent of ['evil.example', 'hearth.example.evil.example'])
    assert.ok(!passes({ host: `abc.lambda-url.us-east-1.${parent}` }), parent);
});

test('guard leaves pages of other origins to what has rules of its own, on its own hosts', () => {
  const page = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
  assert.equal(guard.check({ headers: { host: 'localhost:4566', ...page } }, true), undefined);
  assert.notEqual(guard.check({ headers: { host: 'evil.example', ...page } }, true), undefined);
});
