/** The parts of a URL, as Go's net/url takes it apart. */
export interface GoUrl {
  readonly scheme: string;
  /** With the port, without the user. */
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
  readonly query: string;
}

/** A text that Go refuses, with Go's sentence. */
export class GoUrlError extends Error {}

const isControl = (c: string): boolean => c < ' ' || c === '\u007f';
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})(.{0,2})/s;
/** Characters that Go takes in a host name without an escape. */
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]*$/;
const INVALID_IN_USER = /[^A-Za-z0-9\-._:~!$&'()*+,;=%@]/;

/**
 * Reads an absolute URL or an absolute path as Go's url.ParseRequestURI does; a fragment is then taken off as url.Parse does.
 * @throws GoUrlError
 */
export function parseGoUrl(text: string): GoUrl {
  const failed = (why: string): GoUrlError => new GoUrlError(`parse ${JSON.stringify(text)}: ${why}`);
  if (text === '') throw failed('empty url');
  if (Array.from(text).some(isControl)) throw failed('net/url: invalid control character in URL');
  parsed(text, failed);
  const [beforeFragment = ''] = text.split('#');
  return parsed(beforeFragment, failed);
}

function parsed(text: string, failed: (why: string) => GoUrlError): GoUrl {
  if (text === '*') return { scheme: '', host: '', hostname: '', port: '', escapedPath: '*', query: '' };
  const scheme = SCHEME.exec(text)?.[1]?.toLowerCase() ?? '';
  if (scheme === '' && text.startsWith(':')) throw failed('missing protocol scheme');
  let rest = scheme === '' ? text : text.slice(scheme.length + 1);
  const question = rest.indexOf('?');
  const query = question < 0 ? '' : rest.slice(question + 1);
  if (question >= 0) rest = rest.slice(0, question);
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { scheme, host: '', hostname: '', port: '', escapedPath: '', query };
    throw failed('invalid URI for request');
  }
  let host = '';
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const end = rest.indexOf('/', 2);
    const authority = rest.slice(2, end < 0 ? undefined : end);
    rest = end < 0 ? '' : rest.slice(end);
    host = hostOf(authority, failed);
  }
  checkEscapes(rest, failed);
  return { scheme, host, ...splitPort(host), escapedPath: escaped(rest), query };
}

function checkEscapes(text: string, failed: (why: string) => GoUrlError): void {
  const bad = BAD_ESCAPE.exec(text);
  if (bad) throw failed(`invalid URL escape ${JSON.stringify(bad[0])}`);
}

function hostOf(authority: string, failed: (why: string) => GoUrlError): string {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && INVALID_IN_USER.test(authority.slice(0, at))) throw failed('net/url: invalid userinfo');
  const host = authority.slice(at + 1);
  if (host.startsWith('[')) {
    const close = host.lastIndexOf(']');
    if (close < 0) throw failed("missing ']' in host");
    const port = host.slice(close + 1);
    if (!/^(?::\d*)?$/.test(port)) throw failed(`invalid port ${JSON.stringify(port)} after host`);
  } else {
    const colon = host.lastIndexOf(':');
    if (colon >= 0 && !/^:\d*$/.test(host.slice(colon))) throw failed(`invalid port ${JSON.stringify(host.slice(colon))} after host`);
  }
  const bad = [...host].find((c) => !HOST.test(c));
  if (bad !== undefined) throw failed(`invalid character ${JSON.stringify(bad)} in host name`);
  checkEscapes(host, failed);
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}

function splitPort(host: string): { hostname: string; port: string } {
  const match = /^(.*?)(?::(\d*))?$/s.exec(host);
  const name = match?.[1] ?? host;
  return { hostname: name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name, port: match?.[2] ?? '' };
}

/** Characters of a path that Go leaves as they are. */
const escaped = (path: string): string =>
  path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%[\]]/gu, (c) =>
    encodeURIComponent(c).replace(/[!'()*]/g, (x) => `%${x.charCodeAt(0).toString(16).toUpperCase()}`),
  );

/** Returns the parameters of a query; those that cannot be decoded are left out, as in Go. */
export function queryOf({ query }: GoUrl): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const part of query.split('&')) {
    if (part === '' || part.includes(';')) continue;
    const equals = part.indexOf('=');
    try {
      const [key, value] = (equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)]).map((p) =>
        decodeURIComponent(p.replaceAll('+', ' ')),
      );
      if (key === undefined || value === undefined) continue;
      const values = found.get(key);
      if (values) values.push(value);
      else found.set(key, [value]);
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
    }
  }
  return found;
}
