import { pods } from '../../api/kinds/core/pod/index.ts';
import { services } from '../../api/kinds/core/service/index.ts';
import { endpointSlices } from '../../api/kinds/discovery/endpoint-slice.ts';
import { errors, StatusError } from '../../api/meta/status-error.ts';
import type { Random } from '../../base/random.ts';
import type { ApiResponse } from '../contract/request.ts';
import type { StorageAccess } from '../contract/storage-access.ts';
import type { SubresourceHandler, SubresourceRequest } from '../contract/subresource.ts';
import { proxyOptions } from './connect-options.ts';
import type { Target } from './forward.ts';
import { send, streamed, tunnel, wantsUpgrade } from './forward.ts';
import type { KubeletConnection } from './kubelet-connection.ts';

interface ProxyName {
  readonly scheme: 'http' | 'https';
  readonly name: string;
  /** A number or a port's name; empty where none is given. */
  readonly port: string;
}

/** `[http:|https:]name[:port]`, as the path names what is proxied to. @throws StatusError 400. */
export function proxyName(text: string): ProxyName {
  const parts = text.split(':');
  const [first = '', second = '', third = ''] = parts;
  if (parts.length === 1) return { scheme: 'http', name: first, port: '' };
  if (parts.length === 2) return { scheme: 'http', name: first, port: second };
  if (parts.length === 3 && (first === 'http' || first === 'https' || first === '')) {
    return { scheme: first === 'https' ? 'https' : 'http', name: second, port: third };
  }
  throw errors.badRequest(`invalid proxy request ${JSON.stringify(text)}`);
}

const numberOf = (port: string): number | undefined => (/^\d+$/.test(port) && Number(port) > 0 && Number(port) < 65536 ? Number(port) : undefined);

function podAddress(objects: StorageAccess, request: SubresourceRequest, asked: ProxyName): { host: string; port: number } {
  const pod = objects.get(pods, { namespace: request.key.namespace, name: asked.name });
  if (!pod) throw errors.notFound(pods, asked.name);
  const host = pod.status?.podIPs?.[0]?.ip ?? pod.status?.podIP;
  if (!host) throw errors.badRequest('address not allowed');
  const declared = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  const named = asked.port === '' ? declared[0] : declared.find(({ name }) => name === asked.port);
  const port = numberOf(asked.port) ?? named?.containerPort ?? (asked.port === '' ? 80 : undefined);
  if (port === undefined) throw errors.badRequest(`pod ${asked.name} has no port ${JSON.stringify(asked.port)}`);
  return { host, port };
}

/** One of the service's ready endpoints, at the port that belongs to the service port asked for. */
function serviceAddress(objects: StorageAccess, request: SubresourceRequest, asked: ProxyName, random: Random): { host: string; port: number } {
  const { namespace } = request.key;
  const service = objects.get(services, { namespace, name: asked.name });
  if (!service) throw errors.notFound(services, asked.name);
  const ports = service.spec?.ports ?? [];
  const port = asked.port === '' && ports.length === 1 ? ports[0] : ports.find((one) => one.name === asked.port || String(one.port) === asked.port);
  if (!port) throw errors.serviceUnavailable(`no service port ${JSON.stringify(asked.port)} found for service ${JSON.stringify(asked.name)}`);
  const slices = objects.list(endpointSlices, namespace).filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === asked.name);
  const ready = slices.flatMap((slice) => {
    const number = slice.ports?.find((one) => (one.name ?? '') === (port.name ?? ''))?.port;
    if (number === undefined) return [];
    return (slice.endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses.slice(0, 1).map((host) => ({ host, port: number })));
  });
  const chosen = ready[Math.floor(random() * ready.length)];
  if (!chosen) throw errors.serviceUnavailable(`no endpoints available for service ${JSON.stringify(asked.name)}`);
  return chosen;
}

function pathOf({ request, info }: SubresourceRequest): string {
  const rest = info.isResource ? info.rest : '';
  const query = request.query.toString();
  return `/${rest}${query === '' ? '' : `?${query}`}`;
}

async function pass(request: SubresourceRequest, target: Target): Promise<ApiResponse> {
  const { request: http } = request;
  if (wantsUpgrade(http)) return tunnel(http, target, async (incoming) => streamed(incoming));
  const answer = streamed(await send(http, target));
  const { location } = answer.headers;
  if (typeof location !== 'string' || !location.startsWith('/')) return answer;
  // The target knows nothing of the path it is reached by here.
  const { path } = http;
  const root = path.slice(0, path.indexOf('/proxy') + '/proxy'.length);
  return { ...answer, headers: { ...answer.headers, location: root + location } };
}

const VERBS = ['create', 'delete', 'get', 'patch', 'update'] as const;

function proxyHandler(plural: string, targetOf: (request: SubresourceRequest, asked: ProxyName) => Target): SubresourceHandler {
  return {
    group: '',
    plural,
    subresource: 'proxy',
    verbs: VERBS,
    async handle(request) {
      const asked = proxyName(request.key.name);
      const target = targetOf(request, asked);
      await request.admit({ verb: 'connect', object: proxyOptions(request), old: undefined });
      return pass(request, target);
    },
  };
}

/** Serves pods/proxy, services/proxy and (where there is a way to agents) nodes/proxy: requests go on with method, headers, query and body. */
export function httpProxies(kubelet: KubeletConnection | undefined, random: Random): readonly SubresourceHandler[] {
  return [
    proxyHandler('pods', (request, asked) => ({ protocol: asked.scheme, path: pathOf(request), ...podAddress(request.storage, request, asked) })),
    proxyHandler('services', (request, asked) => ({
      protocol: asked.scheme,
      path: pathOf(request),
      ...serviceAddress(request.storage, request, asked, random),
    })),
    proxyHandler('nodes', (request, asked) => {
      if (!kubelet) throw new StatusError('ServiceUnavailable', 'this server has no certificate to show to node agents');
      const target = kubelet.target(request.storage, asked.name, pathOf(request));
      return { ...target, port: numberOf(asked.port) ?? target.port };
    }),
  ];
}
