import { generateKeyPairSync } from 'node:crypto';
import { Registry } from 'prom-client';
import type { Kind, KindDefinition } from '../../../api/definition/kind.ts';
import { events } from '../../../api/kinds/core/event.ts';
import { namespaces } from '../../../api/kinds/core/namespace.ts';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { pods } from '../../../api/kinds/core/pod/index.ts';
import { kinds } from '../../../api/kinds/index.ts';
import type { PodMetrics } from '../../../api/kinds/metrics/index.ts';
import { podMetrics } from '../../../api/kinds/metrics/index.ts';
import type { KubeObject, Live, ObjectKey } from '../../../api/meta/object.ts';
import { keyOf } from '../../../api/meta/object.ts';
import { errors, isNotFound } from '../../../api/meta/status-error.ts';
import { admissionPlugins } from '../../../apiserver/admission/builtin/plugins.ts';
import { serviceAccountTokens } from '../../../apiserver/authn/service-account-token.ts';
import { tokenRequestHandler } from '../../../apiserver/authn/token-request.ts';
import { privilegedGroups } from '../../../apiserver/authz/privileged-groups.ts';
import type { ComputedCollection } from '../../../apiserver/contract/computed-collection.ts';
import type { StorageAccess } from '../../../apiserver/contract/storage-access.ts';
import { podActions } from '../../../apiserver/proxy/pod-actions.ts';
import { createResources } from '../../../apiserver/resources.ts';
import { createApiServer } from '../../../apiserver/server.ts';
import type { Clock } from '../../../base/clock.ts';
import { systemClock, timeText } from '../../../base/clock.ts';
import type { FakeClock } from '../../../base/fake-clock.ts';
import { silentLogger } from '../../../base/log.ts';
import { listedKinds } from '../../../controllers/_shared/served-kinds.ts';
import { homeControllers } from '../../../controllers/index.ts';
import { targetNode } from '../../../controllers/workloads/daemon-set/daemon-pod.ts';
import type { Client } from '../../../runtime/client/client.ts';
import type { ControllerDefinition } from '../../../runtime/control/controller.ts';
import { createManager } from '../../../runtime/control/manager.ts';
import type { Informers } from '../../../runtime/watch/informer.ts';
import { createInformers } from '../../../runtime/watch/informer-set.ts';
import { createMemoryStore } from '../../../store/memory.ts';

const signingKey = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const ADMIN = { name: 'system:admin', groups: ['system:masters'] };

/** The stored kinds, each in one version, as garbage collector and namespace controller need them. */
export const storedKinds = kinds.filter((kind) => kind.storedAs === undefined && kind.verbs.includes('list') && kind.verbs.includes('delete'));

export interface ControllersCluster {
  readonly client: Client;
  readonly clock: Clock;
  /** Resolves to the first truthy value of `look`, which is called again and again. Rejects after a minute. */
  until<T>(what: string, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T>;
  /** Returns undefined if the object does not exist. */
  find<T extends KubeObject>(kind: Kind<T>, name: string, namespace?: string): Promise<Live<T> | undefined>;
  list<T extends KubeObject>(kind: Kind<T>, namespace?: string): Promise<readonly Live<T>[]>;
  /** `reason: message` of each event on an object, in order of appearance. */
  eventsOn(kind: string, name: string): Promise<string[]>;
  /** Ends the controllers as a crash does, whatever they are about, and starts others with empty caches. */
  restartControllers(): Promise<void>;
  stop(): Promise<void>;
}

export interface ControllersClusterOptions {
  /** Further kinds to serve. */
  readonly moreKinds?: readonly KindDefinition[];
  readonly controllers?: readonly ControllerDefinition[];
  readonly clock?: Clock;
  /** Wraps the controllers' client. */
  readonly controllersClient?: (client: Client) => Client;
  /** A fake clock that `until` advances by so many milliseconds per step. */
  readonly advance?: { readonly clock: FakeClock; readonly stepMs: number };
  /**
   * Stands in for scheduler and agent: binds each pod to the node that its affinity names, or to `node-0`, and runs it, or ends it when it is
   * deleted. Default true.
   */
  readonly runPods?: boolean | ((pod: Live<Pod>) => PodWish);
  /** Stands in for metrics.k8s.io: the usage of each container of a pod; undefined for a pod without metrics. Default: no pod has any. */
  readonly podUsage?: (pod: Live<Pod>) => Record<string, string> | undefined;
}

/** The fate of a pod: it runs, is never bound, runs without becoming ready, or ends one way or the other. */
export type PodWish = 'run' | 'hold' | 'unready' | 'succeed' | 'fail';

/** Starts an API server on the memory store with the home's controllers, all in this process. */
export async function startControllersCluster(options: ControllersClusterOptions = {}): Promise<ControllersCluster> {
  const clock = options.clock ?? systemClock;
  const log = silentLogger;
  const resources = createResources({ store: createMemoryStore(), kinds: [...kinds, ...(options.moreKinds ?? [])], clock, log, freeze: true });
  const server = createApiServer({
    resources,
    authorizer: privilegedGroups,
    authenticator: { authenticate: () => ADMIN },
    parts: [
      {
        name: 'test',
        plugins: admissionPlugins({ objects: resources.storage, clock, authorizer: privilegedGroups }),
        collections: [podMetricsCollection(resources.storage, clock, options.podUsage)],
        subresources: [...podActions(clock), tokenRequestHandler(serviceAccountTokens({ signingKey, clock }))],
      },
    ],
  });
  await server.ready;
  const client = server.loopback(ADMIN);
  for (const name of ['default', 'kube-system', 'kube-node-lease']) await client.create(namespaces, { metadata: { name } });
  const abort = new AbortController();
  const { signal } = abort;
  const informers = createInformers({ client, clock, log, signal });
  const controllersClient = options.controllersClient?.(client);
  const runControllers = (shared: Informers | undefined) => {
    const end = new AbortController();
    const both = AbortSignal.any([signal, end.signal]);
    const manager = createManager({
      client: controllersClient ?? client,
      clock,
      log,
      registry: new Registry(),
      controllers: options.controllers ?? homeControllers({ served: listedKinds(storedKinds), rootCaPem: 'PEM' }),
      informers: shared ?? createInformers({ client: controllersClient ?? client, clock, log, signal: both }),
    });
    return { end, manager, ended: manager.run(both).catch(() => {}) };
  };
  let running = runControllers(controllersClient ? undefined : informers);
  if (options.runPods !== false) {
    const wish: (pod: Live<Pod>) => PodWish = typeof options.runPods === 'function' ? options.runPods : () => 'run';
    informers.of(pods).on({
      add: (pod) => void playPod(client, clock, pod, wish(pod)),
      update: (pod) => void playPod(client, clock, pod, wish(pod)),
    });
  }
  await running.manager.ready;

  const find = async <T extends KubeObject>(kind: Kind<T>, name: string, namespace = kind.namespaced ? 'default' : '') => {
    try {
      return await client.get(kind, { namespace, name });
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };
  return {
    client,
    clock,
    find,
    list: async (kind, namespace = 'default') => (await client.list(kind, kind.namespaced ? { namespace } : {})).items,
    async until(what, look) {
      const deadline = Date.now() + 60_000;
      for (;;) {
        const found = await look();
        if (found) return found;
        if (Date.now() > deadline) throw new Error(`waited in vain until ${what}`);
        if (options.advance) await options.advance.clock.advance(options.advance.stepMs);
        else await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async eventsOn(kind, name) {
      const all = (await client.list(events, {})).items.filter(({ involvedObject }) => involvedObject.kind === kind && involvedObject.name === name);
      return all.map(({ reason, message }) => `${reason}: ${message}`);
    },
    async restartControllers() {
      running.end.abort();
      running = runControllers(undefined);
      await running.manager.ready;
    },
    async stop() {
      abort.abort();
      if (options.advance) await options.advance.clock.advance(20_000);
      await running.ended;
      server.close();
    },
  };
}

function podMetricsCollection(objects: StorageAccess, clock: Clock, usageOf: ControllersClusterOptions['podUsage']): ComputedCollection {
  const metricsOf = (pod: Live<Pod>): PodMetrics[] => {
    const usage = pod.status?.phase === 'Running' ? usageOf?.(pod) : undefined;
    if (!usage) return [];
    const { name, namespace, labels } = pod.metadata;
    const containers = (pod.spec?.containers ?? []).map((container) => ({ name: container.name, usage }));
    return [{ metadata: { name, namespace, labels }, timestamp: timeText(clock.now()), window: '15s', containers }];
  };
  return {
    group: podMetrics.group,
    plural: podMetrics.plural,
    list: async ({ namespace }) => objects.list(pods, namespace).flatMap(metricsOf),
    async get(name, namespace) {
      const pod = objects.get(pods, { namespace, name });
      const [found] = pod ? metricsOf(pod) : [];
      if (!found) throw errors.notFound(podMetrics, name);
      return found;
    },
  };
}

let address = 0;

/** Does to a pod what scheduler and agent do, as far as controllers can tell. */
async function playPod(client: Client, clock: Clock, pod: Live<Pod>, wish: PodWish): Promise<void> {
  const key = keyOf(pod);
  try {
    if (pod.metadata.deletionTimestamp !== undefined) {
      await client.delete(pods, key, { gracePeriodSeconds: 0, preconditions: { uid: pod.metadata.uid } });
    } else if (wish === 'hold') {
      return;
    } else if (!pod.spec?.nodeName) {
      await client.createSubresource(pods, key, 'binding', {
        apiVersion: 'v1',
        kind: 'Binding',
        metadata: key,
        target: { kind: 'Node', name: targetNode(pod) ?? 'node-0' },
      } as KubeObject);
    } else if (wish === 'succeed' || wish === 'fail') {
      if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
      await client.update(pods, { ...pod, status: endedStatus(clock, pod, wish === 'succeed') }, { subresource: 'status' });
    } else if (pod.status?.phase === 'Pending' || wasUnready(pod, wish)) {
      const status = { ...pod.status, ...runningStatus(clock, wish === 'run') };
      await client.update(pods, { ...pod, status }, { subresource: 'status' });
    }
  } catch {
    // A lost race: the next event brings the pod again.
  }
}

/** Ends all containers with exit code 0, or 1. */
function endedStatus(clock: Clock, pod: Live<Pod>, succeeds: boolean): NonNullable<Pod['status']> {
  const at = timeText(clock.now());
  const terminated = { exitCode: succeeds ? 0 : 1, reason: succeeds ? 'Completed' : 'Error', startedAt: at, finishedAt: at };
  return {
    ...pod.status,
    phase: succeeds ? 'Succeeded' : 'Failed',
    conditions: [{ type: 'Ready', status: 'False', lastTransitionTime: at }],
    containerStatuses: (pod.spec?.containers ?? []).map(({ name, image = '' }) => ({
      name,
      image,
      imageID: image,
      ready: false,
      restartCount: 0,
      state: { terminated },
    })),
  };
}

const wasUnready = (pod: Pod, wish: string): boolean =>
  wish === 'run' &&
  pod.status?.conditions?.some(({ type, status, message }) => type === 'Ready' && status === 'False' && message === 'held') === true;

function runningStatus(clock: Clock, ready: boolean) {
  const lastTransitionTime = timeText(clock.now());
  const podIP = `10.1.${Math.floor(++address / 250) % 250}.${(address % 250) + 1}`;
  return {
    phase: 'Running',
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: lastTransitionTime,
    conditions: [
      { type: 'PodScheduled', status: 'True', lastTransitionTime },
      { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : { message: 'held' }), lastTransitionTime },
    ],
  };
}

export const keyIn = (name: string, namespace = 'default'): ObjectKey => ({ namespace, name });
