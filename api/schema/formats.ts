import { parseGoDuration } from '../../base/go-duration.ts';
import { parseTime } from '../../base/go-json.ts';
import { parseGoRequestUri } from '../../base/go-url.ts';
import { isIpv6 } from '../../base/ip-text.ts';
import type { Pattern } from '../../base/regexp.ts';
import { goPattern } from '../../base/regexp.ts';

type FormatCheck = (text: string) => boolean;

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const UUID3 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?3[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const UUID4 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?4[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const UUID5 = /^[0-9a-f]{8}-?[0-9a-f]{4}-?5[0-9a-f]{3}-?[89ab][0-9a-f]{3}-?[0-9a-f]{12}$/i;
const HEXCOLOR = /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
const CHANNEL = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
const RGBCOLOR = new RegExp(`^rgb\\(\\s*${CHANNEL}\\s*,\\s*${CHANNEL}\\s*,\\s*${CHANNEL}\\s*\\)$`);
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
const CREDIT_CARD = /^(?:4\d{12}(?:\d{3})?|5[1-5]\d{14}|6(?:011|5\d\d)\d{12}|3[47]\d{13}|3(?:0[0-5]|[68]\d)\d{11}|(?:2131|1800|35\d{3})\d{11})$/;
const SHORT_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LONG_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAC = /^(?:[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2})*|[0-9a-f]{4}(?:\.[0-9a-f]{4})+)$/i;
const MAC_BYTES = new Set([6, 8, 20]);
const TIME_OF_DAY = /^([0-9]{2}):([0-9]{2}):([0-9]{2})(?:.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})$/s;
/** A number and a unit, by which Scala writes durations. */
const SCALA_TERM = /\d+\s*([A-Za-z\u00b5]+)/g;
/** The units of SCALA_TERM; the last name of each may be the beginning of a longer one. */
const SCALA_UNITS = [
  ['ns', 'nano'],
  ['us', 'µs', 'micro'],
  ['ms', 'milli'],
  ['s', 'sec'],
  ['m', 'min'],
  ['h', 'hr', 'hour'],
  ['d', 'day'],
  ['w', 'wk', 'week'],
];

const HOSTNAME =
  '^([a-zA-Z0-9\\p{S}\\p{L}]((-?[a-zA-Z0-9\\p{S}\\p{L}]{0,62})?)|([a-zA-Z0-9\\p{S}\\p{L}](([a-zA-Z0-9-\\p{S}\\p{L}]{0,61}[a-zA-Z0-9\\p{S}\\p{L}])?)(\\.)){1,}([a-zA-Z\\p{L}]){2,63})$';
let hostname: Pattern | undefined;

function isHostname(text: string): boolean {
  // Compiled on first use: it takes milliseconds.
  hostname ??= goPattern(HOSTNAME);
  return hostname.test(text) && Buffer.byteLength(text) <= 255 && text.split('.').every((part) => Buffer.byteLength(part) <= 63);
}

/** Decimal parts may have leading zeros, as upstream still allows. */
function isDottedQuad(text: string): boolean {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part) && Number(part) <= 255);
}

const isIpv4 = (text: string): boolean => isDottedQuad(text) || (text.includes('.') && isIpv6(text));

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(bits)) return false;
  const address = text.slice(0, slash);
  return (isDottedQuad(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
}

const isMac = (text: string): boolean => MAC.test(text) && MAC_BYTES.has(text.replace(/[^0-9a-f]/gi, '').length / 2);

function isCreditCard(text: string): boolean {
  const digits = text.replace(/[^0-9]+/g, '');
  if (!CREDIT_CARD.test(digits)) return false;
  let sum = 0;
  for (let i = digits.length - 1, doubled = false; i >= 0; i--, doubled = !doubled) {
    const value = Number(digits[i]) * (doubled ? 2 : 1);
    sum += value >= 10 ? (value % 10) + 1 : value;
  }
  return sum % 10 === 0;
}

const withoutHyphens = (text: string): string => text.replace(/[\s-]+/g, '');

function isIsbn10(text: string): boolean {
  const digits = withoutHyphens(text);
  if (!/^(?:[0-9]{9}X|[0-9]{10})$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 10; i++) sum += (i + 1) * (digits[i] === 'X' ? 10 : Number(digits[i]));
  return sum % 11 === 0;
}

function isIsbn13(text: string): boolean {
  const digits = withoutHyphens(text);
  if (!/^[0-9]{13}$/.test(digits)) return false;
  let sum = 0;
  for (let i = 0; i < 12; i++) sum += (i % 2 === 0 ? 1 : 3) * Number(digits[i]);
  return Number(digits[12]) === (10 - (sum % 10)) % 10;
}

/** The forms of net/mail.ParseAddress that have a meaning outside of mail headers: an address, and one in angle brackets behind a name. */
function isEmail(text: string): boolean {
  const bracketed = /^\s*(?:"(?:[^"\\]|\\.)*"|[^"<>@,;:\\()]*)\s*<([^<>]*)>\s*$/s.exec(text);
  const address = (bracketed?.[1] ?? text).trim();
  return /^(?:[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*|"(?:[^"\\\r\n]|\\.)+")@(?:[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*|\[[^[\]\\\s]*\])$/u.test(
    address,
  );
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && parseTime(`${text}T00:00:00Z`).ok;

function isDateTime(text: string): boolean {
  const [date = '', time] = text.toLowerCase().split('t');
  const match = time === undefined ? null : TIME_OF_DAY.exec(time);
  return match !== null && isDate(date) && (match[1] ?? '') <= '23' && (match[2] ?? '') <= '59' && (match[3] ?? '') <= '59';
}

function isScalaUnit(unit: string): boolean {
  return SCALA_UNITS.some((names) => names.some((name, i) => unit === name || (i === names.length - 1 && unit.startsWith(name))));
}

function isDuration(text: string): boolean {
  if (typeof parseGoDuration(text) === 'number') return true;
  for (const [, unit = ''] of text.matchAll(SCALA_TERM)) if (isScalaUnit(unit.toLowerCase())) return true;
  return false;
}

const FORMATS: ReadonlyMap<string, FormatCheck> = new Map<string, FormatCheck>([
  ['bsonobjectid', (text) => /^[0-9a-f]{24}$/i.test(text)],
  ['uri', (text) => parseGoRequestUri(text).ok],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['cidr', isCidr],
  ['mac', isMac],
  ['uuid', (text) => UUID.test(text)],
  ['uuid3', (text) => UUID3.test(text)],
  ['uuid4', (text) => UUID4.test(text)],
  ['uuid5', (text) => UUID5.test(text)],
  ['isbn', (text) => isIsbn10(text) || isIsbn13(text)],
  ['isbn10', isIsbn10],
  ['isbn13', isIsbn13],
  ['creditcard', isCreditCard],
  ['ssn', (text) => text.length === 11 && /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', (text) => HEXCOLOR.test(text)],
  ['rgbcolor', (text) => RGBCOLOR.test(text)],
  ['byte', (text) => text !== '' && text.length % 4 === 0 && BASE64.test(text)],
  ['password', () => true],
  ['date', isDate],
  ['duration', isDuration],
  ['datetime', isDateTime],
  ['k8sshortname', (text) => text.length <= 63 && SHORT_NAME.test(text)],
  ['k8slongname', (text) => text.length <= 253 && LONG_NAME.test(text)],
]);

/**
 * Returns the check of a string format, whose hyphens do not matter; undefined for names that are not enforced
 * (k8s.io/kube-openapi/pkg/validation/strfmt, and pkg/apiserver/validation/formats.go of apiextensions-apiserver).
 */
export const stringFormat = (name: string): FormatCheck | undefined => FORMATS.get(name.replaceAll('-', ''));
