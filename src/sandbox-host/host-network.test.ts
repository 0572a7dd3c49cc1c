import assert from 'node:assert/strict';
import { it } from 'node:test';
import { freePair, missingResolver, reachableResolvers, resolversOf, uplinksOf } from './host-network.ts';
import { ipv4Text, parseIpv4 } from './route-socket.ts';

const route = (name: string, destination: string, mask: string) => ({
  interface: name,
  destination: parseIpv4(destination),
  mask: parseIpv4(mask),
});

it('uplinksOf gives each interface of a default route once', () => {
  const routes = [
    route('eth0', '0.0.0.0', '0.0.0.0'),
    route('eth0', '0.0.0.0', '0.0.0.0'),
    route('eth0', '192.0.2.0', '255.255.255.0'),
    route('ppp0', '0.0.0.0', '0.0.0.0'),
  ];
  assert.deepEqual(uplinksOf(routes), ['eth0', 'ppp0']);
});

it('freePair begins at the number given and passes over what has a route', () => {
  const routes = [
    route('eth0', '0.0.0.0', '0.0.0.0'),
    route('hth1', '198.19.0.8', '255.255.255.254'),
    route('tun0', '198.19.255.0', '255.255.255.0'),
  ];
  assert.equal(ipv4Text(freePair(routes, 3)), '198.19.0.6');
  assert.equal(ipv4Text(freePair(routes, 4)), '198.19.0.10');
  assert.equal(ipv4Text(freePair(routes, 32_767)), '198.19.0.0');
  assert.throws(() => freePair([route('tun0', '198.18.0.0', '255.254.0.0')], 0), /198\.19\.0\.0\/16 is in use/);
});

it('resolversOf reads the IPv4 name servers of resolv.conf', () => {
  assert.deepEqual(resolversOf('# nameserver 192.0.2.9\nsearch x\nnameserver 192.0.2.1\nnameserver ::1\n nameserver\t127.0.0.53\n'), [
    '192.0.2.1',
    '127.0.0.53',
  ]);
});

it('reachableResolvers takes the upstream servers of a local stub, where they are known', () => {
  const [stub, server, upstream] = ['nameserver 127.0.0.53\n', 'nameserver 192.0.2.1\n', 'nameserver 192.0.2.2\n'];
  assert.equal(reachableResolvers(stub, upstream), upstream);
  assert.equal(reachableResolvers(stub, undefined), stub);
  assert.equal(reachableResolvers(server, upstream), server);
});

it('missingResolver says why functions have no names where every name server is a local one', () => {
  assert.match(missingResolver('nameserver 127.0.0.11\noptions ndots:0\n') ?? '', /a local name server, 127\.0\.0\.11$/);
  assert.match(missingResolver('nameserver 2001:db8::1\n') ?? '', /no IPv4 name server$/);
  assert.equal(missingResolver('nameserver 127.0.0.53\nnameserver 192.0.2.1\n'), undefined);
});

it('parseIpv4 refuses what is no address', () => {
  for (const text of ['1.2.3', '1.2.3.256', 'a.b.c.d']) assert.throws(() => parseIpv4(text), TypeError);
});
