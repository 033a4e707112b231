import type { X509Certificate } from 'node:crypto';
import type { ApiRequest, UserInfo } from '../contract/request.ts';
import type { MutableHeaders } from './bearer-token.ts';
import { clientCertificates } from './client-certificate.ts';

/** The ways in which a front proxy proves itself and names its users (upstream's options --requestheader-…). */
export interface RequestHeaderOptions {
  /** The authorities of front proxies: never those of ordinary clients. */
  readonly roots: readonly X509Certificate[];
  /** Common names that a proxy's certificate may have. Empty: any. */
  readonly allowedNames: readonly string[];
  /** The first header with a value names the user. */
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}

/** Node reads headers as Latin-1; names may be UTF-8. Bytes that are neither become U+FFFD, as in Go's JSON. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: what is no ASCII is to be found
const utf8 = (text: string): string => (/^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1').toString('utf8'));

/** All values of a header, each as it was sent; a value may contain commas. */
function valuesOf(request: ApiRequest, name: string): string[] {
  const joined = request.headers[name];
  if (joined === undefined) return [];
  return (request.rawHeaders ? sentValues(request.rawHeaders, name) : [joined]).filter((value) => value !== '').map(utf8);
}

function sentValues(rawHeaders: readonly string[], name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === name) values.push(rawHeaders[i + 1] ?? '');
  return values;
}

/** Decodes %-escapes of a name; one that is malformed is taken as it is. */
function unescaped(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function extraOf(request: ApiRequest, prefixes: readonly string[]): Readonly<Record<string, readonly string[]>> | undefined {
  const extra = new Map<string, string[]>();
  for (const prefix of prefixes) {
    for (const header of Object.keys(request.headers)) {
      if (!header.startsWith(prefix)) continue;
      const key = unescaped(header.slice(prefix.length));
      extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(request, header)]);
    }
  }
  return extra.size === 0 ? undefined : Object.fromEntries(extra);
}

/**
 * Identifies the user whom a front proxy names by headers, if the proxy's own certificate is of the request-header authority and of an allowed
 * name. The headers are removed then. Headers from anybody else are not heeded.
 */
export function requestHeaders(options: RequestHeaderOptions): (request: ApiRequest, now: number) => UserInfo | undefined {
  const proxies = clientCertificates(options.roots);
  const lower = (names: readonly string[]) => names.map((name) => name.toLowerCase());
  const [usernames, uids, groups, prefixes] = [
    lower(options.usernameHeaders),
    lower(options.uidHeaders),
    lower(options.groupHeaders),
    lower(options.extraHeaderPrefixes),
  ];
  const firstOf = (request: ApiRequest, names: readonly string[]) => {
    for (const name of names) {
      const [value] = valuesOf(request, name);
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return (request, now) => {
    const proxy = request.connection && proxies(request.connection, now);
    if (!proxy || (options.allowedNames.length > 0 && !options.allowedNames.includes(proxy.commonName))) return undefined;
    const name = firstOf(request, usernames);
    if (name === undefined) return undefined;
    const uid = firstOf(request, uids);
    const extra = extraOf(request, prefixes);
    const user = {
      name,
      ...(uid === undefined ? {} : { uid }),
      groups: groups.flatMap((header) => valuesOf(request, header)),
      ...(extra && { extra }),
    };
    const headers: MutableHeaders = request.headers;
    for (const header of [...usernames, ...uids, ...groups]) delete headers[header];
    for (const header of Object.keys(headers)) if (prefixes.some((prefix) => header.startsWith(prefix))) delete headers[header];
    return user;
  };
}
