/** Which addresses are not of the public internet. */
import { BlockList, isIP, isIPv6 } from 'node:net';

/** IANA's special-purpose registries (RFC 6890): this machine. */
const thisMachine = listOf(['127.0.0.0/8', '0.0.0.0/8'], ['::1/128', '::/128']);
/** Private, shared, link-local, multicast, reserved, and what stands for an IPv4 address in ways nobody needs. */
const local = listOf(
  [
    '10.0.0.0/8',
    '100.64.0.0/10',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '224.0.0.0/4',
    '240.0.0.0/4',
  ],
  ['fc00::/7', 'fe80::/10', 'fec0::/10', 'ff00::/8', '::/96', '64:ff9b:1::/48', '2001::/32', '2002::/16'],
);

/**
 * @param host a name or an address, as a URL has it
 * @returns where it is, in words for the person; undefined when it is public, or a name that says nothing
 */
export function privateNetwork(host: string): string | undefined {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  if (name === 'localhost' || name.endsWith('.localhost')) return 'this machine';
  if (isIP(name) === 0) return undefined;
  const address = embeddedIPv4(name) ?? name;
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  if (thisMachine.check(address, family)) return 'this machine';
  return local.check(address, family) ? 'your local network' : undefined;
}

/** Of an IPv6 address that stands for an IPv4 one (mapped, NAT64), as a URL writes it. */
function embeddedIPv4(address: string): string | undefined {
  const [, dotted] = /^(?:::ffff:|64:ff9b::)(\d+\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
  if (dotted !== undefined) return dotted;
  const [, high, low] = /^(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

function listOf(ipv4: readonly string[], ipv6: readonly string[]): BlockList {
  const list = new BlockList();
  const add = (subnet: string, family: 'ipv4' | 'ipv6') => {
    const [net = '', bits] = subnet.split('/');
    list.addSubnet(net, Number(bits), family);
  };
  for (const subnet of ipv4) add(subnet, 'ipv4');
  for (const subnet of ipv6) add(subnet, 'ipv6');
  return list;
}
