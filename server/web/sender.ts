import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/** Who sent a request, for counting attempts: its address, or for IPv6 its network (/64), which belongs to one household or school. */
export function senderOf(req: Pick<Request, 'ip'>): string {
  return networkOf(req.ip ?? '');
}

/**
 * An IPv4 address as it is, also if an IPv6 address stands for it; of any other IPv6 address the first 64 bits. Otherwise all IPv4
 * addresses behind a translator would be one /64.
 */
export function networkOf(address: string): string {
  const [bare = ''] = withoutPort(address).split('%');
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const carried = CARRIERS.find(({ prefix }) => prefix.every((group, at) => groups[at] === group));
  if (carried)
    return groups
      .slice(carried.at, carried.at + 2)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** IPv6 addresses that stand for an IPv4 address: their prefix, and the group at which the IPv4 address begins. */
const CARRIERS = [
  // Mapped, ::ffff:0:0/96 (RFC 4291), and translated, ::ffff:0:0:0/96 (RFC 2765).
  { prefix: [0, 0, 0, 0, 0, 0xffff], at: 6 },
  { prefix: [0, 0, 0, 0, 0xffff, 0], at: 6 },
  // NAT64, 64:ff9b::/96 (RFC 6052), and a network's own prefix, 64:ff9b:1::/48 (RFC 8215), which translators use with a /96.
  { prefix: [0x64, 0xff9b, 0, 0, 0, 0], at: 6 },
  { prefix: [0x64, 0xff9b, 1], at: 6 },
  // 6to4, 2002::/16 (RFC 3056): one IPv4 address has 65,536 such networks.
  { prefix: [0x2002], at: 1 },
];

/** Some proxies send an address with its port, which differs for each connection: 192.0.2.1:443, [2001:db8::1]:443. */
function withoutPort(address: string): string {
  const [, bare] = /^\[([^\]]*)\](?::\d+)?$/.exec(address) ?? /^([\d.]+):\d+$/.exec(address) ?? [];
  return bare ?? address;
}

/** The eight groups of an IPv6 address. The URL parser writes every form of one in the same way, without dots. */
function groupsOf(address: string): number[] {
  const plain = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [head = '', tail = ''] = plain.split('::');
  const parts = (text: string) => (text ? text.split(':').map((group) => parseInt(group, 16)) : []);
  const [before, after] = [parts(head), parts(tail)];
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
