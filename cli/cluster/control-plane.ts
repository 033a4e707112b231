import type { Server } from 'node:net';
import { hostname } from 'node:os';
import type { Pod } from '../../api/kinds/core/pod/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { kinds } from '../../api/kinds/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { PluginSelection } from '../../apiserver/admission/optional/optional-plugin.ts';
import type { PodSecurityConfiguration } from '../../apiserver/admission/pod-security/cluster-policy.ts';
import type { AggregationSettings } from '../../apiserver/apiservices/aggregation.ts';
import type { AuditSettings } from '../../apiserver/audit/audit.ts';
import { openAudit } from '../../apiserver/audit/audit.ts';
import { certificatesOf } from '../../apiserver/authn/certificate-chain.ts';
import { serviceAccountTokens } from '../../apiserver/authn/service-account-token.ts';
import type { ComposedServer } from '../../apiserver/compose.ts';
import { composeApiServer } from '../../apiserver/compose.ts';
import type { Part } from '../../apiserver/contract/part.ts';
import { documentResponse, jsonResponse } from '../../apiserver/encode/plain-response.ts';
import type { InFlightLimits } from '../../apiserver/flowcontrol/priority-and-fairness.ts';
import type { Component } from '../../apiserver/health/component-statuses.ts';
import type { HealthCheck } from '../../apiserver/health/health-routes.ts';
import { listen } from '../../apiserver/http/https-listener.ts';
import type { MetricsRegistries } from '../../apiserver/metrics/metrics-registries.ts';
import { metricsRegistries } from '../../apiserver/metrics/metrics-registries.ts';
import { measuredStore } from '../../apiserver/metrics/storage-metrics.ts';
import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { namesIn } from '../../apiserver/pki/cluster-pki.ts';
import type { ApiServer } from '../../apiserver/server.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { HomeOptions } from '../../controllers/index.ts';
import { homeControllers } from '../../controllers/index.ts';
import type { ControllerDefinition } from '../../runtime/control/controller.ts';
import { createLeaderElector } from '../../runtime/control/leader-election.ts';
import { createLeaderMetrics } from '../../runtime/control/leader-metrics.ts';
import { createManager } from '../../runtime/control/manager.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import { createActionSink } from '../../runtime/observe/action-recorder.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import type { SchedulerConfiguration } from '../../scheduler/index.ts';
import { createScheduler, defaultConfiguration } from '../../scheduler/index.ts';
import type { Store } from '../../store/store.ts';
import { ALL_CONTROLLERS, selectControllers } from '../config/controller-selection.ts';
import type { AuthenticationSettings } from '../config/server/authentication.ts';
import { AUTHENTICATION_DEFAULTS } from '../config/server/authentication.ts';
import { CONTROLLER_MANAGER, controllerManagerUser, controllerUser, schedulerUser } from './identities.ts';
import type { PkiRenewalOptions } from './pki-renewal.ts';
import { keepPkiRenewed } from './pki-renewal.ts';
import { ownServedKinds } from './served-kinds.ts';

export interface ControlPlaneOptions {
  readonly store: Store;
  readonly pki: ClusterPki;
  /** Renews the keys while the control plane runs. Without it they stay as they are. */
  readonly renewal?: Pick<PkiRenewalOptions, 'ensure' | 'renewed'>;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly host?: string;
  /** The address under which pods and other machines reach this server. */
  readonly advertiseAddress: string;
  /** Default: no policy for namespaces without labels, and no exemptions. */
  readonly podSecurity?: PodSecurityConfiguration;
  /** Default: the admission plugins of every server. */
  readonly admissionPlugins?: PluginSelection;
  /** Several servers share the store: they elect who runs the controllers. */
  readonly shared?: boolean;
  /** Unique among the servers that share a store. */
  readonly identity: string;
  readonly freeze?: boolean;
  /** The controllers that run, by the rules of `selectControllers`. Default: all. */
  readonly controllers?: readonly string[];
  /** Default true. */
  readonly scheduler?: boolean;
  /** Default: upstream's default profile. */
  readonly schedulerConfiguration?: SchedulerConfiguration;
  /** Periods at which the life of nodes is watched. Default: upstream's. */
  readonly nodeMonitor?: HomeOptions['nodeMonitor'];
  /** Periods and bounds of the HorizontalPodAutoscaler controller. Default: upstream's. */
  readonly autoscaler?: HomeOptions['autoscaler'];
  /** More conditions of health. */
  readonly checks?: readonly HealthCheck[];
  /** Limits of the requests that are served at once. Default: upstream's. */
  readonly inFlight?: InFlightLimits;
  readonly authentication?: AuthenticationSettings;
  /** The authority of node agents' certificates, PEM; undefined: they are not checked. Default: the cluster's own. */
  readonly kubelet?: { readonly ca: string | undefined };
  /** The calls to servers behind APIServices. */
  readonly aggregation?: AggregationSettings;
  /** Default: nothing is recorded. */
  readonly audit?: AuditSettings;
  /** Time for requests under way to end when the control plane stops. Default 2 s. */
  readonly graceMs?: number;
  /** Further parts of the API server. */
  readonly parts?: readonly Part[];
  /** A server that listens on `port` already. It pauses its connections. */
  readonly listening?: Server;
  /** Stands around the handling of requests from the network. A rejection cuts the connection. */
  readonly around?: (handle: ApiServer['handle']) => ApiServer['handle'];
}

export interface ControlPlane {
  readonly server: ApiServer;
  readonly port: number;
  /** Serves until the signal aborts, then ends in order: controllers first, the API server last. */
  run(signal: AbortSignal): Promise<void>;
}

const GRACE_MS = 2_000;

/** Puts the control plane together: API server, controllers and scheduler in one process. Resolves when the API server is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { pki, clock, log, shared, freeze } = options;
  const metrics = metricsRegistries();
  const { authentication = AUTHENTICATION_DEFAULTS } = options;
  const { serviceAccount } = authentication;
  const audit = options.audit && openAudit({ ...options.audit, clock, logger: log.child({ component: 'audit' }), registry: metrics.lasting });
  const requestHeaderCa = authentication.requestHeaderCa ?? pki.frontProxyCa.certificate;
  const frontProxy = { ...pki.frontProxyClient };
  const kubelet = { ...pki.kubeletClient, ca: options.kubelet ? options.kubelet.ca : pki.ca.certificate };
  let running = false;
  const scheduled: ScheduledPods = { list: () => [] };
  const server = composeApiServer({
    store: measuredStore(options.store, metrics.lasting, clock),
    kinds,
    clock,
    log,
    metrics,
    shared,
    freeze,
    tokens: serviceAccountTokens({
      ...serviceAccount,
      signingKey: serviceAccount.signingKey ?? pki.serviceAccountKey,
      // Tokens that the cluster's own key has signed stay good.
      olderKeys: [...serviceAccount.keys, pki.serviceAccountKey],
      clock,
    }),
    tokenRequests: serviceAccount.policy,
    ...authenticationOf(authentication, pki.ca.certificate, requestHeaderCa),
    externalUrl: `https://${options.advertiseAddress}:${options.port}`,
    advertise: { address: options.advertiseAddress, port: options.port },
    checks: options.checks,
    components: componentsOf(options, () => running),
    ...(options.podSecurity ? { podSecurity: options.podSecurity } : {}),
    ...(options.admissionPlugins ? { admissionPlugins: options.admissionPlugins } : {}),
    ...(options.inFlight ? { inFlight: options.inFlight } : {}),
    parts: [
      ...(audit ? [audit.part] : []),
      ...(options.scheduler === false ? [] : [schedulerPart(scheduled, options.schedulerConfiguration)]),
      ...(options.parts ?? []),
    ],
    kubelet,
    aggregation: { identity: frontProxy, ...options.aggregation },
  });
  // The authority is sent along: a node that joins checks it by its hash.
  const tlsOf = ({ serving, ca }: ClusterPki) => ({
    cert: serving.certificate + ca.certificate,
    key: serving.key,
    clientCa: ca.certificate + requestHeaderCa,
  });
  const tls = tlsOf(pki);
  const handle = options.around?.(server.handle) ?? server.handle;
  const [front] = await Promise.all([
    listen({ handle, tls, clock, log, port: options.port, host: options.host, ...(options.listening ? { listening: options.listening } : {}) }),
    server.start(),
  ]);

  return {
    server,
    port: front.port,
    async run(signal) {
      const renewed = async (next: ClusterPki) => {
        front.renew(tlsOf(next));
        Object.assign(kubelet, next.kubeletClient);
        Object.assign(frontProxy, next.frontProxyClient);
        await options.renewal?.renewed(next);
      };
      const renewal = options.renewal && keepPkiRenewed({ pki, ensure: options.renewal.ensure, renewed, clock, log }, signal);
      running = true;
      await Promise.all([runControllers(options, server, metrics, scheduled, signal), server.run(signal), renewal]).finally(() => {
        running = false;
      });
      server.close();
      await front.close(options.graceMs ?? GRACE_MS);
      await audit?.close();
    },
  };
}

/** The pods as the scheduler of this process sees them; none while it does not run. */
interface ScheduledPods {
  list: () => readonly Live<Pod>[];
}

/** Serves what upstream's scheduler does at its own port: the resources of pods, and its configuration. What writes them is loaded when somebody asks. */
const schedulerPart = (scheduled: ScheduledPods, configuration = defaultConfiguration()): Part => ({
  name: 'scheduler',
  routes: [
    {
      path: '/metrics/resources',
      unlisted: true,
      async handle() {
        const { podResourceMetrics } = await import('../../scheduler/state/pod-resource-metrics.ts');
        return documentResponse(await podResourceMetrics(scheduled.list()));
      },
    },
    {
      path: '/configz',
      unlisted: true,
      async handle() {
        const { shownConfiguration } = await import('../../scheduler/config/shown-configuration.ts');
        return jsonResponse(200, { componentconfig: shownConfiguration(configuration) });
      },
    },
  ],
});

/** The ways to prove an identity to a server with these authorities, and what of it is published. */
function authenticationOf(settings: AuthenticationSettings, clientCa: string, requestHeaderCa: string) {
  const { requestHeader, staticTokens, oidcIssuers, anonymous } = settings;
  return {
    authentication: {
      requestHeader: { ...requestHeader, roots: certificatesOf(requestHeaderCa, 'the request-header authority') },
      clientRoots: certificatesOf(clientCa, 'the client authority'),
      ...(anonymous === undefined ? {} : { anonymous }),
    },
    ...(staticTokens && { staticTokens }),
    oidcIssuers,
    trust: { clientCa, requestHeader: { ...requestHeader, ca: requestHeaderCa } },
  };
}

/** The components that run in this process; those of a server that waits to lead are healthy, as upstream's are. */
function componentsOf({ controllers = ALL_CONTROLLERS, scheduler }: ControlPlaneOptions, running: () => boolean): readonly Component[] {
  const component = (name: string, enabled: boolean): Component => ({
    name,
    check: () => (enabled && running() ? undefined : `${name} does not run in this server`),
  });
  return [component('controller-manager', controllers.length > 0), component('scheduler', scheduler !== false)];
}

/** Runs controllers and scheduler until the signal aborts; among servers that share a store, only while this one leads. */
async function runControllers(
  options: ControlPlaneOptions,
  server: ComposedServer,
  metrics: MetricsRegistries,
  scheduled: ScheduledPods,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const log = options.log.child({ component: 'controllers' });
  if (!options.shared) return runTerm(options, server, metrics, scheduled, signal);
  const client = server.loopback(controllerManagerUser);
  const lease = { namespace: 'kube-system', name: 'skiff-controllers' };
  const leader = createLeaderMetrics(metrics.lasting, lease.name);
  while (!signal.aborted) {
    const elector = createLeaderElector({ client, clock, log, metrics: leader, lease, identity: options.identity });
    try {
      await elector.run(signal, (leading) => runTerm(options, server, metrics, scheduled, leading));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      log.warn('another server leads the controllers now');
    }
  }
}

/** Runs controllers and scheduler over one set of informers, until the signal aborts. The metrics of a term end with it. */
async function runTerm(
  options: ControlPlaneOptions,
  server: ComposedServer,
  metrics: MetricsRegistries,
  scheduled: ScheduledPods,
  signal: AbortSignal,
): Promise<void> {
  const { clock } = options;
  const log = options.log.child({ component: 'controllers' });
  const term = metrics.open();
  const { registry } = term;
  const client = server.loopback(controllerManagerUser);
  // They end after the work that uses them has.
  const base = new AbortController();
  const informers = createInformers({ client, clock, log, signal: base.signal });
  const eventSink = createEventSink({ client, clock, log, signal: base.signal });
  const work: Runnable[] = [];
  const { ca, serving } = options.pki;
  const all = homeControllers({
    served: ownServedKinds(server),
    rootCaPem: ca.certificate,
    signing: { ca },
    reservedNames: namesIn(serving.certificate),
    nodeMonitor: options.nodeMonitor,
    autoscaler: options.autoscaler,
  });
  const controllers = selectControllers(all, options.controllers ?? ALL_CONTROLLERS);
  const clientFor = ({ name }: ControllerDefinition) => server.loopback(controllerUser(name), CONTROLLER_MANAGER);
  if (controllers.length > 0)
    work.push(createManager({ name: CONTROLLER_MANAGER, client, clientFor, clock, log, registry, informers, eventSink, controllers }));
  if (options.scheduler !== false) {
    const own = { client: server.loopback(schedulerUser), clock, log: options.log.child({ component: 'scheduler' }) };
    const { recorder } = createActionSink({ ...own, host: hostname(), signal: base.signal });
    const { schedulerConfiguration: configuration } = options;
    const seen = informers.of(pods);
    scheduled.list = () => seen.list();
    work.push(createScheduler({ ...own, informers, recorder, registry, ...(configuration ? { configuration } : {}) }));
  }
  try {
    await Promise.all(work.map((each) => each.run(signal)));
  } finally {
    scheduled.list = () => [];
    base.abort();
    term.end();
  }
}
