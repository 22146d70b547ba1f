import { isIPv6 } from 'node:net';
import type { Request } from 'express';

/** Who sent a request, for counting tries: its address, of IPv6 the network (/64), which one household or school has to itself. */
export function senderOf(req: Pick<Request, 'ip'>): string {
  return networkOf(req.ip ?? '');
}

/** An IPv4 address as it is, also where it is written as an IPv6 one (::ffff:192.0.2.1); of an IPv6 address its first 64 bits. */
export function networkOf(address: string): string {
  const [bare = ''] = withoutPort(address).split('%');
  if (!isIPv6(bare)) return bare;
  const groups = groupsOf(bare);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (isMapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}

/** Some proxies tell an address with its port, another one for each connection: 192.0.2.1:443, [2001:db8::1]:443. */
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
