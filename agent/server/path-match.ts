import { errors } from '../../api/meta/status-error.ts';

/** The subject of a request to the node's server. */
export type NodeRequest =
  | {
      readonly kind: 'containerLogs' | 'exec' | 'attach' | 'run';
      readonly namespace: string;
      readonly pod: string;
      readonly uid?: string;
      readonly container: string;
    }
  /** A file or directory below the node's directory of logs. */
  | { readonly kind: 'nodeLogs'; readonly path: string }
  /** Requests of the provisioner of the class `local-path`; kubelet has no such path. */
  | { readonly kind: 'localVolume'; readonly name: string; readonly remove: boolean }
  | { readonly kind: 'portForward'; readonly namespace: string; readonly pod: string; readonly uid?: string }
  | { readonly kind: FixedPath };

/** The subjects of paths that name nothing. */
type FixedPath =
  | 'healthz'
  | 'pods'
  | 'runningPods'
  | 'configz'
  | 'slis'
  | 'metrics'
  | 'resourceMetrics'
  | 'containerMetrics'
  | 'probeMetrics'
  | 'summary';

const FIXED: ReadonlyMap<string, FixedPath> = new Map<string, FixedPath>([
  ['/healthz', 'healthz'],
  ['/healthz/ping', 'healthz'],
  ['/healthz/log', 'healthz'],
  ['/healthz/syncloop', 'healthz'],
  ['/pods', 'pods'],
  ['/pods/', 'pods'],
  ['/runningpods', 'runningPods'],
  ['/runningpods/', 'runningPods'],
  ['/configz', 'configz'],
  ['/metrics', 'metrics'],
  ['/metrics/cadvisor', 'containerMetrics'],
  ['/metrics/probes', 'probeMetrics'],
  ['/metrics/resource', 'resourceMetrics'],
  ['/metrics/slis', 'slis'],
  ['/stats/summary', 'summary'],
]);

/** Decodes a segment of a path. @throws StatusError 400 for an escape that is no UTF-8. */
function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw errors.badRequest(`the path segment ${JSON.stringify(segment)} is not a valid URL escape`);
  }
}

/**
 * Matches the paths of kubelet's server (pkg/kubelet/server/server.go). Returns undefined if there is no such path.
 * @throws StatusError 400 for a path that cannot be decoded.
 */
export function matchPath(path: string): NodeRequest | undefined {
  const fixed = FIXED.get(path);
  if (fixed) return { kind: fixed };
  if (path === '/logs' || path.startsWith('/logs/'))
    return { kind: 'nodeLogs', path: path.slice('/logs/'.length).split('/').map(decodedSegment).join('/') };
  const [, kind, namespace, pod, ...rest] = path.split('/').map(decodedSegment);
  if (kind === 'localVolumes' && namespace && rest.length === 0 && (pod === undefined || pod === 'remove')) {
    return { kind: 'localVolume', name: namespace, remove: pod === 'remove' };
  }
  if (!namespace || !pod) return undefined;
  if (kind === 'portForward' && rest.length <= 1) return { kind, namespace, pod, ...(rest[0] ? { uid: rest[0] } : {}) };
  if (kind !== 'containerLogs' && kind !== 'exec' && kind !== 'attach' && kind !== 'run') return undefined;
  const [first, second] = rest;
  if (first && second && rest.length === 2) return { kind, namespace, pod, uid: first, container: second };
  return first && rest.length === 1 ? { kind, namespace, pod, container: first } : undefined;
}
