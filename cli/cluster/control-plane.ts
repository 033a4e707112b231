import { Registry } from 'prom-client';
import { kinds } from '../../api/kinds/index.ts';
import { serviceAccountTokens } from '../../apiserver/authn/service-account-token.ts';
import { alwaysAllow } from '../../apiserver/authz/always-allow.ts';
import { createEdge } from '../../apiserver/compose.ts';
import type { UserInfo } from '../../apiserver/contract/request.ts';
import { listen } from '../../apiserver/http/https-listener.ts';
import { measuredStore } from '../../apiserver/metrics/storage-metrics.ts';
import type { ClusterPki } from '../../apiserver/pki/cluster-pki.ts';
import { bootstrappersMayJoin, joinRoute } from '../../apiserver/pki/join-route.ts';
import type { ApiServer } from '../../apiserver/server.ts';
import { createApiServer } from '../../apiserver/server.ts';
import { startGate } from '../../apiserver/stages/start-gate.ts';
import { Stopped } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { HomeOptions } from '../../controllers/index.ts';
import { homeControllers } from '../../controllers/index.ts';
import { createLeaderElector } from '../../runtime/control/leader-election.ts';
import { createLeaderMetrics } from '../../runtime/control/leader-metrics.ts';
import { createManager } from '../../runtime/control/manager.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import { createEventSink } from '../../runtime/observe/event-recorder.ts';
import { createInformers } from '../../runtime/watch/informer-set.ts';
import { createScheduler } from '../../scheduler/index.ts';
import type { Store } from '../../store/store.ts';
import { ALL_CONTROLLERS, selectControllers } from '../config/controller-selection.ts';

export interface ControlPlaneOptions {
  readonly store: Store;
  readonly pki: ClusterPki;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0: any free port. */
  readonly port: number;
  /** Default: all addresses. */
  readonly host?: string;
  /** The address under which pods and other machines reach this server. */
  readonly advertiseAddress: string;
  /** Several servers share the store: they elect who runs the controllers. */
  readonly shared?: boolean;
  /** Unique among the servers that share a store. */
  readonly identity: string;
  readonly freeze?: boolean;
  /** Which controllers run, by the rules of `selectControllers`. Default all. */
  readonly controllers?: readonly string[];
  /** Default true. */
  readonly scheduler?: boolean;
  /** How the life of nodes is watched; upstream's periods where left out. */
  readonly nodeMonitor?: HomeOptions['nodeMonitor'];
  /** How long requests under way may take to end when the control plane stops. Default 2 s. */
  readonly graceMs?: number;
}

export interface ControlPlane {
  readonly server: ApiServer;
  readonly port: number;
  /** Serves until the signal aborts, then ends in order: controllers first, the API server last. */
  run(signal: AbortSignal): Promise<void>;
}

const GRACE_MS = 2_000;
const system = (name: string): UserInfo => ({ name, groups: ['system:masters', 'system:authenticated'] });

/** Puts the control plane together: API server, controllers and scheduler in one process. Resolves when the API server is ready. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const { pki, clock, log } = options;
  const metrics = new Registry();
  const store = measuredStore(options.store, metrics);
  const edge = createEdge({
    store,
    clock,
    log,
    metrics,
    tokens: serviceAccountTokens({ signingKey: pki.serviceAccountKey, clock }),
    externalUrl: `https://${options.advertiseAddress}:${options.port}`,
    advertise: { address: options.advertiseAddress, port: options.port },
    shared: options.shared,
    authorizer: bootstrappersMayJoin(alwaysAllow),
    routes: () => [joinRoute(pki.ca, clock)],
    kubelet: { certificate: pki.kubeletClient.certificate, key: pki.kubeletClient.key, ca: pki.ca.certificate },
  });
  const server = createApiServer({
    store,
    kinds,
    clock,
    log,
    shared: options.shared,
    freeze: options.freeze,
    authenticator: edge.authenticator,
    authorizer: edge.authorizer,
    extensions: edge.extensions,
  });
  // The authority is sent along: a node that joins checks it by its hash.
  const tls = { cert: pki.serving.certificate + pki.ca.certificate, key: pki.serving.key, clientCa: pki.ca.certificate };
  const started = server.ready.then(() => edge.start());
  const [front] = await Promise.all([
    listen({ handle: startGate(server.handle, started), tls, log, port: options.port, host: options.host }),
    started,
  ]);

  return {
    server,
    port: front.port,
    async run(signal) {
      await Promise.all([runControllers(options, server, metrics, signal), edge.run(signal)]);
      server.close();
      await front.close(options.graceMs ?? GRACE_MS);
    },
  };
}

/** The stored kinds, each in one version: what the garbage collector and the namespace controller look through. */
const collectedKinds = (server: ApiServer) => () =>
  server.registry.kinds.filter(
    (kind) => !kind.storedAs && kind.verbs.includes('list') && kind.verbs.includes('watch') && kind.verbs.includes('delete'),
  );

/** Runs controllers and scheduler until the signal aborts; among servers that share a store, only while this one leads. */
async function runControllers(options: ControlPlaneOptions, server: ApiServer, registry: Registry, signal: AbortSignal): Promise<void> {
  const { clock } = options;
  const log = options.log.child({ component: 'controllers' });
  const client = server.loopback(system('system:kube-controller-manager'));
  if (!options.shared) return runTerm(options, server, registry, signal);
  const lease = { namespace: 'kube-system', name: 'skiff-controllers' };
  const metrics = createLeaderMetrics(registry, lease.name);
  while (!signal.aborted) {
    const elector = createLeaderElector({ client, clock, log, metrics, lease, identity: options.identity });
    try {
      await elector.run(signal, (leading) => runTerm(options, server, registry, leading));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      log.warn('another server leads the controllers now');
    }
  }
}

/** The metrics of a term end with it: the next one brings its own. @returns how to take them out of the registry */
function termOf(registry: Registry): () => void {
  const names = () => registry.getMetricsAsArray().map(({ name }) => name);
  const before = new Set(names());
  return () => {
    for (const name of names()) if (!before.has(name)) registry.removeSingleMetric(name);
  };
}

/** Controllers and scheduler over one set of informers, until the signal aborts. */
async function runTerm(options: ControlPlaneOptions, server: ApiServer, registry: Registry, signal: AbortSignal): Promise<void> {
  const { clock } = options;
  const log = options.log.child({ component: 'controllers' });
  const forget = termOf(registry);
  const client = server.loopback(system('system:kube-controller-manager'));
  // They end after the work that uses them has.
  const base = new AbortController();
  const informers = createInformers({ client, clock, log, signal: base.signal });
  const eventSink = createEventSink({ client, clock, log, signal: base.signal });
  const work: Runnable[] = [];
  const all = homeControllers({ kinds: collectedKinds(server), rootCaPem: options.pki.ca.certificate, nodeMonitor: options.nodeMonitor });
  const controllers = selectControllers(all, options.controllers ?? ALL_CONTROLLERS);
  if (controllers.length > 0) work.push(createManager({ client, clock, log, registry, informers, eventSink, controllers }));
  if (options.scheduler !== false) {
    work.push(
      createScheduler({
        client: server.loopback(system('system:kube-scheduler')),
        informers,
        clock,
        log: options.log.child({ component: 'scheduler' }),
        recorder: eventSink.recorder('default-scheduler'),
        registry,
      }),
    );
  }
  try {
    await Promise.all(work.map((each) => each.run(signal)));
  } finally {
    base.abort();
    forget();
  }
}
