/** A finite set of addresses or ports by offset, from 0 to size - 1. */
export interface AddressSpace {
  readonly size: number;
  /** Offsets below this are left to those who ask for them by name, as long as others are free. */
  readonly staticBand: number;
  readonly text: (offset: number) => string;
  /** Returns undefined for a text that is no member. */
  readonly offset: (text: string) => number | undefined;
  /** `10.96.0.0/12` or `30000-32767`. */
  readonly name: string;
}

/** The addresses of a network. */
export interface NetworkSpace extends AddressSpace {
  /** The network's own address, which is no member. */
  readonly network: string;
}

const clamp = (value: number, min: number, max: number): number => Math.max(min, Math.min(max, value));

function parseIpv4(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + Number(part), 0);
}

const ipv4Text = (value: number): string => [24, 16, 8, 0].map((shift) => Math.floor(value / 2 ** shift) % 256).join('.');

/**
 * The usable addresses of an IPv4 range: all but the first (the network) and the last (broadcast).
 * The band for named addresses is min(max(16, size/16), 256), as upstream's (KEP-3070).
 * @throws RangeError if the text is no IPv4 range.
 */
export function ipv4Space(cidr: string): NetworkSpace {
  const [address = '', bits = ''] = cidr.split('/');
  const base = parseIpv4(address);
  const prefix = /^\d{1,2}$/.test(bits) ? Number(bits) : Number.NaN;
  if (base === undefined || !(prefix <= 32)) throw new RangeError(`${cidr} is not an IPv4 range such as 10.96.0.0/12`);
  const total = 2 ** (32 - prefix);
  const network = Math.floor(base / total) * total;
  const size = Math.max(0, total - 2);
  return {
    size,
    staticBand: total <= 16 ? 0 : clamp(Math.floor(total / 16), 16, 256),
    text: (offset) => ipv4Text(network + 1 + offset),
    offset(text) {
      const value = parseIpv4(text);
      const offset = value === undefined ? -1 : value - network - 1;
      return offset >= 0 && offset < size ? offset : undefined;
    },
    name: `${ipv4Text(network)}/${prefix}`,
    network: ipv4Text(network),
  };
}

/**
 * Reads the range that the server is configured with.
 * @throws RangeError if it is not one that services can be given addresses out of.
 */
export function serviceRange(cidr: string): NetworkSpace {
  const space = ipv4Space(cidr);
  if (space.size < 2 || space.size >= 2 ** 24) throw new RangeError(`${cidr} is not an IPv4 range with a prefix of 8 to 30 bits`);
  return space;
}

/** A range of ports, both ends included; the band for named ports is min(max(16, size/32), 128), as upstream's (KEP-3668). */
export function portSpace(first: number, last: number): AddressSpace {
  const size = last - first + 1;
  return {
    size,
    staticBand: size < 32 ? 0 : clamp(Math.floor(size / 32), 16, 128),
    text: (offset) => String(first + offset),
    offset(text) {
      const offset = Number(text) - first;
      return Number.isInteger(offset) && offset >= 0 && offset < size ? offset : undefined;
    },
    name: `${first}-${last}`,
  };
}
