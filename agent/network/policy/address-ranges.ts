import type { IPBlock } from '../../../api/kinds/networking/network-policy/schema.ts';
import { parseCidr, parseIp } from '../../../api/validation/ip-rules.ts';
import type { NumberRange } from './number-ranges.ts';
import { mergedRanges, withoutRanges } from './number-ranges.ts';

export const ALL_ADDRESSES: NumberRange = { first: 0, last: 2 ** 32 - 1 };

const numberOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum * 256 + byte, 0);

/** Returns an IPv4 address as a number; undefined for any other text. */
export function addressNumber(text: string): number | undefined {
  const ip = parseIp(text);
  return ip?.family === 4 ? numberOf(ip.bytes) : undefined;
}

const addressText = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');

/** Returns the addresses of an IPv4 network, whose text may have bits set beyond its prefix; undefined for any other text. */
function networkRange(cidr: string): NumberRange | undefined {
  const network = parseCidr(cidr);
  // An IPv4 address in IPv6's notation keeps that notation's prefix length, which says nothing about IPv4.
  if (network?.address.family !== 4 || network.bits > 32) return undefined;
  const size = 2 ** (32 - network.bits);
  const first = Math.floor(numberOf(network.address.bytes) / size) * size;
  return { first, last: first + size - 1 };
}

/** Returns the IPv4 addresses that at least one of the blocks has and does not except, as sorted ranges. */
export function blockRanges(blocks: readonly IPBlock[]): NumberRange[] {
  const parts = blocks.flatMap(({ cidr, except = [] }) => {
    const range = networkRange(cidr);
    return range
      ? withoutRanges(
          range,
          except.flatMap((part) => networkRange(part) ?? []),
        )
      : [];
  });
  return mergedRanges(parts);
}

/** Returns a range as nftables writes it in a set. */
export const addressRangeText = ({ first, last }: NumberRange): string =>
  first === last ? addressText(first) : `${addressText(first)}-${addressText(last)}`;
