import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { readIfThere } from '#sandboxes/system-files.ts';
import type { Ipv4 } from './route-socket.ts';

/** An IPv4 route of the host. */
export interface HostRoute {
  readonly interface: string;
  readonly destination: Ipv4;
  readonly mask: Ipv4;
}

/** The routes of the network that the main thread is in. The kernel writes addresses in its own byte order. */
export function hostRoutes(): readonly HostRoute[] {
  const address = (hex = ''): Ipv4 => Buffer.from(hex, 'hex').readUInt32LE();
  return readFileSync('/proc/net/route', 'latin1')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split('\t'))
    .map(([name = '', destination, , , , , , mask]) => ({ interface: name, destination: address(destination), mask: address(mask) }));
}

/** Interfaces that default routes go through. */
export function uplinksOf(routes: readonly HostRoute[]): readonly string[] {
  return [...new Set(routes.filter(({ mask }) => mask === 0).map((route) => route.interface))];
}

/** Networks of two addresses in 198.19.0.0/16, which is for benchmarks of network devices (RFC 2544), so nobody's. */
const FIRST_PAIR: Ipv4 = 0xc6_13_00_00;
const PAIRS = 32_768;

/** The first address of a pair that no route but the default leads to, beginning at a number that differs from run to run. */
export function freePair(routes: readonly HostRoute[], start: number): Ipv4 {
  const taken = routes.filter(({ mask }) => mask !== 0);
  for (let tried = 0; tried < PAIRS; tried += 1) {
    const pair = FIRST_PAIR + 2 * ((start + tried) % PAIRS);
    if (!taken.some(({ destination, mask }) => (pair & mask) >>> 0 === destination)) return pair;
  }
  throw new Error('no free addresses for the network of functions: 198.19.0.0/16 is in use');
}

/** The text of resolv.conf for sandboxes. */
export function resolverConfiguration(): string {
  return reachableResolvers(readIfThere('/etc/resolv.conf') ?? '', readIfThere('/run/systemd/resolve/resolv.conf'));
}

/** The host's configuration, or systemd-resolved's upstream servers where the host itself asks a local stub: no sandbox reaches that. */
export function reachableResolvers(configuration: string, upstream: string | undefined): string {
  const local = resolversOf(configuration).every(isLoopback);
  return local ? (upstream ?? configuration) : configuration;
}

/**
 * Why sandboxes can look up no names, or undefined when they can: a local name server, such as Docker's 127.0.0.11, answers in the
 * host's own network alone.
 */
export function missingResolver(configuration: string): string | undefined {
  const resolvers = resolversOf(configuration);
  if (resolvers.length === 0) return '/etc/resolv.conf has no IPv4 name server';
  return resolvers.every(isLoopback) ? `the host asks a local name server, ${resolvers.join(', ')}` : undefined;
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.');
}

/** IPv4 addresses of the name servers. */
export function resolversOf(configuration: string): readonly string[] {
  return [...configuration.matchAll(/^\s*nameserver\s+(\S+)/gm)].flatMap(([, address = '']) => (isIPv4(address) ? [address] : []));
}
