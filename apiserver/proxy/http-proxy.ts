import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream';
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

/** `[http:|https:]name[:port]`, as the path names what is proxied to; `what` stands in the error. @throws StatusError 400. */
export function proxyName(text: string, what = 'proxy'): ProxyName {
  const parts = text.split(':');
  const [scheme, name, port = ''] = parts.length < 3 ? ['', ...parts] : parts;
  if (name && parts.length < 4 && (scheme === 'http' || scheme === 'https' || scheme === '')) {
    return { scheme: scheme === 'https' ? 'https' : 'http', name, port };
  }
  throw errors.badRequest(`invalid ${what} request ${JSON.stringify(text)}`);
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

/** The path of the request up to what goes to the target: `…/proxy`. */
function rootOf({ request, info }: SubresourceRequest): string {
  const rest = info.isResource ? info.rest : '';
  const { path } = request;
  return path.slice(0, path.length - rest.length).replace(/\/$/, '');
}

/** A browser that asks for the bare path is sent to the one with a slash: links of the page that is there would lead elsewhere. */
function slashed({ request, info }: SubresourceRequest): ApiResponse | undefined {
  const isBare = info.isResource && info.rest === '' && !request.path.endsWith('/');
  if (!isBare || (request.method !== 'GET' && request.method !== 'HEAD')) return undefined;
  const query = request.target?.split('?').slice(1).join('?') ?? request.query.toString();
  return { status: 301, headers: { location: `${request.path}/${query === '' ? '' : `?${query}`}` }, body: { kind: 'text', parts: [] } };
}

/**
 * Returns the function that rewrites a link of the target, which knows nothing of the path it is reached by here. Links to other hosts and
 * relative ones stay.
 */
function linkTo(root: string, target: Target, host: string | undefined): (url: string) => string {
  const own = new Set([host, target.host, `${target.host}:${target.port}`]);
  return (url) => {
    const [, authority, rest = ''] = /^(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/([^/?#]*))?(.*)$/s.exec(url) ?? [];
    if ((authority !== undefined && !own.has(authority)) || !rest.startsWith('/')) return url;
    return rest.startsWith(root) ? rest : root + rest;
  };
}

/** Reverses a content coding, so that a text can be changed, and makes it again. Undefined if the coding is not known. */
const CODINGS: Readonly<Record<string, () => Promise<readonly [Duplex, Duplex] | readonly []>>> = {
  '': async () => [],
  gzip: async () => {
    const { createGunzip, createGzip } = await import('node:zlib');
    return [createGunzip(), createGzip()];
  },
  deflate: async () => {
    const { createDeflateRaw, createInflateRaw } = await import('node:zlib');
    return [createInflateRaw(), createDeflateRaw()];
  },
};

/** Returns the answer with links that lead here (k8s.io/apimachinery/pkg/util/proxy, Transport). */
async function linkedHere(incoming: IncomingMessage, link: (url: string) => string): Promise<ApiResponse> {
  const { location, 'content-type': type = '', 'content-encoding': coding = '' } = incoming.headers;
  if (location !== undefined) {
    const answer = streamed(incoming);
    return { ...answer, headers: { ...answer.headers, location: link(location) } };
  }
  const codec = CODINGS[coding];
  if (type.split(';', 1)[0]?.trim() !== 'text/html' || !codec) return streamed(incoming);
  const [{ linkStream }, [decoder, encoder]] = await Promise.all([import('./html-links.ts'), codec()]);
  const links = linkStream(link);
  // A failure destroys all of them, and the reader of the last one learns of it.
  const failed = () => {};
  return streamed(incoming, decoder && encoder ? pipeline(incoming, decoder, links, encoder, failed) : pipeline(incoming, links, failed));
}

/** Headers by which a page opens itself to scripts of other sites; here it would open the API. */
const CROSS_ORIGIN = [
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-allow-origin',
];

async function pass(request: SubresourceRequest, target: Target): Promise<ApiResponse> {
  const { request: http } = request;
  const { host } = http.headers;
  // Servers with several names tell them by the header; node agents have one.
  const named: Target = target.agent || !host ? target : { ...target, headers: { host } };
  if (wantsUpgrade(http)) return tunnel(http, named, async (incoming) => streamed(incoming));
  const redirect = slashed(request);
  if (redirect) return redirect;
  const headers = { ...named.headers, 'x-forwarded-uri': http.path };
  const answer = await linkedHere(await send(http, { ...named, headers }), linkTo(rootOf(request), target, host));
  const kept = Object.entries(answer.headers).filter(([name]) => !CROSS_ORIGIN.includes(name));
  return { ...answer, headers: Object.fromEntries(kept) };
}

const VERBS = ['create', 'delete', 'get', 'patch', 'update'] as const;

function proxyHandler(plural: string, targetOf: (request: SubresourceRequest, asked: ProxyName) => Target): SubresourceHandler {
  return {
    group: '',
    plural,
    subresource: 'proxy',
    verbs: VERBS,
    async handle(request) {
      const asked = proxyName(request.key.name, plural.slice(0, -1));
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
