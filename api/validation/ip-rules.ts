import type { FieldError } from '../schema/field-error.ts';
import { invalid } from '../schema/field-error.ts';
import type { FieldPath } from './field-path.ts';
import { pathText } from './field-path.ts';

/** An IP address as bytes: 4 of them (v4), or 16 (v6). */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly bytes: readonly number[];
}

/** Reads an address. Decimal parts may have leading zeros, as upstream still allows. Returns undefined if the text is not an address. */
export function parseIp(text: string): IpAddress | undefined {
  if (text.includes(':')) return parseV6(text);
  const bytes = parseV4(text);
  return bytes && { family: 4, bytes };
}

function parseV4(text: string): number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseV6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = groupsOf(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '', true) : [];
  if (!head || !tail) return undefined;
  const missing = 16 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined;
  const bytes = [...head, ...new Array<number>(missing).fill(0), ...tail];
  // ::ffff:a.b.c.d is the IPv4 address, as in Go's net.IP.
  if (bytes.slice(0, 10).every((b) => b === 0) && bytes[10] === 255 && bytes[11] === 255) return { family: 4, bytes: bytes.slice(12) };
  return { family: 6, bytes };
}

function groupsOf(text: string, isLast: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (isLast && i === groups.length - 1 && group.includes('.')) {
      const v4 = parseV4(group);
      if (!v4) return undefined;
      bytes.push(...v4);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 255);
    } else return undefined;
  }
  return bytes;
}

export interface IpNetwork {
  readonly address: IpAddress;
  readonly bits: number;
}

/** Reads `10.0.0.0/8` or `fd00::/64`. Returns undefined if the text is not a network. */
export function parseCidr(text: string): IpNetwork | undefined {
  const slash = text.indexOf('/');
  const address = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const bits = text.slice(slash + 1);
  if (!address || !/^\d{1,3}$/.test(bits)) return undefined;
  const most = text.includes(':') ? 128 : 32;
  return Number(bits) <= most ? { address, bits: Number(bits) } : undefined;
}

/** Returns whether a network is a part of another, and not the whole. */
export function containsNetwork(network: IpNetwork, part: IpNetwork): boolean {
  if (network.address.family !== part.address.family || part.bits <= network.bits) return false;
  for (let bit = 0; bit < network.bits; bit++) {
    const [at, mask] = [bit >> 3, 128 >> (bit & 7)];
    if (((network.address.bytes[at] ?? 0) & mask) !== ((part.address.bytes[at] ?? 0) & mask)) return false;
  }
  return true;
}

export const isIpv6 = (text: string): boolean => parseIp(text)?.family === 6;

/** Returns whether a list holds addresses of both families. */
export const isDualStack = (addresses: readonly string[]): boolean =>
  addresses.some((a) => parseIp(a)?.family === 4) && addresses.some((a) => parseIp(a)?.family === 6);

/** Returns whether a list holds networks of both families. */
export const isDualStackCidrs = (cidrs: readonly string[]): boolean =>
  cidrs.some((c) => parseCidr(c)?.address.family === 4) && cidrs.some((c) => parseCidr(c)?.address.family === 6);

export function checkIp(errors: FieldError[], value: string, path: FieldPath): boolean {
  if (parseIp(value)) return true;
  errors.push(invalid(pathText(path), value, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'));
  return false;
}

export function checkCidr(errors: FieldError[], value: string, path: FieldPath): void {
  if (!parseCidr(value)) errors.push(invalid(pathText(path), value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'));
}

/** Endpoints and external IPs may not be unspecified, loopback or link-local: traffic to those would not leave a node. */
export function checkNonSpecialIp(errors: FieldError[], value: string, path: FieldPath): void {
  const ip = parseIp(value);
  if (!ip) {
    errors.push(invalid(pathText(path), value, 'must be a valid IP address'));
    return;
  }
  const [first = 0, second = 0, third = 0] = ip.bytes;
  const last = ip.bytes.at(-1);
  const v4 = ip.family === 4;
  const zeroHead = ip.bytes.slice(0, -1).every((b) => b === 0);
  if (zeroHead && last === 0) errors.push(invalid(pathText(path), value, `may not be unspecified (${value})`));
  if (v4 ? first === 127 : zeroHead && last === 1)
    errors.push(invalid(pathText(path), value, 'may not be in the loopback range (127.0.0.0/8, ::1/128)'));
  if (v4 ? first === 169 && second === 254 : first === 0xfe && (second & 0xc0) === 0x80) {
    errors.push(invalid(pathText(path), value, 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'));
  }
  if (v4 ? first === 224 && second === 0 && third === 0 : first === 0xff && (second & 0x0f) === 2) {
    errors.push(invalid(pathText(path), value, 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'));
  }
}
