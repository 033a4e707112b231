import { AddressError, parseAddress } from './go-address.ts';
import { goQuote } from './go-format.ts';

/** The parts of a URL as Go's net/url reads them. */
export interface GoUrl {
  /** Lower case; empty if there is none. */
  readonly scheme: string;
  /** Text before the `@`, as given; undefined if there is no `@`. */
  readonly user: string | undefined;
  /** Host and port, without escapes. */
  readonly host: string;
  /** As given, with its escapes; empty if the rest of the URL does not begin with a slash. */
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  /** Without the `#` and without escapes. */
  readonly fragment: string;
}

export type GoUrlResult = { readonly ok: true; readonly url: GoUrl } | { readonly ok: false; readonly problem: string };

/** Ends the parse with the text of Go's error. */
class Malformed extends Error {}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses them.
const CONTROL = /[\x00-\x1f\x7f]/;
const OPTIONAL_PORT = /^(?::[0-9]*)?$/;
const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const ESCAPE = /%([0-9a-fA-F]{2})/g;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2}).{0,2}/su;
/** Finds what a host may not hold: an escape that is none or stands for ASCII, or a character outside the set. */
const BAD_IN_HOST = /%(?![0-9a-fA-F]{2}).{0,2}|%(?!25)[0-7][0-9a-fA-F]|[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/su;
/** The same in the zone of an IPv6 address, where characters of hosts and blanks may be escaped. */
const BAD_IN_ZONE =
  /%(?![0-9a-fA-F]{2}).{0,2}|%(?!20|2[124-9a-eA-E]|3[0-9a-eA-E]|4[1-9a-fA-F]|5[0-9aAbBdDfF]|6[1-9a-fA-F]|7[0-9aAeE])[0-9a-fA-F]{2}|[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/su;
/** Matches what Go takes as the encoding of a path. */
const ENCODED_PATH = /^[A-Za-z0-9\-._~$&+,/:;=@!'()*[\]%]*$/;
/** Bytes of a path that Go writes as they are. */
const PLAIN_IN_PATH = /[A-Za-z0-9\-._~$&+,/:;=@]/;

/** Parses a URL or a reference as Go's `url.Parse` does, errors included: WHATWG's parser takes and repairs what Go refuses, and the other way round. */
export function parseGoUrl(text: string): GoUrlResult {
  const [head, fragment] = cut(text, '#');
  try {
    const url = parseHead(head, false);
    try {
      return { ok: true, url: { ...url, fragment: unescaped(fragment, BAD_ESCAPE) } };
    } catch (error) {
      return failed(text, error);
    }
  } catch (error) {
    return failed(head, error);
  }
}

/** Parses an absolute URI or an absolute path as Go's `url.ParseRequestURI` does. A `#` has no meaning: it is part of path or query. */
export function parseGoRequestUri(text: string): GoUrlResult {
  try {
    return { ok: true, url: { ...parseHead(text, true), fragment: '' } };
  } catch (error) {
    return failed(text, error);
  }
}

function failed(text: string, error: unknown): GoUrlResult {
  if (!(error instanceof Malformed)) throw error;
  return { ok: false, problem: `parse ${goQuote(text)}: ${error.message}` };
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)];
}

function parseHead(text: string, viaRequest: boolean): Omit<GoUrl, 'fragment'> {
  if (CONTROL.test(text)) throw new Malformed('net/url: invalid control character in URL');
  if (text === '' && viaRequest) throw new Malformed('empty url');
  if (text === '*') return { scheme: '', user: undefined, host: '', path: '*', query: '' };
  if (text.startsWith(':')) throw new Malformed('missing protocol scheme');
  const prefix = SCHEME.exec(text)?.[1] ?? '';
  const scheme = prefix.toLowerCase();
  const [rest, query] = cut(scheme === '' ? text : text.slice(prefix.length + 1), '?');
  const none = { scheme, user: undefined, host: '', query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...none, path: '' };
    if (viaRequest) throw new Malformed('invalid URI for request');
    if (cut(rest, '/')[0].includes(':')) throw new Malformed('first path segment in URL cannot contain colon');
  }
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!viaRequest && !rest.startsWith('///')));
  if (!hasAuthority) return { ...none, path: checkEscapes(rest) };
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const at = authority.lastIndexOf('@');
  const host = hostOf(scheme, authority.slice(at + 1));
  const user = at < 0 ? undefined : checkUser(authority.slice(0, at));
  return { scheme, user, host, path: checkEscapes(slash < 0 ? '' : rest.slice(slash)), query };
}

function checkPort(port: string): void {
  if (!OPTIONAL_PORT.test(port)) throw new Malformed(`invalid port ${goQuote(port)} after host`);
}

function hostOf(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[');
  if (bracket > 0) throw new Malformed('invalid IP-literal');
  if (bracket === 0) return literalHost(host);
  const first = host.indexOf(':');
  // Databases' URLs list several hosts with their ports; those of HTTP have one.
  const colon = scheme === 'http' || scheme === 'https' ? first : host.lastIndexOf(':');
  if (colon >= 0) checkPort(host.slice(colon));
  return unescaped(host, BAD_IN_HOST);
}

/** Reads `[address]` or `[address%25zone]`, and a port. */
function literalHost(host: string): string {
  const close = host.lastIndexOf(']');
  if (close < 0) throw new Malformed("missing ']' in host");
  const port = host.slice(close + 1);
  checkPort(port);
  const inner = host.slice(1, close);
  const zone = inner.indexOf('%25');
  const address = zone < 0 ? unescaped(inner, BAD_IN_HOST) : unescaped(inner.slice(0, zone), BAD_IN_HOST) + unescaped(inner.slice(zone), BAD_IN_ZONE);
  try {
    if (parseAddress(address).family === 4) throw new Malformed('invalid IP-literal');
  } catch (error) {
    if (error instanceof AddressError) throw new Malformed(`invalid host: ${error.message}`);
    throw error;
  }
  return `[${address}]${port}`;
}

function checkUser(user: string): string {
  if (!USER_INFO.test(user)) throw new Malformed('net/url: invalid userinfo');
  for (const part of cut(user, ':')) checkEscapes(part);
  return user;
}

/** Quotes the first three bytes of a text, which may end within a character, as Go quotes an escape that is none. */
function quotedEscape(text: string): string {
  const bytes = Buffer.from(text).subarray(0, 3);
  let end = bytes.length;
  while (bytes.subarray(0, end).toString().endsWith('\ufffd')) end--;
  const cut = Array.from(bytes.subarray(end), (byte) => `\\x${byte.toString(16)}`).join('');
  return `${goQuote(bytes.subarray(0, end).toString()).slice(0, -1)}${cut}"`;
}

function check(text: string, bad: RegExp): void {
  const found = bad.exec(text)?.[0];
  if (found === undefined) return;
  throw new Malformed(found.startsWith('%') ? `invalid URL escape ${quotedEscape(found)}` : `invalid character ${goQuote(found)} in host name`);
}

function checkEscapes(text: string): string {
  if (text.includes('%')) check(text, BAD_ESCAPE);
  return text;
}

/** Returns the bytes of a text whose escapes are good. */
function bytesOf(text: string): Buffer {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { index, 0: whole, 1: hex = '' } of text.matchAll(ESCAPE)) {
    parts.push(Buffer.from(text.slice(at, index)), Buffer.of(Number.parseInt(hex, 16)));
    at = index + whole.length;
  }
  return Buffer.concat([...parts, Buffer.from(text.slice(at))]);
}

function unescaped(text: string, bad: RegExp): string {
  check(text, bad);
  return text.includes('%') ? bytesOf(text).toString() : text;
}

/** Returns the path as Go's `EscapedPath` writes it: as given if that is an encoding of a path, otherwise encoded anew. */
export function escapedPath({ path }: GoUrl): string {
  if (path === '*' || ENCODED_PATH.test(path)) return path;
  const encoded = (byte: number): string => {
    const character = String.fromCharCode(byte);
    return PLAIN_IN_PATH.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  };
  return Array.from(bytesOf(path), encoded).join('');
}

/** Returns the host without port and brackets, and the port, which may be empty. */
export function hostAndPort({ host }: GoUrl): { readonly hostname: string; readonly port: string } {
  const colon = host.lastIndexOf(':');
  const hasPort = colon >= 0 && OPTIONAL_PORT.test(host.slice(colon));
  const name = hasPort ? host.slice(0, colon) : host;
  return { hostname: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port: hasPort ? host.slice(colon + 1) : '' };
}

/** Returns the parameters of a query; those that cannot be decoded are left out, as in Go. */
export function queryOf({ query }: GoUrl): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';') || BAD_ESCAPE.test(part)) continue;
    const [key, value] = cut(part, '=').map((text) => bytesOf(text.replaceAll('+', ' ')).toString());
    if (key === undefined || value === undefined) continue;
    const values = found.get(key);
    if (values) values.push(value);
    else found.set(key, [value]);
  }
  return found;
}
