import { closeSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { hostRules, HOST_INTERFACE_PREFIX, ROUTER_SANDBOX_PREFIX, ROUTER_UPLINK, routerRules } from './egress-rules.ts';
import type { HostRules } from './egress-rules.ts';
import { closeUplinks, openUplinks, readRecord, recordPath, setForwarding } from './host-forwarding.ts';
import { freePair, hostRoutes, resolverConfiguration, resolversOf, uplinksOf } from './host-network.ts';
import { SystemCallError } from '#sandboxes/libc.ts';
import { interfaceIndex, interfaceMtu } from './libc.ts';
import { closeNetwork } from './network-namespace.ts';
import type { NetworkNamespaces, SandboxNetwork } from './network-namespace.ts';
import { Nft } from './nft.ts';
import { ipv4Text, linkUp, newAddress, newDefaultRoute, newVethPair, RouteSocket } from './route-socket.ts';
import type { Ipv4 } from './route-socket.ts';

export interface EgressOptions {
  readonly runDirectory: string;
  readonly runId: string;
  /** Path of the command. */
  readonly nft: string;
  readonly networks: NetworkNamespaces;
  /** Whether sandboxes reach private networks behind the uplinks, too. */
  readonly lan: boolean;
}

/** Of the interface in each sandbox and of the uplink in the router, the first after loopback. */
const FIRST_INDEX = 2;
/** Interfaces of sandboxes in the router are numbered from here. */
const SANDBOX_INDEX = 16;
/** Pairs of addresses in 198.18.0.0/16, seen by the router alone. */
const FIRST_SANDBOX_PAIR: Ipv4 = 0xc6_12_00_00;
const SANDBOX_PAIRS = 32_768;
/** The kernel's answers to a name and to a number that an interface has. */
const EEXIST = 17;
const EBUSY = 16;

/**
 * The way of sandboxes to the internet: a router, which is a network namespace of this run with its own rules, between them and the
 * host. The host sees one interface of it, and its tools nothing of the coming and going of sandboxes; the router's rules are
 * nobody else's business; and all interfaces go with this process, however it ends (see DESIGN.md).
 */
export class Egress {
  readonly #options: EgressOptions;
  readonly #router: { readonly fd: number; readonly routes: RouteSocket };
  readonly #mtu: number;
  #next = 0;

  private constructor(options: EgressOptions, router: { readonly fd: number; readonly routes: RouteSocket }, mtu: number) {
    this.#options = options;
    this.#router = router;
    this.#mtu = mtu;
  }

  /** @throws when the host has no way out, or does not let us make one; nothing is left then */
  static async open(options: EgressOptions): Promise<Egress> {
    const routes = hostRoutes();
    const uplinks = uplinksOf(routes);
    if (uplinks.length === 0) throw new Error('the host has no default route');
    const mtu = Math.min(...uplinks.map(interfaceMtu));
    const nft = new Nft(options.nft);
    const rules = { resolvers: resolversOf(resolverConfiguration()), lan: options.lan };
    const { fd, made } = options.networks.make(() => {
      // Version 6 stays off: interfaces would give themselves addresses that no rule here thinks of.
      turnOffIpv6();
      writeFileSync('/proc/sys/net/ipv4/ip_forward', '1');
      return { routes: new RouteSocket(), bounded: nft.apply(routerRules({ ...rules, bounded: true })) };
    });
    const ruledAnyhow = made.bounded.catch(() => options.networks.within(fd, () => nft.apply(routerRules({ ...rules, bounded: false }))));
    const egress = new Egress(options, { fd, routes: made.routes }, mtu);
    try {
      const own = interfaceName(options.runId);
      const pair = freePair(routes, Number.parseInt(options.runId, 36) || 0);
      // The rules stand before the interface that they are for. Both are awaited in any case, so that nothing comes after `close`.
      const ruled = await Promise.allSettled([
        ruledAnyhow,
        egress.#ruleHost(nft, { interface: own, address: ipv4Text(pair + 1), uplinks }),
      ]);
      for (const result of ruled) if (result.status === 'rejected') throw result.reason;
      await egress.#linkHost(own, pair);
      return egress;
    } catch (error) {
      await egress.close();
      throw error;
    }
  }

  /** A new network for one sandbox, connected to the router. */
  async makeNetwork(): Promise<SandboxNetwork> {
    const { network, made: inside } = this.#options.networks.makeForSandbox(() => {
      turnOffIpv6();
      return new RouteSocket();
    });
    try {
      const number = await this.#connect(network.fd);
      const [gateway, address] = [FIRST_SANDBOX_PAIR + 2 * number, FIRST_SANDBOX_PAIR + 2 * number + 1];
      const index = SANDBOX_INDEX + number;
      await this.#router.routes.change([linkUp(index), newAddress(index, gateway)]);
      await inside.change([linkUp(FIRST_INDEX), newAddress(FIRST_INDEX, address), newDefaultRoute(gateway)]);
      return network;
    } catch (error) {
      closeNetwork(network);
      throw error;
    } finally {
      inside.close();
    }
  }

  /**
   * Makes the pair of interfaces between the router and a sandbox, and returns the number that it got. Numbers come round again; the
   * kernel alone knows which are still in use, for an interface goes with the last process or socket of its network.
   */
  async #connect(networkFd: number): Promise<number> {
    for (let tried = 1; ; tried += 1) {
      const number = this.#next;
      this.#next = (this.#next + 1) % SANDBOX_PAIRS;
      const end = { name: `${ROUTER_SANDBOX_PREFIX}${number}`, index: SANDBOX_INDEX + number };
      try {
        await this.#router.routes.change([newVethPair(end, { name: 'eth0', index: FIRST_INDEX, networkFd }, this.#mtu)]);
        return number;
      } catch (error) {
        const taken = error instanceof SystemCallError && (error.errno === EEXIST || error.errno === EBUSY);
        if (!taken || tried === SANDBOX_PAIRS) throw error;
      }
    }
  }

  /** Takes back what was changed in the host's network. The router goes with its last sandbox. */
  async close(): Promise<void> {
    const { runDirectory, runId, nft } = this.#options;
    this.#router.routes.close();
    closeSync(this.#router.fd);
    await removeEgress({ runDirectory, runId, nft });
  }

  async #ruleHost(nft: Nft, rules: Pick<HostRules, 'interface' | 'address' | 'uplinks'>): Promise<void> {
    const { runDirectory, runId } = this.#options;
    const { table, opened } = openUplinks(runDirectory, runId, { table: `hearth_${runId}`, uplinks: rules.uplinks });
    await nft.apply(hostRules({ ...rules, table, opened, dropping: nft.droppingForwardChains() }));
  }

  /** Of the pair of addresses the first is the host's, the second the router's. */
  async #linkHost(name: string, pair: Ipv4): Promise<void> {
    const [hostAddress, routerAddress] = [pair, pair + 1];
    const host = new RouteSocket();
    try {
      await host.change([newVethPair({ name }, { name: ROUTER_UPLINK, index: FIRST_INDEX, networkFd: this.#router.fd }, this.#mtu)]);
      setForwarding(name, true);
      const index = interfaceIndex(name);
      await host.change([linkUp(index), newAddress(index, hostAddress)]);
      await this.#router.routes.change([linkUp(FIRST_INDEX), newAddress(FIRST_INDEX, routerAddress), newDefaultRoute(hostAddress)]);
    } finally {
      host.close();
    }
  }
}

/** Undoes what a run changed in the host's network, if it did; for a run that is dead, too. */
export async function removeEgress(run: { readonly runDirectory: string; readonly runId: string; readonly nft: string }): Promise<void> {
  const record = readRecord(run.runDirectory, run.runId);
  if (record === undefined) return;
  closeUplinks(run.runDirectory, run.runId, record);
  const nft = new Nft(run.nft);
  const changes = (): string =>
    [...nft.deletions(record.table), ...(nft.hasTable(record.table) ? [`delete table inet ${record.table}\n`] : [])].join('');
  try {
    await nft.apply(changes());
  } catch (error) {
    // Another daemon that cleans up after the same dead run was faster.
    if (changes() !== '') throw error;
  }
  rmSync(recordPath(run.runDirectory, run.runId), { force: true });
}

/** The kernel takes 15 characters at most. */
function interfaceName(runId: string): string {
  return `${HOST_INTERFACE_PREFIX}${runId.slice(0, 12)}`;
}

/** For interfaces that the namespace of the calling thread gets from now on. A kernel without version 6 lacks the switch. */
function turnOffIpv6(): void {
  const path = '/proc/sys/net/ipv6/conf/default/disable_ipv6';
  if (existsSync(path)) writeFileSync(path, '1');
}
