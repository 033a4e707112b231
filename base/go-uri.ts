/** The forms of URIs that Go accepts: clients of kube-apiserver meet its rules, not those of WHATWG. */

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what Go refuses
const CONTROL = /[\u0000-\u001f\u007f]/;
const SCHEME = /^([a-zA-Z][a-zA-Z0-9+.-]*):/;
const BAD_ESCAPE = /%(?![0-9a-fA-F]{2})/;
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\u{10ffff}]*$/u;
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;

function isAuthority(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at >= 0 && (!USERINFO.test(text.slice(0, at)) || BAD_ESCAPE.test(text.slice(0, at)))) return false;
  const host = text.slice(at + 1);
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']');
    return end > 0 && /^(?::\d*)?$/.test(host.slice(end + 1)) && HOST.test(host) && !BAD_ESCAPE.test(host);
  }
  const colon = host.lastIndexOf(':');
  if (colon >= 0 && !/^:\d*$/.test(host.slice(colon))) return false;
  // Only bytes outside ASCII may be escaped in a host.
  return HOST.test(host) && !/%(?![89a-fA-F][0-9a-fA-F])/.test(host);
}

/** Whether Go's url.ParseRequestURI takes a text: an absolute URI, or an absolute path. */
export function isRequestUri(text: string): boolean {
  if (text === '' || CONTROL.test(text)) return false;
  if (text === '*') return true;
  const scheme = SCHEME.exec(text)?.[1];
  if (scheme === undefined && text.startsWith(':')) return false;
  const rest = (scheme === undefined ? text : text.slice(scheme.length + 1)).split('?', 1)[0] ?? '';
  if (!rest.startsWith('/')) return scheme !== undefined;
  if (scheme === undefined || !rest.startsWith('//')) return !BAD_ESCAPE.test(rest);
  const slash = rest.indexOf('/', 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  return isAuthority(authority) && (slash < 0 || !BAD_ESCAPE.test(rest.slice(slash)));
}
