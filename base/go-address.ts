import { goQuote } from './go-format.ts';

/** An IP address as Go's net/netip reads it: strictly, without leading zeros. */
export interface Address {
  readonly family: 4 | 6;
  /** The bits as a number. */
  readonly bits: bigint;
  readonly zone: string;
  /** An IPv4 address within IPv6. */
  readonly isMapped: boolean;
}

/** A text that is no address, with Go's sentence. */
export class AddressError extends Error {}

const MAPPED_PREFIX = 0xffffn;
const quote = goQuote;

/** @throws AddressError */
export function parseAddress(text: string): Address {
  for (const c of text) {
    if (c === '.') return { family: 4, bits: parseV4(text, text), zone: '', isMapped: false };
    if (c === ':') return parseV6(text);
    if (c === '%') throw failure(text, 'missing IPv6 address');
  }
  throw failure(text, 'unable to parse IP');
}

function failure(text: string, why: string, at?: string): AddressError {
  return new AddressError(`ParseAddr(${quote(text)}): ${why}${at === undefined ? '' : ` (at ${quote(at)})`}`);
}

function parseV4(text: string, whole: string): bigint {
  const fields: number[] = [];
  let digits = '';
  for (const [i, c] of [...text].entries()) {
    const rest = text.slice(i);
    if (c >= '0' && c <= '9') {
      if (digits === '0') throw failure(whole, 'IPv4 field has octet with leading zero');
      digits += c;
      if (Number(digits) > 255) throw failure(whole, 'IPv4 field has value >255');
    } else if (c === '.') {
      if (i === 0 || i === text.length - 1 || digits === '') throw failure(whole, 'IPv4 field must have at least one digit', rest);
      if (fields.length === 3) throw failure(whole, 'IPv4 address too long');
      fields.push(Number(digits));
      digits = '';
    } else throw failure(whole, 'unexpected character', rest);
  }
  if (fields.length < 3) throw failure(whole, 'IPv4 address too short');
  return [...fields, Number(digits)].reduce((bits, field) => (bits << 8n) | BigInt(field), 0n);
}

function parseV6(whole: string): Address {
  const percent = whole.indexOf('%');
  const zone = percent < 0 ? '' : whole.slice(percent + 1);
  if (percent >= 0 && zone === '') throw failure(whole, 'zone must be a non-empty string');
  let rest = percent < 0 ? whole : whole.slice(0, percent);
  const groups: bigint[] = [];
  let ellipsis = -1;
  if (rest.startsWith('::')) {
    ellipsis = 0;
    rest = rest.slice(2);
    if (rest === '') return { family: 6, bits: 0n, zone, isMapped: false };
  }
  while (groups.length < 8) {
    const hex = /^[0-9a-fA-F]*/.exec(rest)?.[0] ?? '';
    if (hex.length > 4) throw failure(whole, 'each group must have 4 or less digits', rest);
    if (hex === '') throw failure(whole, 'each colon-separated field must have at least one digit', rest);
    if (rest.charAt(hex.length) === '.') {
      if (ellipsis < 0 && groups.length !== 6) throw failure(whole, 'embedded IPv4 address must replace the final 2 fields of the address', rest);
      if (groups.length > 6) throw failure(whole, 'too many hex fields to fit an embedded IPv4 at the end of the address', rest);
      const v4 = parseV4(rest, whole);
      groups.push(v4 >> 16n, v4 & 0xffffn);
      rest = '';
      break;
    }
    groups.push(BigInt(`0x${hex}`));
    rest = rest.slice(hex.length);
    if (rest === '') break;
    if (!rest.startsWith(':')) throw failure(whole, 'unexpected character, want colon', rest);
    if (rest.length === 1) throw failure(whole, 'colon must be followed by more characters', rest);
    rest = rest.slice(1);
    if (!rest.startsWith(':')) continue;
    if (ellipsis >= 0) throw failure(whole, 'multiple :: in address', rest);
    ellipsis = groups.length;
    rest = rest.slice(1);
    if (rest === '') break;
  }
  if (rest !== '') throw failure(whole, 'trailing garbage after address', rest);
  if (groups.length < 8) {
    if (ellipsis < 0) throw failure(whole, 'address string too short');
    groups.splice(ellipsis, 0, ...new Array<bigint>(8 - groups.length).fill(0n));
  } else if (ellipsis >= 0) throw failure(whole, 'the :: must expand to at least one field of zeros');
  const bits = groups.reduce((all, group) => (all << 16n) | group, 0n);
  return { family: 6, bits, zone, isMapped: bits >> 32n === MAPPED_PREFIX };
}

export const widthOf = ({ family }: Address): number => (family === 4 ? 32 : 128);

/** Returns the canonical text: the longest run of zeros is left out. */
export function addressText({ family, bits }: Address): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (bits >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(112 - 16 * i)) & 0xffffn));
  let best = { start: -1, length: 1 };
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > best.length) best = { start: i, length: end - i };
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.start < 0) return hex.join(':');
  return `${hex.slice(0, best.start).join(':')}::${hex.slice(best.start + best.length).join(':')}`;
}

/** A network: an address and the length of its prefix. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** @throws AddressError with Go's sentence if the text is no prefix. */
export function parsePrefix(text: string): Prefix {
  const failed = (why: string): AddressError => new AddressError(`netip.ParsePrefix(${quote(text)}): ${why}`);
  const slash = text.lastIndexOf('/');
  if (slash < 0) throw failed("no '/'");
  let address: Address;
  try {
    address = parseAddress(text.slice(0, slash));
  } catch (error) {
    if (error instanceof AddressError) throw failed(error.message);
    throw error;
  }
  if (address.family === 6 && address.zone !== '') throw failed('IPv6 zones cannot be present in a prefix');
  const bits = text.slice(slash + 1);
  if (bits.length > 1 && !/^[1-9]/.test(bits)) throw failed(`bad bits after slash: ${quote(bits)}`);
  if (!/^\d+$/.test(bits)) throw failed(`bad bits after slash: ${quote(bits)}`);
  const length = Number(bits);
  if (length > widthOf(address)) throw failed('prefix length out of range');
  return { address, length };
}

export const prefixText = ({ address, length }: Prefix): string => `${addressText(address)}/${length}`;

/** Returns the first `length` bits of an address. */
const leading = (address: Address, length: number): bigint => address.bits >> BigInt(widthOf(address) - length);

export const containsAddress = (prefix: Prefix, address: Address): boolean =>
  prefix.address.family === address.family && address.zone === '' && leading(prefix.address, prefix.length) === leading(address, prefix.length);

/** Sets the bits behind the prefix to zero. */
export const masked = ({ address, length }: Prefix): Prefix => ({
  address: { ...address, bits: leading(address, length) << BigInt(widthOf(address) - length) },
  length,
});
