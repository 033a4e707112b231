import type { Verb } from '../../api/definition/kind.ts';
import type { PathRequestInfo, RequestInfo } from '../contract/request-info.ts';

/** A boolean query parameter as upstream's conversion reads it: there, and neither `0` nor `false` in whatever case. */
export const isTrue = (value: string | null): boolean => value !== null && value !== '0' && value.toLowerCase() !== 'false';

/** Subresources of a namespace; anything else below it is a resource within. */
const NAMESPACE_SUBRESOURCES = new Set(['status', 'finalize']);

const PLAIN: Readonly<Record<string, Verb>> = { POST: 'create', PUT: 'update', PATCH: 'patch', GET: 'get', HEAD: 'get', DELETE: 'delete' };

/** Whether resources can be asked for anything by this HTTP method. */
export const isKnownMethod = (method: string): boolean => Object.hasOwn(PLAIN, method);

/**
 * Reads a request's path. Paths with fewer segments than a resource has (`/api/v1`, `/apis/apps`) are no resources.
 * Segments are percent-decoded; a malformed or empty one makes the path no resource.
 */
export function requestInfoOf(method: string, path: string, query: URLSearchParams): RequestInfo {
  const other: PathRequestInfo = { isResource: false, verb: method.toLowerCase(), path };
  const segments = path.split('/');
  if (segments.at(-1) === '') segments.pop();
  let at: number;
  let group = '';
  if (segments[1] === 'api') at = 2;
  else if (segments[1] === 'apis') {
    group = segments[2] ?? '';
    at = 3;
  } else return other;
  const version = segments[at++];
  if (version === undefined || segments[at] === undefined) return other;
  let watchPath = false;
  if (segments[at] === 'watch' && segments[at + 1] !== undefined) {
    watchPath = true;
    at++;
  }
  let namespace = '';
  if (segments[at] === 'namespaces' && segments[at + 2] !== undefined && !NAMESPACE_SUBRESOURCES.has(segments[at + 2] ?? '')) {
    namespace = decoded(segments[at + 1]);
    at += 2;
  }
  const plural = segments[at] ?? '';
  const name = decoded(segments[at + 1]);
  const subresource = segments[at + 2] ?? '';
  if (namespace === '\0' || name === '\0') return other;
  const empty = segments.indexOf('', 1);
  if (empty > 0 && empty < at + 3) return other;
  const rest = segments.length > at + 3 ? path.slice(offsetOf(path, at + 3)) : '';
  // A proxied request may have this method too; it is no verb of its own (authorisation sees an empty one).
  let verb = PLAIN[method] ?? (method === 'OPTIONS' && subresource === 'proxy' ? 'get' : undefined);
  if (verb === undefined) return other;
  if (verb === 'get' && (name === '' || watchPath)) verb = watchPath || isTrue(query.get('watch')) ? 'watch' : 'list';
  else if (verb === 'delete' && name === '') verb = 'deletecollection';
  const accessNamespace = group === '' && plural === 'namespaces' ? name : namespace;
  return { isResource: true, verb, method, path, group, version, plural, namespace, accessNamespace, name, subresource, rest };
}

function decoded(segment: string | undefined): string {
  if (segment === undefined || !segment.includes('%')) return segment ?? '';
  try {
    return decodeURIComponent(segment);
  } catch {
    return '\0';
  }
}

/** Returns the offset of the segment with this index in the path. */
function offsetOf(path: string, index: number): number {
  let offset = 0;
  for (let i = 0; i < index; i++) offset = path.indexOf('/', offset) + 1;
  return offset;
}
