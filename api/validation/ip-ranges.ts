import type { IpAddress, IpNetwork } from './ip-rules.ts';
import { parseCidr, parseIp } from './ip-rules.ts';

/** Returns whether the first `bits` bits of two addresses are the same. */
function sameBits(a: readonly number[], b: readonly number[], bits: number): boolean {
  const whole = bits >> 3;
  for (let i = 0; i < whole; i++) if (a[i] !== b[i]) return false;
  const rest = bits & 7;
  return rest === 0 || ((a[whole] ?? 0) ^ (b[whole] ?? 0)) >> (8 - rest) === 0;
}

/** Returns whether all bits of an address after the first `bits` are 0, or all are 1. */
const hostBitsAre = (bit: 0 | 1, { bytes }: IpAddress, bits: number): boolean =>
  bytes.every((byte, i) => {
    const mask = 255 >> Math.max(0, Math.min(8, bits - 8 * i));
    return (byte & mask) === (bit === 0 ? 0 : mask);
  });

/**
 * Returns whether an address can be given out of a network: it belongs to it, and is neither the network's own address nor, of IPv4, the
 * broadcast address (upstream's pkg/api/servicecidr, PrefixContainsIP).
 */
export function holdsAddress({ address, bits }: IpNetwork, ip: IpAddress): boolean {
  if (address.family !== ip.family || !sameBits(address.bytes, ip.bytes, bits)) return false;
  return !hostBitsAre(0, ip, bits) && !(ip.family === 4 && hostBitsAre(1, ip, bits));
}

/** Returns whether the whole of `inner` belongs to `outer`; a network contains itself. */
export const containsNetwork = (outer: IpNetwork, inner: IpNetwork): boolean =>
  outer.address.family === inner.address.family && outer.bits <= inner.bits && sameBits(outer.address.bytes, inner.address.bytes, outer.bits);

/** Returns whether two networks have addresses in common: one contains the other. */
export const overlaps = (a: IpNetwork, b: IpNetwork): boolean => containsNetwork(a, b) || containsNetwork(b, a);

/** Returns the networks of a list of CIDRs. Texts that are none, and IPv4 networks in the form of IPv6, are left out. */
export const networksOf = (cidrs: readonly string[] | undefined): readonly IpNetwork[] =>
  (cidrs ?? []).flatMap((cidr) => {
    const network = parseCidr(cidr);
    return network && network.bits <= network.address.bytes.length * 8 ? [network] : [];
  });

/** Returns whether one of a list of CIDRs holds an address that can be given out. */
export function holdAddress(cidrs: readonly string[] | undefined, ip: string): boolean {
  const address = parseIp(ip);
  return address !== undefined && networksOf(cidrs).some((network) => holdsAddress(network, address));
}
