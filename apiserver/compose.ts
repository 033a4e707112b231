import { aborted } from '../base/abort.ts';
import type { Clock } from '../base/clock.ts';
import { logFault } from '../base/log.ts';
import type { Random } from '../base/random.ts';
import { systemRandom } from '../base/random.ts';
import type { Discovery } from '../runtime/client/discovered.ts';
import { createManager } from '../runtime/control/manager.ts';
import { processMetrics } from '../runtime/observe/process-metrics.ts';
import { admissionPlugins } from './admission/builtin/plugins.ts';
import type { PluginSelection } from './admission/optional/optional-plugin.ts';
import type { PodSecurityConfiguration } from './admission/pod-security/cluster-policy.ts';
import type { PolicyDispatchers } from './admission/policy/policy-admission.ts';
import { policyAdmission } from './admission/policy/policy-admission.ts';
import type { WebhookCalls } from './admission/webhook/webhook-admission.ts';
import { webhookAdmission } from './admission/webhook/webhook-admission.ts';
import { firstServiceIp, serviceAllocation } from './allocation/service-allocation.ts';
import type { Aggregation, AggregationSettings } from './apiservices/aggregation.ts';
import { aggregation } from './apiservices/aggregation.ts';
import type { AuthenticationMethods } from './authn/authenticator.ts';
import { createAuthenticator, tokenAuthenticator } from './authn/authenticator.ts';
import { AUTHENTICATED } from './authn/groups.ts';
import { identityReviews } from './authn/identity-reviews.ts';
import { issuerRoutes } from './authn/issuer-routes.ts';
import { discoveryController } from './authn/oidc/discovery-controller.ts';
import type { OidcIssuer } from './authn/oidc/issuer.ts';
import { oidcAuthenticator } from './authn/oidc/oidc-authenticator.ts';
import type { ServiceAccountTokens } from './authn/service-account-token.ts';
import type { TokenRequestPolicy } from './authn/token-request.ts';
import { tokenRequestHandler } from './authn/token-request.ts';
import { accessReviews } from './authz/access-reviews.ts';
import { creationCheck } from './authz/creation-check.ts';
import { nodeAuthorizer } from './authz/node/node-authorizer.ts';
import { privilegedGroups } from './authz/privileged-groups.ts';
import { escalationCheck } from './authz/rbac/escalation.ts';
import { createRbac } from './authz/rbac/rbac.ts';
import { unionAuthorizer } from './authz/union.ts';
import { usageReaders } from './authz/usage-readers.ts';
import type { AuthenticationTrust } from './bootstrap/authentication-trust.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import type { Authorizer } from './contract/authorizer.ts';
import type { Part } from './contract/part.ts';
import type { UserInfo } from './contract/request.ts';
import type { ResourceRequestInfo } from './contract/request-info.ts';
import type { StorageAccess } from './contract/storage-access.ts';
import { customResources } from './crd/custom-resources.ts';
import { discoveryRoutes, indexRoute } from './documents/discovery/discovery-routes.ts';
import { openApiRoutes } from './documents/openapi/openapi-routes.ts';
import type { InFlightLimits } from './flowcontrol/priority-and-fairness.ts';
import { priorityAndFairness } from './flowcontrol/priority-and-fairness.ts';
import type { Component } from './health/component-statuses.ts';
import { componentStatusCollection } from './health/component-statuses.ts';
import type { HealthCheck } from './health/health-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import { serverChecks, storeCheck } from './health/server-checks.ts';
import { versionRoute } from './health/version-route.ts';
import { admissionMetrics } from './metrics/admission-metrics.ts';
import type { MetricsRegistries } from './metrics/metrics-registries.ts';
import { metricsRoute } from './metrics/metrics-route.ts';
import { requestMetrics } from './metrics/request-metrics.ts';
import { storageMetrics } from './metrics/storage-metrics.ts';
import { nodeProxyHandlers } from './proxy/handlers.ts';
import type { KubeletTls } from './proxy/kubelet-connection.ts';
import { podActions } from './proxy/pod-actions.ts';
import { resourceMetrics } from './resource-metrics/resource-metrics.ts';
import type { ResourceOptions, Resources } from './resources.ts';
import { createResources } from './resources.ts';
import type { ApiServer } from './server.ts';
import { createApiServer } from './server.ts';
import type { WebhookClient } from './webhook/webhook-client.ts';

export interface ComposeOptions extends ResourceOptions {
  readonly tokens: ServiceAccountTokens;
  /** From `parseTokenFile`. */
  readonly staticTokens?: ReadonlyMap<string, UserInfo>;
  /** Further authorizers, asked after the privileged group and before nodes' rights and roles. */
  readonly authorizers?: readonly Authorizer[];
  /** Further ways to prove an identity. */
  readonly authentication?: Pick<AuthenticationMethods, 'requestHeader' | 'clientRoots' | 'anonymous'>;
  readonly oidcIssuers?: readonly OidcIssuer[];
  readonly tokenRequests?: TokenRequestPolicy;
  /** Published for API servers that extend this one. */
  readonly trust?: AuthenticationTrust;
  readonly metrics: MetricsRegistries;
  /** `https://host:port` under which the server calls itself. */
  readonly externalUrl: string;
  readonly advertise?: { readonly address: string; readonly port: number };
  /** Default 10.96.0.0/12. */
  readonly serviceCidr?: string;
  readonly nodePorts?: readonly [number, number];
  /** Authenticates this server and node agents to each other. Without it logs, exec and their like are refused. */
  readonly kubelet?: KubeletTls;
  /** The calls to servers behind APIServices. */
  readonly aggregation?: AggregationSettings;
  /** More conditions of /readyz. */
  readonly checks?: readonly HealthCheck[];
  /** The parts of the control plane that ComponentStatuses tell of, beside the store. */
  readonly components?: readonly Component[];
  readonly random?: Random;
  /** Default: no policy for namespaces without labels, and no exemptions. */
  readonly podSecurity?: PodSecurityConfiguration;
  /** The admission plugins that run beside those of every server, and those that do not. Default: none. */
  readonly admissionPlugins?: PluginSelection;
  /** Default: upstream's. */
  readonly inFlight?: InFlightLimits;
  /** Further parts, after the server's own. */
  readonly parts?: readonly Part[];
}

export interface ComposedServer extends ApiServer {
  /** Resolves when the server knows all it serves and a cluster's own objects are there; requests from the network wait for it. Call it once. */
  start(): Promise<void>;
  /** Runs the controllers of the parts until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  /** Returns the kinds that other servers serve for this one. */
  remoteKinds(): Discovery;
}

/** The identity of the server itself: it acts before there are roles that could allow it anything. */
export const SELF: UserInfo = { name: 'system:apiserver', groups: ['system:masters', AUTHENTICATED] };

/**
 * Puts an API server together: its resources, then its parts, then the pipeline that both make up. The only file that knows all parts.
 */
export function composeApiServer(options: ComposeOptions): ComposedServer {
  const { clock, log, metrics } = options;
  const resources = createResources(options);
  const { tokens, staticTokens, oidcIssuers = [] } = options;
  const oidc = oidcIssuers.map((issuer) => oidcAuthenticator(issuer, { clock, apiAudiences: tokens.apiAudiences }));
  const authentication = { ...options.authentication, tokens, objects: resources.storage, clock, log, oidc, ...(staticTokens && { staticTokens }) };
  const ofToken = tokenAuthenticator(authentication);
  const started = Promise.withResolvers<void>();
  const state: ServerState = { synced: false, started: new Set(), stopping: false };

  const { registry, storage } = resources;
  const rbac = createRbac(storage);
  const ofNodes = nodeAuthorizer(storage);
  const authorizer = unionAuthorizer([privilegedGroups, ...(options.authorizers ?? []), ofNodes, rbac.authorizer, usageReaders(rbac.authorizer)]);
  const { store, advertise, serviceCidr, shared = false } = options;
  const allocation = serviceAllocation({ objects: storage, store, clock, log, serviceCidr, nodePorts: options.nodePorts, random: options.random });
  const webhookClient = webhookClientOf(options, storage);
  const { random = systemRandom } = options;
  const aggregated = aggregation({ ...options.aggregation, objects: storage, kinds: options.kinds, clock, log, random, registry: metrics.lasting });
  const own: readonly Part[] = [
    // The quota is charged when validating: addresses are given out by then, and given back when it refuses.
    {
      name: 'admission',
      hooks: ['start-apiserver-admission-initializer'],
      plugins: admissionPlugins({
        objects: storage,
        clock,
        authorizer,
        kinds: options.kinds,
        podSecurity: options.podSecurity,
        metrics: metrics.lasting,
        added: (options.admissionPlugins?.added ?? []).map((plugin) =>
          plugin({ objects: storage, registry, authorizer, clock, client: () => client }),
        ),
      }),
    },
    allocation,
    customResources({ objects: storage, registry, log, webhookClient }),
    webhookAdmission({ objects: storage, registry, load: async () => loadWebhookCalls(options, storage, authorizer, await webhookClient()) }),
    policyAdmission({ objects: storage, registry, authorizer, load: () => loadPolicyDispatchers(options, resources, authorizer) }),
    aggregated,
    bootstrap({ objects: storage, store, log, serviceIp: firstServiceIp(serviceCidr), advertise, shared, clock, trust: options.trust }),
    priorityAndFairness({ objects: storage, registry, clock, metrics: metrics.lasting, limits: options.inFlight }),
    {
      name: 'authentication',
      routes: issuerRoutes(tokens, options.externalUrl),
      subresources: [tokenRequestHandler(tokens, options.tokenRequests), ...identityReviews(ofToken, clock)],
      ...(oidc.length > 0 ? { controllers: [discoveryController(oidc)] } : {}),
    },
    { name: 'authorization', subresources: accessReviews(authorizer), plugins: [creationCheck(authorizer), escalationCheck(rbac, authorizer)] },
    documentsPart(resources, clock),
    metricsPart(metrics, resources),
    {
      name: 'component statuses',
      collections: [componentStatusCollection([...(options.components ?? []), { name: 'etcd-0', check: storeCheck(store, clock) }])],
    },
    resourceMetrics({ objects: storage, clock, log, kubelet: options.kubelet }),
    { name: 'proxy', subresources: [...podActions(clock), ...nodeProxyHandlers(options.kubelet, random)] },
    ...(options.parts ?? []),
  ];
  const parts = withIndex(resources, [...own, { name: 'health', routes: healthAndVersion(options, own, state, [autoregistration(aggregated)]) }]);

  const server = createApiServer({
    resources,
    authenticator: createAuthenticator(authentication, ofToken),
    authorizer,
    parts,
    started: started.promise,
    admissionMetrics: admissionMetrics(metrics.lasting),
    disabledPlugins: options.admissionPlugins?.disabled,
  });
  const client = server.loopback(SELF);

  async function start(): Promise<void> {
    await resources.ready;
    rbac.start();
    ofNodes.start();
    state.synced = true;
    // Services can be created once it is known which addresses are taken.
    await allocation.start(client);
    state.started.add(allocation);
    await Promise.all(
      parts.map(async (part) => {
        if (part !== allocation) await part.start?.(client);
        state.started.add(part);
      }),
    );
  }

  return {
    ...server,
    remoteKinds: () => aggregated.remoteKinds(),
    start() {
      const starting = start();
      started.resolve(starting);
      return starting;
    },
    async run(signal) {
      void aborted(signal).then(() => {
        state.stopping = true;
      });
      const controllers = parts.flatMap((part) => part.controllers ?? []);
      const own = metrics.open();
      try {
        await createManager({ client, clock, log, registry: own.registry, controllers }).run(signal);
      } finally {
        own.end();
      }
    },
  };
}

/** Returns a function that loads the client of webhooks when it is called first: nothing that calls webhooks is loaded before there is one. */
function webhookClientOf({ clock, random }: ComposeOptions, objects: StorageAccess): () => Promise<WebhookClient> {
  let client: Promise<WebhookClient> | undefined;
  return () => {
    client ??= import('./webhook/webhook-client.ts').then(({ createWebhookClient }) => createWebhookClient({ objects, clock, random }));
    return client;
  };
}

async function loadWebhookCalls(
  { clock, log, metrics }: ComposeOptions,
  objects: StorageAccess,
  authorizer: Authorizer,
  client: WebhookClient,
): Promise<WebhookCalls> {
  const { webhookCalls } = await import('./admission/webhook/webhook-calls.ts');
  return webhookCalls({ client, objects, authorizer, clock, log }, metrics.lasting);
}

/** Nothing that evaluates policies is loaded before there is one. */
async function loadPolicyDispatchers({ clock, metrics }: ComposeOptions, resources: Resources, authorizer: Authorizer): Promise<PolicyDispatchers> {
  const { policyDispatchers } = await import('./admission/policy/policy-dispatchers.ts');
  const { policyMetrics } = await import('./admission/policy/invocation/policy-metrics.ts');
  const { registry, storage } = resources;
  return policyDispatchers({ registry, objects: storage, authorizer, clock, metrics: policyMetrics(metrics.lasting) });
}

function documentsPart({ registry }: Resources, clock: Clock): Part {
  const kinds = () => registry.kinds;
  return { name: 'documents', routes: [...discoveryRoutes(kinds), ...openApiRoutes(kinds, clock)] };
}

/** The progress of the server’s life, for its health. */
interface ServerState {
  /** The caches are filled. */
  synced: boolean;
  readonly started: Set<Part>;
  stopping: boolean;
}

function healthAndVersion(
  { store, clock, log, checks = [] }: ComposeOptions,
  parts: readonly Part[],
  state: ServerState,
  boot: readonly HealthCheck[],
) {
  const caches = ['generic-apiserver-start-informers', 'storage-readiness'].map((name) => ({ name, done: () => state.synced }));
  const hooks = parts.flatMap((part) => (part.hooks ?? []).map((name) => ({ name, done: () => state.started.has(part) })));
  const own = serverChecks({
    store,
    clock,
    hooks: [...caches, ...hooks],
    boot,
    synced: () => state.synced,
    stopping: () => state.stopping,
    logFault,
  });
  return [...healthRoutes([...own, ...checks], (check, why) => log.warn({ check, why }, 'a health check failed')), versionRoute];
}

/** Upstream's check that the server's own versions are registered. */
const autoregistration = ({ missing }: Aggregation): HealthCheck => ({
  name: 'autoregister-completion',
  check: () => (missing().length === 0 ? undefined : `missing APIService: [${missing().join(' ')}]`),
});

function metricsPart(metrics: MetricsRegistries, { registry }: Resources): Part {
  storageMetrics(metrics.lasting, () =>
    registry.kinds.map(({ group, version, plural, storedAs, storagePrefix }) => ({
      group,
      version,
      plural,
      objects: storedAs ? undefined : (registry.storageOf(storagePrefix)?.cache.size ?? 0),
      watchEvents: registry.find(group, version, plural)?.watched.events ?? 0,
    })),
  );
  const isServed = ({ group, version, plural, subresource }: ResourceRequestInfo) => {
    const kind = registry.find(group, version, plural)?.kind;
    return kind !== undefined && (subresource === '' || kind.subresources.some(({ name }) => name === subresource));
  };
  const deprecationOf = ({ group, version, plural }: Pick<ResourceRequestInfo, 'group' | 'version' | 'plural'>) =>
    registry.find(group, version, plural)?.kind.deprecation;
  const observer = requestMetrics(metrics.lasting, isServed, deprecationOf);
  const routes = [metricsRoute(metrics, () => processMetrics(metrics.lasting))];
  return { name: 'metrics', hooks: ['storage-object-count-tracker-hook'], routes, observers: [observer] };
}

/** The parts and, as one more, the index of all their paths. */
function withIndex({ registry }: Resources, parts: readonly Part[]): readonly Part[] {
  const routes = parts.flatMap((part) => part.routes ?? []);
  return [...parts, { name: 'index', routes: [indexRoute(() => registry.kinds, routes)] }];
}
