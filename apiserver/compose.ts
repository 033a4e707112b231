import type { Registry as MetricsRegistry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import { processMetrics } from '../runtime/observe/process-metrics.ts';
import type { Store } from '../store/store.ts';
import { admissionPlugins } from './admission/builtin/plugins.ts';
import { firstServiceIp, serviceAllocation } from './allocation/service-allocation.ts';
import { createAuthenticator, tokenAuthenticator } from './authn/authenticator.ts';
import { identityReviews } from './authn/identity-reviews.ts';
import type { ServiceAccountTokens } from './authn/service-account-token.ts';
import { tokenRequestHandler } from './authn/token-request.ts';
import { accessReviews } from './authz/access-reviews.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import type { Authenticator } from './contract/authenticator.ts';
import type { Authorizer } from './contract/authorizer.ts';
import type { Extensions } from './contract/extension.ts';
import type { UserInfo } from './contract/request.ts';
import type { RouteHandler } from './contract/route.ts';
import { customResources } from './crd/custom-resources.ts';
import { discoveryRoutes, indexRoute } from './documents/discovery/discovery-routes.ts';
import { openApiRoutes } from './documents/openapi/openapi-routes.ts';
import type { HealthCheck } from './health/health-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import { issuerRoutes, metricsRoute, versionRoute } from './health/server-routes.ts';
import { requestMetrics } from './metrics/request-metrics.ts';
import { storageMetrics } from './metrics/storage-metrics.ts';
import { nodeProxyHandlers } from './proxy/handlers.ts';
import type { KubeletTls } from './proxy/kubelet-connection.ts';
import { podActions } from './proxy/pod-actions.ts';
import type { ServerInsides } from './server.ts';

export interface EdgeOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  readonly tokens: ServiceAccountTokens;
  /** From `parseTokenFile`. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  readonly authorizer: Authorizer;
  readonly metrics: MetricsRegistry;
  /** `https://host:port` under which the server calls itself. */
  readonly externalUrl: string;
  readonly advertise?: { readonly address: string; readonly port: number };
  /** Several servers write to the store. */
  readonly shared?: boolean;
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string;
  readonly nodePorts?: readonly [number, number];
  /** How this server shows itself to node agents, and knows them. Left out: logs, exec and their like are refused. */
  readonly kubelet?: KubeletTls;
  /** More that has to work for /readyz to say so. */
  readonly checks?: readonly HealthCheck[];
  /** More paths: OpenAPI … */
  readonly routes?: (insides: ServerInsides) => readonly RouteHandler[];
}

/** Who the server is when it acts by itself. */
export const SELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] };

/**
 * All that stands around the pipeline of an API server: authentication, admission, allocation, discovery, health, metrics, the way to the
 * nodes, custom resources and the objects a cluster starts with.
 *
 * Give `authenticator`, `authorizer` and `extensions` to `createApiServer`; when the server is ready, await `start`, then keep `run` going.
 */
export function createEdge(options: EdgeOptions) {
  const { store, clock, log, tokens, authorizer } = options;
  let insides: ServerInsides | undefined;
  let started = false;
  const inside = (): ServerInsides => {
    if (!insides) throw new Error('the edge is not connected to a server yet: give its extensions to createApiServer');
    return insides;
  };
  const authentication = {
    tokens,
    authorizer,
    clock,
    staticTokens: options.staticTokens,
    objects: { get: ((kind, key) => inside().storage.get(kind, key)) satisfies ServerInsides['storage']['get'] },
  };
  const ofToken = tokenAuthenticator(authentication);
  const authenticator: Authenticator = createAuthenticator(authentication, ofToken);

  const checks: readonly HealthCheck[] = [
    { name: 'etcd', check: async () => void (await store.revision()) },
    { name: 'poststarthook/start', for: ['readyz'], check: () => (started ? undefined : 'the cluster’s own objects are not there yet') },
    ...(options.checks ?? []),
  ];

  type Parts = {
    readonly allocation: ReturnType<typeof serviceAllocation>;
    readonly own: ReturnType<typeof bootstrap>;
    readonly custom: ReturnType<typeof customResources>;
  };
  let parts: Parts | undefined;

  function extensions(given: ServerInsides): Extensions {
    insides = given;
    const { storage, registry } = given;
    const allocation = serviceAllocation({ objects: storage, store, clock, log, serviceCidr: options.serviceCidr, nodePorts: options.nodePorts });
    const serviceIp = firstServiceIp(options.serviceCidr);
    const client = given.loopback(SELF);
    const own = bootstrap({ client, objects: storage, store, clock, log, serviceIp, advertise: options.advertise, shared: options.shared ?? false });
    const custom = customResources({ client, objects: storage, registry, clock, log });
    parts = { allocation, own, custom };
    processMetrics(options.metrics);
    storageMetrics(options.metrics, () =>
      registry.kinds.map(({ group, version, plural, storedAs, storagePrefix }) => ({
        group,
        version,
        plural,
        objects: storedAs ? undefined : (registry.storageOf(storagePrefix)?.cache.size ?? 0),
        watchEvents: registry.find(group, version, plural)?.watched.events ?? 0,
      })),
    );
    const routes: readonly RouteHandler[] = [
      ...discoveryRoutes(() => registry.kinds),
      ...openApiRoutes(() => registry.kinds),
      ...healthRoutes(checks, (check, why) => log.warn({ check, why }, 'a health check failed')),
      versionRoute,
      metricsRoute(options.metrics),
      ...issuerRoutes(tokens, options.externalUrl),
      ...(options.routes?.(given) ?? []),
    ];
    return {
      // The quota is charged when validating: addresses are given out by then, and given back when it refuses.
      admission: [...admissionPlugins(storage, clock), allocation.plugin, custom.plugin],
      observer: requestMetrics(options.metrics, ({ group, version, plural, subresource }) => {
        const kind = registry.find(group, version, plural)?.kind;
        return kind !== undefined && (subresource === '' || kind.subresources.some(({ name }) => name === subresource));
      }),
      routes: [...routes, indexRoute(() => registry.kinds, routes)],
      subresources: [
        tokenRequestHandler(tokens),
        ...identityReviews(ofToken, clock),
        ...accessReviews(authorizer),
        ...podActions(client, clock),
        ...nodeProxyHandlers(options.kubelet),
      ],
    };
  }

  return {
    authenticator,
    authorizer,
    extensions,
    /** Makes what a cluster starts with; /readyz says ok from then on. Call it when the server is ready. */
    async start(): Promise<void> {
      if (!parts) throw new Error('the edge is not connected to a server yet: give its extensions to createApiServer');
      await parts.allocation.start();
      await Promise.all([parts.own.ensure(), parts.custom.start()]);
      started = true;
    },
    /** Keeps allocations, custom resources and the cluster's own objects right until the signal aborts. */
    async run(signal: AbortSignal): Promise<void> {
      if (!parts) return;
      await Promise.all([parts.allocation.run(signal), parts.own.run(signal), parts.custom.run(signal)]);
    },
  };
}
