import { closeSync } from 'node:fs';
import { SystemCallError } from '#sandboxes/libc.ts';
import { netlinkRouteSocket, receive, sendAway } from './libc.ts';

/** An IPv4 address as its 32 bits. */
export type Ipv4 = number;

export function ipv4Text(address: Ipv4): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
}

/** @throws TypeError when the text is no address */
export function parseIpv4(text: string): Ipv4 {
  const parts = text.split('.').map(Number);
  if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255))
    throw new TypeError(`${JSON.stringify(text)} is not an IPv4 address`);
  return parts.reduce((address, part) => ((address << 8) | part) >>> 0, 0);
}

/** A change to interfaces, addresses or routes. */
export interface RouteRequest {
  readonly what: string;
  readonly type: number;
  readonly body: Buffer;
}

const HEADER_BYTES = 16;
const ANSWER_BYTES = 32_768;
const NLMSG_ERROR = 2;

/**
 * Asks the kernel to change the network namespace in which this was made, whichever thread uses it later; so it needs no helper
 * process, and no command of the host. rtnetlink(7) has the formats.
 */
export class RouteSocket {
  readonly #fd: number;
  #previous: Promise<void> = Promise.resolve();

  constructor() {
    this.#fd = netlinkRouteSocket();
  }

  /**
   * All requests in order, in one system call away from the main thread: the kernel's lock can take tens of ms.
   * @throws SystemCallError of the first that failed; the others were tried all the same
   */
  change(requests: readonly RouteRequest[]): Promise<void> {
    // One after the other: answers name the request, but not who asked.
    const changing = this.#previous.then(() => this.#change(requests));
    this.#previous = changing.catch(() => {});
    return changing;
  }

  close(): void {
    closeSync(this.#fd);
  }

  async #change(requests: readonly RouteRequest[]): Promise<void> {
    await sendAway(this.#fd, Buffer.concat(requests.map((request, index) => encode(request, index))));
    let failed: SystemCallError | undefined;
    // The answers are there as soon as the kernel has taken the message. All are read, or the next change would take them for its own.
    for (let left = requests.length; left > 0;) {
      const answer = receive(this.#fd, ANSWER_BYTES);
      for (let at = 0; at + HEADER_BYTES <= answer.length; left -= 1) {
        const error = answer.readUInt16LE(at + 4) === NLMSG_ERROR ? -answer.readInt32LE(at + HEADER_BYTES) : 0;
        if (error !== 0) failed ??= new SystemCallError(requests[answer.readUInt32LE(at + 8)]?.what ?? 'netlink', error);
        at += align(answer.readUInt32LE(at));
      }
    }
    if (failed !== undefined) throw failed;
  }
}

function encode({ type, body }: RouteRequest, sequence: number): Buffer {
  const NLM_F_REQUEST_ACK_EXCL_CREATE = 0x1 | 0x4 | 0x200 | 0x400;
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(HEADER_BYTES + body.length, 0);
  header.writeUInt16LE(type, 4);
  header.writeUInt16LE(NLM_F_REQUEST_ACK_EXCL_CREATE, 6);
  header.writeUInt32LE(sequence, 8);
  return Buffer.concat([header, body]);
}

export interface VethEnd {
  readonly name: string;
  /** Number of the interface; the kernel chooses when undefined. */
  readonly index?: number;
  /** Descriptor of the namespace that it goes to; undefined for the one of the socket. */
  readonly networkFd?: number;
}

/** A pair of connected interfaces, both down: neither can be up before it has its peer. */
export function newVethPair(end: VethEnd, peer: VethEnd, mtu: number): RouteRequest {
  const [IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA, VETH_INFO_PEER] = [18, 1, 2, 1];
  const data = attribute(IFLA_INFO_DATA, attribute(VETH_INFO_PEER, link(peer, mtu)));
  const info = attribute(IFLA_LINKINFO, Buffer.concat([attribute(IFLA_INFO_KIND, Buffer.from('veth')), data]));
  return { what: `new interface ${end.name}`, type: 16, body: Buffer.concat([link(end, mtu), info]) };
}

export function linkUp(index: number): RouteRequest {
  const IFF_UP = 1;
  const header = linkHeader(index);
  header.writeUInt32LE(IFF_UP, 8);
  header.writeUInt32LE(IFF_UP, 12);
  return { what: `interface ${index} up`, type: 19, body: header };
}

/** One of the two addresses of a pair. */
export function newAddress(index: number, address: Ipv4): RouteRequest {
  const [IFA_ADDRESS, IFA_LOCAL] = [1, 2];
  const header = Buffer.from([AF_INET, PAIR_PREFIX, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32LE(index, 4);
  const value = bigEndian(address);
  return {
    what: `address ${ipv4Text(address)}`,
    type: 20,
    body: Buffer.concat([header, attribute(IFA_LOCAL, value), attribute(IFA_ADDRESS, value)]),
  };
}

export function newDefaultRoute(gateway: Ipv4): RouteRequest {
  const RTA_GATEWAY = 5;
  const [RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST] = [254, 4, 0, 1];
  const header = Buffer.from([AF_INET, 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, RT_SCOPE_UNIVERSE, RTN_UNICAST, 0, 0, 0, 0]);
  return { what: `route via ${ipv4Text(gateway)}`, type: 24, body: Buffer.concat([header, attribute(RTA_GATEWAY, bigEndian(gateway))]) };
}

const AF_INET = 2;
/** A network of two addresses (RFC 3021). */
const PAIR_PREFIX = 31;

function link({ name, index, networkFd }: VethEnd, mtu: number): Buffer {
  const [IFLA_IFNAME, IFLA_MTU, IFLA_NET_NS_FD] = [3, 4, 28];
  const namespace = networkFd === undefined ? [] : [attribute(IFLA_NET_NS_FD, littleEndian(networkFd))];
  return Buffer.concat([
    linkHeader(index ?? 0),
    attribute(IFLA_IFNAME, Buffer.from(`${name}\0`)),
    attribute(IFLA_MTU, littleEndian(mtu)),
    ...namespace,
  ]);
}

function linkHeader(index: number): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(index, 4);
  return header;
}

function attribute(type: number, value: Buffer): Buffer {
  const encoded = Buffer.alloc(align(4 + value.length));
  encoded.writeUInt16LE(4 + value.length, 0);
  encoded.writeUInt16LE(type, 2);
  value.copy(encoded, 4);
  return encoded;
}

function align(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

function bigEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
