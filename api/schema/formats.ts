import { base64Problem, parseTime } from '../../base/go-json.ts';

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const versioned = (version: number, variant = false) =>
  new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant ? '[89ab][0-9a-f]{3}' : '[0-9a-f]{4}'}-?[0-9a-f]{12}$`, 'i');
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;
const HEXCOLOR = /^#?(?:[0-9a-f]{3}|[0-9a-f]{6})$/i;
const HOSTNAME = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*$/i;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
const DURATION =
  /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)\s*(?:ns|us|µs|μs|ms|s|m|h|d|w|nanosecond|microsecond|millisecond|second|minute|hour|day|week)s?(?:\s*(?:\d+(?:\.\d*)?|\.\d+)\s*(?:ns|us|µs|μs|ms|s|m|h|d|w))*$|^0$/;

function isUrl(text: string): boolean {
  return URL.canParse(text) || text.startsWith('/');
}

function isIpv6(text: string): boolean {
  return text.includes(':') && /^[0-9a-f:.]+$/i.test(text) && URL.canParse(`http://[${text}]`);
}

function isCidr(text: string): boolean {
  const slash = text.lastIndexOf('/');
  const bits = text.slice(slash + 1);
  if (slash < 0 || !/^\d{1,3}$/.test(bits)) return false;
  const address = text.slice(0, slash);
  return (IPV4.test(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128);
}

/**
 * The string formats that custom resources may ask for; other names are ignored, as upstream does
 * (https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation).
 */
export const stringFormats: ReadonlyMap<string, (text: string) => boolean> = new Map<string, (text: string) => boolean>([
  ['bsonobjectid', (text) => /^[0-9a-f]{24}$/i.test(text)],
  ['uri', isUrl],
  ['email', (text) => /^[^\s@<>]+@[^\s@<>]+$/.test(text)],
  ['hostname', (text) => HOSTNAME.test(text)],
  ['ipv4', (text) => IPV4.test(text)],
  ['ipv6', isIpv6],
  ['cidr', isCidr],
  ['mac', (text) => /^(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}$/i.test(text)],
  ['uuid', (text) => UUID.test(text)],
  ['uuid3', (text) => versioned(3).test(text)],
  ['uuid4', (text) => versioned(4, true).test(text)],
  ['uuid5', (text) => versioned(5, true).test(text)],
  ['isbn', (text) => /^(?:97[89])?\d{9}[\dX]$/.test(text.replace(/[- ]/g, ''))],
  ['isbn10', (text) => /^\d{9}[\dX]$/.test(text.replace(/[- ]/g, ''))],
  ['isbn13', (text) => /^97[89]\d{10}$/.test(text.replace(/[- ]/g, ''))],
  ['creditcard', (text) => /^\d{12,19}$/.test(text.replace(/[- ]/g, ''))],
  ['ssn', (text) => /^\d{3}[- ]?\d{2}[- ]?\d{4}$/.test(text)],
  ['hexcolor', (text) => HEXCOLOR.test(text)],
  ['rgbcolor', (text) => /^rgb\(\s*\d{1,3}\s*,\s*\d{1,3}\s*,\s*\d{1,3}\s*\)$/.test(text)],
  ['byte', (text) => base64Problem(text) < 0],
  ['date', (text) => DATE.test(text) && parseTime(`${text}T00:00:00Z`).ok],
  ['duration', (text) => DURATION.test(text)],
  ['date-time', (text) => parseTime(text).ok],
  ['datetime', (text) => parseTime(text).ok],
  ['quantity', () => true],
]);
