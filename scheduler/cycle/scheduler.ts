import type { Registry } from 'prom-client';
import { namespaces } from '../../api/kinds/core/namespace.ts';
import { nodes } from '../../api/kinds/core/node/index.ts';
import { persistentVolumes } from '../../api/kinds/core/persistent-volume/index.ts';
import { persistentVolumeClaims } from '../../api/kinds/core/persistent-volume-claim/index.ts';
import { pods } from '../../api/kinds/core/pod/index.ts';
import { deviceClasses } from '../../api/kinds/resource/device-class.ts';
import { resourceClaims } from '../../api/kinds/resource/resource-claim.ts';
import { resourceSlices } from '../../api/kinds/resource/resource-slice.ts';
import { csiDrivers } from '../../api/kinds/storage/csi-driver.ts';
import { csiNodes } from '../../api/kinds/storage/csi-node.ts';
import { csiStorageCapacities } from '../../api/kinds/storage/csi-storage-capacity.ts';
import { storageClasses } from '../../api/kinds/storage/storage-class.ts';
import { volumeAttachments } from '../../api/kinds/storage/volume-attachment.ts';
import { aborted, settledBefore } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Random } from '../../base/random.ts';
import { systemRandom } from '../../base/random.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { Runnable } from '../../runtime/control/runnable.ts';
import type { ActionRecorder } from '../../runtime/observe/action-recorder.ts';
import type { Informers } from '../../runtime/watch/informer.ts';
import type { SchedulerConfiguration } from '../config/configuration.ts';
import { defaultConfiguration } from '../config/configuration.ts';
import { createDefaultSpread } from '../plugins/default-spread.ts';
import { createProfiles, schedulerNameOf } from '../plugins/profile.ts';
import { createNominator } from '../queue/nominator.ts';
import { createSchedulingQueue } from '../queue/queue.ts';
import { createQueueingHints } from '../queue/queueing-hints.ts';
import { createClusterState } from '../state/cluster-state.ts';
import { createDeviceCache } from '../state/device-cache.ts';
import type { PodInfo } from '../state/pod-info.ts';
import { createVolumeCache } from '../state/volume-cache.ts';
import { createAlgorithm } from './algorithm.ts';
import { createAttempt } from './attempt.ts';
import { createBindingWaits } from './binding-waits.ts';
import { createDeviceBinder } from './device-binder.ts';
import { followDevices } from './device-events.ts';
import { createDisruptionBudgets } from './disruption-budgets.ts';
import { followCluster } from './event-handlers.ts';
import { createFailureMemo } from './failure-memo.ts';
import { createFrameworkMetrics } from './framework-metrics.ts';
import { createSchedulerMetrics } from './metrics.ts';
import type { Defer } from './pump.ts';
import { createPump } from './pump.ts';
import { createRecorders } from './recorders.ts';
import type { SchedulerState } from './scheduler-state.ts';
import { createSchedulingCycle } from './scheduling-cycle.ts';
import { createVolumeBinder } from './volume-binder.ts';
import { followVolumes } from './volume-events.ts';

export interface SchedulerOptions {
  readonly client: Client;
  readonly informers: Informers;
  readonly clock: Clock;
  readonly log: Logger;
  /** Makes the recorder of a component: each profile records under its own name. */
  readonly recorder: (component: string) => ActionRecorder;
  readonly registry: Registry;
  /** Default: upstream's default profile under the name `default-scheduler`. */
  readonly configuration?: SchedulerConfiguration;
  /** Breaks ties. */
  readonly random?: Random;
  /** Default setImmediate. */
  readonly defer?: Defer;
}

/**
 * Gives pods nodes, as upstream's kube-scheduler does.
 * `ready` resolves when its informers are and it has begun; `run` resolves when the signal has aborted and the bindings under way have ended.
 */
export function createScheduler(options: SchedulerOptions): Runnable {
  const { informers, clock, registry, random = systemRandom, defer = setImmediate, configuration = defaultConfiguration() } = options;
  const log = options.log.child({ component: 'scheduler' });
  const life = new AbortController();
  const ready = Promise.withResolvers<void>();

  const podInformer = informers.of(pods);
  const nodeInformer = informers.of(nodes);
  const namespaceInformer = informers.of(namespaces);
  const spread = createDefaultSpread(informers);
  const volumeCache = createVolumeCache({
    claims: informers.of(persistentVolumeClaims),
    volumes: informers.of(persistentVolumes),
    storageClasses: informers.of(storageClasses),
    csiDrivers: informers.of(csiDrivers),
    csiNodes: informers.of(csiNodes),
    csiCapacities: informers.of(csiStorageCapacities),
    attachments: informers.of(volumeAttachments),
  });
  const deviceCache = createDeviceCache(
    { claims: informers.of(resourceClaims), slices: informers.of(resourceSlices), classes: informers.of(deviceClasses) },
    clock,
  );
  const budgets = createDisruptionBudgets(informers);
  const profiles = createProfiles(configuration.profiles, spread.selectorOf, deviceCache);
  const profileOf = ({ pod }: PodInfo) => profiles.get(schedulerNameOf(pod));
  const recorders = createRecorders(profiles, options.recorder);
  const cluster = createClusterState((name) => namespaceInformer.get({ namespace: '', name })?.metadata.labels, volumeCache, deviceCache);
  const assumed = new Set<string>();
  const metrics = createSchedulerMetrics(registry, [...profiles.keys()], {
    queues: () => queue.sizes(),
    rejections: () => queue.rejections(),
    cache: () => ({ nodes: cluster.nodes().length, pods: cluster.podCount, assumed: assumed.size }),
  });
  const framework = createFrameworkMetrics(registry, clock, profiles);
  const queue = createSchedulingQueue({
    clock,
    onReady: () => pump.wake(),
    onIncoming: metrics.incoming,
    signal: life.signal,
    hints: createQueueingHints(profiles, framework.runHint),
    isGated(info) {
      const profile = profileOf(info);
      if ((info.pod.spec?.schedulingGates?.length ?? 0) > 0 && (profile?.holdsGated ?? true)) return true;
      return (profile?.awaitsClaims && profile.devices?.isGated(info)) ?? false;
    },
    podBackoff: { initialMs: configuration.podInitialBackoffSeconds * 1000, maxMs: configuration.podMaxBackoffSeconds * 1000 },
  });
  const nominator = createNominator();
  const state: SchedulerState = { cluster, queue, nominator, failures: createFailureMemo(cluster, nominator), assumed, doomed: new Set() };
  const { percentageOfNodesToScore } = configuration;
  const algorithm = createAlgorithm({ cluster, nominations: nominator, percentageOfNodesToScore, random, metrics: framework });
  const volumeBinder = createVolumeBinder({
    client: options.client,
    clock,
    cache: volumeCache,
    pods: podInformer,
    nodes: nodeInformer,
    timeoutMs: (pod) => profileOf(pod)?.bindTimeoutMs ?? 0,
    signal: life.signal,
  });
  const waits = createBindingWaits({
    metrics,
    clock,
    cache: deviceCache,
    recorders,
    pods: podInformer,
    timeoutMs: (pod) => profileOf(pod)?.deviceTimeoutMs ?? 0,
    signal: life.signal,
  });
  const deviceBinder = createDeviceBinder({ client: options.client, log, cache: deviceCache, queue, waits, metrics });
  const cycle = createSchedulingCycle({ ...state, algorithm, profiles, budgets, volumeBinder, deviceBinder, random, metrics: framework });
  const pump = createPump({
    clock,
    log,
    defer,
    next() {
      const queued = queue.pop();
      if (queued) attempt(queued);
      return queued !== undefined;
    },
  });
  const attempt = createAttempt({
    ...options,
    log,
    recorders,
    metrics,
    framework,
    state,
    cycle,
    pump,
    volumeBinder,
    deviceBinder,
    podInformer,
    signal: life.signal,
  });
  followCluster({ ...state, podInformer, nodeInformer, namespaceInformer, profiles });
  followVolumes(volumeCache, queue);
  followDevices(deviceCache, podInformer, queue);

  return {
    ready: ready.promise,
    async run(signal) {
      const { claims, volumes, storageClasses: classes, csiDrivers: drivers, csiNodes: driversOnNodes, csiCapacities, attachments } = volumeCache;
      const ofVolumes = [claims, volumes, classes, drivers, driversOnNodes, csiCapacities, attachments];
      const ofDevices = [deviceCache.claims, deviceCache.slices, deviceCache.classes];
      const needs = [podInformer, nodeInformer, namespaceInformer, ...ofVolumes, ...ofDevices, ...spread.needs, ...budgets.needs];
      const known = Promise.all(needs.map((informer) => informer.ready)).then(deviceCache.loaded);
      if (await settledBefore(known, signal)) {
        pump.start();
        ready.resolve();
        await aborted(signal);
        pump.stop();
      }
      life.abort(signal.reason);
      await pump.drained();
    },
  };
}
