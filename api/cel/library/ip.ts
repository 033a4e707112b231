import type { Functions, Library, Overload } from '../../../base/cel/functions.ts';
import type { CelType } from '../../../base/cel/types.ts';
import { BOOL, INT, opaqueType, STRING } from '../../../base/cel/types.ts';
import type { Value } from '../../../base/cel/values.ts';
import { EvaluationError, noSuchOverload, OpaqueValue } from '../../../base/cel/values.ts';
import type { Address, Prefix } from '../../../base/go-address.ts';
import { AddressError, addressText, containsAddress, masked, parseAddress, parsePrefix, prefixText } from '../../../base/go-address.ts';

export const IP_TYPE: CelType = opaqueType('net.IP');
export const CIDR_TYPE: CelType = opaqueType('net.CIDR');
const quote = (text: string): string => JSON.stringify(text);

class IpValue extends OpaqueValue {
  readonly type = IP_TYPE;
  readonly address: Address;
  readonly text: string;
  override readonly size: number;
  constructor(address: Address) {
    super();
    this.address = address;
    this.text = addressText(address);
    this.size = address.family === 4 ? 4 : 16;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof IpValue && other.text === this.text;
  }
}

class CidrValue extends OpaqueValue {
  readonly type = CIDR_TYPE;
  readonly prefix: Prefix;
  override readonly size: number;
  constructor(prefix: Prefix) {
    super();
    this.prefix = prefix;
    this.size = Math.ceil(prefix.length / 8);
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof CidrValue && prefixText(other.prefix) === prefixText(this.prefix);
  }
}

function text(value: Value | undefined): string {
  if (typeof value !== 'string') throw noSuchOverload();
  return value;
}
function ip(value: Value | undefined): IpValue {
  if (!(value instanceof IpValue)) throw noSuchOverload();
  return value;
}
function cidr(value: Value | undefined): CidrValue {
  if (!(value instanceof CidrValue)) throw noSuchOverload();
  return value;
}

function ipOf(raw: string): IpValue {
  let address: Address;
  try {
    address = parseAddress(raw);
  } catch (error) {
    if (error instanceof AddressError)
      throw new EvaluationError(`IP Address ${quote(raw)} parse error during conversion from string: ${error.message}`);
    throw error;
  }
  if (address.zone !== '') throw new EvaluationError(`IP address ${quote(raw)} with zone value is not allowed`);
  if (address.isMapped) throw new EvaluationError(`IPv4-mapped IPv6 address ${quote(raw)} is not allowed`);
  return new IpValue(address);
}

function cidrOf(raw: string): CidrValue {
  const failed = (why: string): EvaluationError => new EvaluationError(`network address parse error during conversion from string: ${why}`);
  let prefix: Prefix;
  try {
    prefix = parsePrefix(raw);
  } catch (error) {
    if (error instanceof AddressError) throw failed(`network address parse error during conversion from string: ${error.message}`);
    throw error;
  }
  if (prefix.address.isMapped) throw failed(`IPv4-mapped IPv6 address ${quote(raw)} is not allowed`);
  return new CidrValue(prefix);
}

function succeeds(parse: () => Value): boolean {
  try {
    parse();
    return true;
  } catch (error) {
    if (error instanceof EvaluationError) return false;
    throw error;
  }
}

const global = (id: string, type: CelType, result: CelType, call: NonNullable<Overload['call']>): Overload => ({ id, params: [type], result, call });
const member = (id: string, params: readonly CelType[], result: CelType, call: NonNullable<Overload['call']>): Overload => ({
  id,
  member: true,
  params,
  result,
  call,
});
const property = (id: string, holds: (address: Address) => boolean): readonly Overload[] => [
  member(id, [IP_TYPE], BOOL, (value) => holds(ip(value).address)),
];

const within = (address: Address, v4: string, v6: string): boolean => containsAddress(parsePrefix(address.family === 4 ? v4 : v6), address);
const isUnspecified = ({ bits }: Address): boolean => bits === 0n;
const isLoopback = (address: Address): boolean => within(address, '127.0.0.0/8', '::1/128');
const isLinkLocalUnicast = (address: Address): boolean => within(address, '169.254.0.0/16', 'fe80::/10');
const isLinkLocalMulticast = (address: Address): boolean =>
  address.family === 4 ? within(address, '224.0.0.0/24', '::/128') : ((address.bits >> 112n) & 0xff0fn) === 0xff02n;
const isMulticast = (address: Address): boolean => within(address, '224.0.0.0/4', 'ff00::/8');
const isGlobalUnicast = (address: Address): boolean =>
  !isUnspecified(address) &&
  !isLoopback(address) &&
  !isMulticast(address) &&
  !isLinkLocalUnicast(address) &&
  !(address.family === 4 && address.bits === 0xffffffffn);

function containsPrefix(outer: CidrValue, inner: CidrValue): boolean {
  return outer.prefix.length <= inner.prefix.length && containsAddress(outer.prefix, inner.prefix.address);
}

const functions: Functions = {
  ip: [
    global('string_to_ip', STRING, IP_TYPE, (value) => ipOf(text(value))),
    member('cidr_ip', [CIDR_TYPE], IP_TYPE, (value) => new IpValue(cidr(value).prefix.address)),
  ],
  isIP: [global('is_ip', STRING, BOOL, (value) => succeeds(() => ipOf(text(value))))],
  'ip.isCanonical': [global('ip_is_canonical', STRING, BOOL, (value) => ipOf(text(value)).text === value)],
  family: [member('ip_family', [IP_TYPE], INT, (value) => BigInt(ip(value).address.family))],
  isUnspecified: property('ip_is_unspecified', isUnspecified),
  isLoopback: property('ip_is_loopback', isLoopback),
  isLinkLocalMulticast: property('ip_is_link_local_multicast', isLinkLocalMulticast),
  isLinkLocalUnicast: property('ip_is_link_local_unicast', isLinkLocalUnicast),
  isGlobalUnicast: property('ip_is_global_unicast', isGlobalUnicast),
  cidr: [global('string_to_cidr', STRING, CIDR_TYPE, (value) => cidrOf(text(value)))],
  isCIDR: [global('is_cidr', STRING, BOOL, (value) => succeeds(() => cidrOf(text(value))))],
  containsIP: [
    member('cidr_contains_ip_string', [CIDR_TYPE, STRING], BOOL, (value, other) => containsAddress(cidr(value).prefix, ipOf(text(other)).address)),
    member('cidr_contains_ip_ip', [CIDR_TYPE, IP_TYPE], BOOL, (value, other) => containsAddress(cidr(value).prefix, ip(other).address)),
  ],
  containsCIDR: [
    member('cidr_contains_cidr_string', [CIDR_TYPE, STRING], BOOL, (value, other) => containsPrefix(cidr(value), cidrOf(text(other)))),
    member('cidr_contains_cidr', [CIDR_TYPE, CIDR_TYPE], BOOL, (value, other) => containsPrefix(cidr(value), cidr(other))),
  ],
  prefixLength: [member('cidr_prefix_length', [CIDR_TYPE], INT, (value) => BigInt(cidr(value).prefix.length))],
  masked: [member('cidr_masked', [CIDR_TYPE], CIDR_TYPE, (value) => new CidrValue(masked(cidr(value).prefix)))],
  string: [
    global('ip_to_string', IP_TYPE, STRING, (value) => ip(value).text),
    global('cidr_to_string', CIDR_TYPE, STRING, (value) => prefixText(cidr(value).prefix)),
  ],
};

/** IP addresses and networks. */
export const ipLibrary: Library = { functions, types: [IP_TYPE, CIDR_TYPE] };
