/** The parts of a URL as Go's net/url reads them. */
export interface GoUrl {
  /** Lower case; empty if there is none. */
  readonly scheme: string;
  /** Text before the `@`, as given; undefined if there is no `@`. */
  readonly user: string | undefined;
  /** Host and port. */
  readonly host: string;
  readonly path: string;
  /** Without the `?`. */
  readonly query: string;
  /** Without the `#`. */
  readonly fragment: string;
}

export type GoUrlResult = { readonly ok: true; readonly url: GoUrl } | { readonly ok: false; readonly problem: string };

/** Ends the parse with the text of Go's error. */
class Malformed extends Error {}

const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses them.
const CONTROL = /[\x00-\x1f\x7f]/;
const OPTIONAL_PORT = /^(:[0-9]*)?$/;
const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const OUTSIDE_HOST = /[^A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]/u;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})(.{0,2})/;

/** Parses a URL as Go's `url.Parse` does, errors included: WHATWG's parser takes and repairs what Go refuses, and the other way round. */
export function parseGoUrl(text: string): GoUrlResult {
  const [head, fragment] = cut(text, '#');
  try {
    const url = parseHead(head);
    try {
      checkEscapes(fragment);
    } catch (error) {
      return failed(text, error);
    }
    return { ok: true, url: { ...url, fragment } };
  } catch (error) {
    return failed(head, error);
  }
}

function failed(text: string, error: unknown): GoUrlResult {
  if (!(error instanceof Malformed)) throw error;
  return { ok: false, problem: `parse ${JSON.stringify(text)}: ${error.message}` };
}

function cut(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + at.length)];
}

function parseHead(text: string): Omit<GoUrl, 'fragment'> {
  if (CONTROL.test(text)) throw new Malformed('net/url: invalid control character in URL');
  if (text.startsWith(':')) throw new Malformed('missing protocol scheme');
  const scheme = (SCHEME.exec(text)?.[1] ?? '').toLowerCase();
  const [rest, query] = cut(scheme === '' ? text : text.slice(scheme.length + 1), '?');
  const none = { scheme, user: undefined, host: '', query };
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...none, path: '' };
    if (cut(rest, '/')[0].includes(':')) throw new Malformed('first path segment in URL cannot contain colon');
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return { ...none, path: checkEscapes(rest) };
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const at = authority.lastIndexOf('@');
  const host = checkHost(authority.slice(at + 1));
  const user = at < 0 ? undefined : checkUser(authority.slice(0, at));
  return { scheme, user, host, path: checkEscapes(slash < 0 ? '' : rest.slice(slash)), query };
}

function checkHost(host: string): string {
  const bracket = host.lastIndexOf(']');
  if (host.startsWith('[') && bracket < 0) throw new Malformed("missing ']' in host");
  const colon = host.startsWith('[') ? bracket + 1 : host.lastIndexOf(':');
  const port = colon < 0 ? '' : host.slice(colon);
  if (!OPTIONAL_PORT.test(port)) throw new Malformed(`invalid port ${JSON.stringify(port)} after host`);
  checkEscapes(host);
  const outside = OUTSIDE_HOST.exec(host)?.[0];
  if (outside !== undefined) throw new Malformed(`invalid character ${JSON.stringify(outside)} in host name`);
  return host;
}

function checkUser(user: string): string {
  if (!USER_INFO.test(user)) throw new Malformed('net/url: invalid userinfo');
  return checkEscapes(user);
}

function checkEscapes(text: string): string {
  const bad = BAD_ESCAPE.exec(text)?.[0];
  if (bad !== undefined) throw new Malformed(`invalid URL escape ${JSON.stringify(bad)}`);
  return text;
}
