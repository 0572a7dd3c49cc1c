import type { ForwardChain } from './nft.ts';

/** Interfaces inside the router, to and from which everything goes. */
export const ROUTER_UPLINK = 'up';
export const ROUTER_SANDBOX_PREFIX = 's';
/** Begins the name of the one interface that each run has in the host's network. */
export const HOST_INTERFACE_PREFIX = 'hth';

/** The operator's own networks, which no function on AWS sees (RFC 1918, RFC 6598). Version 6, and with it fc00::/7, is off altogether. */
const PRIVATE = '{ 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16, 100.64.0.0/10 }';
/** Where no function may go: this network, loopback, link-local (the metadata services of clouds), multicast and what is reserved. */
const CLOSED = '{ 0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/3 }';
/** Link-local to the clouds that have their metadata services at these addresses. */
const METADATA = '{ 100.100.100.200, 192.0.0.192 }';

/** What one sandbox may have at once, so that none fills the host's table of connections, which all share. As many as a function's open files on AWS. */
export const MAX_CONNECTIONS = 1024;

export interface RouterRules {
  /** Name servers that sandboxes may ask wherever these are: at a private address, or, as some clouds have theirs, a link-local one. */
  readonly resolvers: readonly string[];
  /** Whether sandboxes reach private networks behind the uplink. */
  readonly lan: boolean;
  /** Whether connections are counted, which not every kernel can (CONFIG_NFT_CONNLIMIT). */
  readonly bounded: boolean;
}

/**
 * Rules of the router's own network: sandboxes reach the uplink, get the answers, and nothing else, neither the router nor each
 * other.
 */
export function routerRules({ resolvers, lan, bounded }: RouterRules): string {
  return `table inet hearth {
${bounded ? '  set connections { type ifname; flags dynamic; size 65535; }\n' : ''}  chain input { type filter hook input priority filter; policy drop; }
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "${ROUTER_UPLINK}" ct state established,related accept
    iifname "${ROUTER_SANDBOX_PREFIX}*" oifname "${ROUTER_UPLINK}" jump out
  }
  chain out {
${bounded ? `    ct state new add @connections { iifname ct count over ${MAX_CONNECTIONS} } drop\n` : ''}${resolverRules(resolvers)}    ip daddr ${CLOSED} drop
    ip daddr ${METADATA} drop
${lan ? '' : `    ip daddr ${PRIVATE} drop\n`}    meta nfproto ipv4 accept
  }
  chain postrouting { type nat hook postrouting priority srcnat; oifname "${ROUTER_UPLINK}" masquerade; }
}
`;
}

export interface HostRules {
  readonly table: string;
  /** The run's interface in the host's network, and the router's address behind it. */
  readonly interface: string;
  readonly address: string;
  /** The host's ways out. */
  readonly uplinks: readonly string[];
  /** Those of them that did not forward anything before we turned it on. */
  readonly opened: readonly string[];
  /** Chains of others that would drop what ours let through. */
  readonly dropping: readonly ForwardChain[];
}

/**
 * Rules of the host's network for one run: from its interface only out through the uplinks, never to the host itself; into it only
 * answers. An uplink that forwards because of us does so for us only.
 */
export function hostRules({ table, interface: own, address, uplinks, opened, dropping }: HostRules): string {
  const closed = opened.map((uplink) => `    iifname "${uplink}" oifname != "${HOST_INTERFACE_PREFIX}*" drop\n`).join('');
  const passes = dropping.flatMap(({ family, table: theirs, name }) =>
    ['iifname', 'oifname'].map((side) => `insert rule ${family} ${theirs} ${name} ${side} "${own}" counter accept comment "${table}"\n`),
  );
  return `table inet ${table} {
  chain input { type filter hook input priority filter - 1; policy accept; iifname "${own}" drop; }
  chain forward {
    type filter hook forward priority filter - 1; policy accept;
${closed}    iifname "${own}" oifname != { ${uplinks.map((uplink) => `"${uplink}"`).join(', ')} } drop
    oifname "${own}" ct state established,related accept
    oifname "${own}" drop
  }
  chain postrouting { type nat hook postrouting priority srcnat; ip saddr ${address} masquerade; }
}
${passes.join('')}`;
}

function resolverRules(resolvers: readonly string[]): string {
  return resolvers.map((address) => `    ip daddr ${address} meta l4proto { tcp, udp } th dport 53 accept\n`).join('');
}
