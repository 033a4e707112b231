import { uptime } from 'node:os';
import type { Node } from '../api/kinds/core/node/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import { services } from '../api/kinds/core/service/index.ts';
import type { Logger } from '../base/log.ts';
import type { Runnable } from '../runtime/control/runnable.ts';
import { createInformer } from '../runtime/watch/informer-set.ts';
import type { AgentOptions } from './agent-options.ts';
import type { NodeGround } from './agent-parts.ts';
import { createNodeParts, createReporter, makeDirectories, nodeAbilities } from './agent-parts.ts';
import { createNodePodResources } from './agent-pod-resources.ts';
import { runAgent } from './agent-run.ts';
import { createChannel } from './contract/channel.ts';
import { nodeReference } from './contract/node-reference.ts';
import { noPodMetrics } from './contract/pod-metrics.ts';
import type { EvictionSettings } from './eviction/node-pressure.ts';
import { createNodePressure } from './eviction/node-pressure.ts';
import type { Signal } from './eviction/threshold.ts';
import { amountOf, DEFAULT_EVICTION_HARD, parseThresholds, withAllocatableMemory } from './eviction/threshold.ts';
import { createImageGarbage, IMAGE_GARBAGE_DEFAULTS, imagesOfContainers } from './image/image-garbage.ts';
import { imageShortageText } from './image/image-shortage.ts';
import { IMAGE_VERIFICATION_DEFAULTS } from './image/verification-policy.ts';
import { createAgentMetrics } from './node/agent-metrics.ts';
import { podsLimits } from './node/allocatable-limits.ts';
import { countedRuntime } from './node/counted-runtime.ts';
import { createGarbageCollector } from './node/garbage.ts';
import type { Reserved } from './node/node-info.ts';
import { machineFacts } from './node/node-info.ts';
import { createNodeStartup } from './node/node-startup.ts';
import type { Reservation } from './node/reservation.ts';
import { NO_RESERVATION } from './node/reservation.ts';
import { createRuntimeCache } from './node/runtime-cache.ts';
import { connectRuntime } from './node/runtime-connection.ts';
import { admitPod } from './pod/manager/admission.ts';
import type { PodManager } from './pod/manager/pod-manager.ts';
import { createPodManager } from './pod/manager/pod-manager.ts';
import { sysctlAllowlist } from './pod/manager/sysctl-allowlist.ts';
import type { PodSource } from './pod/sources/pod-source.ts';
import { createPodSource } from './pod/sources/pod-source.ts';
import { createStaticPods, mirroredWriter } from './pod/sources/static-pods.ts';
import { createStatusWriter } from './pod/status/status-writer.ts';
import { createAuthenticate } from './server/authentication.ts';
import { createAuthorize } from './server/authorization.ts';
import { createDoor } from './server/door.ts';
import type { AgentSettings } from './server/kubelet-configuration.ts';
import { createNodeServer } from './server/node-server.ts';
import type { ShutdownState } from './shutdown/node-shutdown.ts';

export type { AgentOptions } from './agent-options.ts';

/** The node agent: `ready` once the node is registered and its pods are looked after. */
export interface Agent extends Runnable {
  readonly pods: PodManager;
}

/** Sets up the agent of one node. Waits for the runtime; nothing is written to the API before `run`. */
export async function createAgent(options: AgentOptions, signal: AbortSignal): Promise<Agent> {
  const { client, clock, nodeName, dataDir, registry } = options;
  const log = options.log.child({ node: nodeName });
  const metrics = options.server && createAgentMetrics(nodeName);
  if (metrics) options.measureCertificates?.(metrics.registry);
  const runtime = metrics ? countedRuntime(options.runtime, metrics.registry) : options.runtime;
  const version = await connectRuntime(runtime, clock, log, signal);
  await makeDirectories(runtime, dataDir);
  const sysctls = sysctlAllowlist(options.allowedUnsafeSysctls);
  const abilities = await nodeAbilities(runtime);
  const { reserved = NO_RESERVATION, enforceNodeAllocatable = true } = options;
  const isLimited = enforceNodeAllocatable && reserved.memory > 0;
  const eviction = evictionSettings(options.eviction, isLimited);
  const facts = options.facts ?? (await machineFacts(dataDir, version, options.maxPods, reservedFor(eviction, reserved)));
  const limits = podsLimits(facts, enforceNodeAllocatable ? reserved : NO_RESERVATION);

  // The cache wakes pods, which act on the runtime through it; pods that are gone become garbage, which asks whether they are known.
  const changedPods = createChannel<[podUid: string]>();
  const gonePods = createChannel<[podUid: string]>();
  const cache = createRuntimeCache(runtime, changedPods.send);
  const ground: NodeGround = {
    options,
    log,
    runtime,
    cache,
    facts,
    limits,
    abilities,
    wakePod: changedPods.send,
    isHolder: (uid) => manager.isHolder(uid),
    signal,
  };
  const pressure = createNodePressure(eviction, clock);
  const shutdown: ShutdownState = { isShuttingDown: false };
  const bootTime = runtime.simulated ? undefined : clock.now() - uptime() * 1000;
  const reporter = createReporter(
    ground,
    {
      pressure: pressure.conditions,
      problems: () => (shutdown.isShuttingDown ? ['node is shutting down'] : []),
      volumesInUse: () => node.csi.volumes.inUse(),
      cgroups: () => node,
      devicePlugins: () => node.devicePlugins,
    },
    metrics && createNodeStartup(metrics.registry, clock, bootTime),
  );
  const nodeUid = () => reporter.node()?.metadata.uid;
  const staticPods = options.staticPodDir ? createStaticPods({ directory: options.staticPodDir, nodeName, nodeUid, client, clock, log }) : undefined;
  const writer = createStatusWriter({ client, clock, log, metrics: metrics?.pods ?? noPodMetrics }, signal);
  const statusWriter = staticPods ? mirroredWriter(writer, staticPods) : writer;
  const node = await createNodeParts(ground, version.name, statusWriter, metrics, reporter, () => manager.active());
  const podSource = options.podSource ?? ownPods(options, log, signal);

  const self = (): Pick<Node, 'metadata' | 'spec'> => reporter.node() ?? { metadata: { name: nodeName, labels: { ...options.labels } } };
  const manager = createPodManager({
    node,
    admit: (pod, others) =>
      admitPod(pod, { node: self(), allocatable: facts.allocatable, others, abilities, sysctls, pressure: pressure.conditions(), ...shutdown }),
    allocatable: facts.allocatable,
    refreshNode: () => reporter.refresh(),
    onPreemption: (resource) => metrics?.preemptions.inc({ preemption_signal: resource }),
    onGone: (pod) => gonePods.send(pod.metadata.uid),
    signal,
  });
  changedPods.listen((uid) => manager.wake(uid));
  const podResources = createNodePodResources({
    root: dataDir,
    pluginDevices: node.pluginDevices,
    dynamicResources: node.dynamicResources,
    activePods: () => [...manager.workers()].map(({ pod }) => pod).filter(({ metadata }) => manager.isHolder(metadata.uid)),
    findPod: (key) => manager.find(key)?.pod,
    clock,
    log,
  });
  const garbage = createGarbageCollector({ node, isKnown: (uid) => manager.byUid(uid) !== undefined, metrics: metrics?.garbage });
  gonePods.listen((uid) => garbage.podGone(uid));
  const imageGarbage = createImageGarbage({
    runtime,
    clock,
    log,
    settings: options.imageGarbage ?? IMAGE_GARBAGE_DEFAULTS,
    inUse: async () => new Set([...imagesOfContainers(cache), ...(await node.volumes.imagesInUse())]),
    onPassed: node.imageRecords.prune,
    onRemoved: (reason) => metrics?.imagesRemoved.inc({ reason }),
    onShortage: (...facts) => options.recorder.event(nodeReference(nodeName), 'Warning', 'FreeDiskSpaceFailed', imageShortageText(...facts)),
  });
  const door = createDoor({ authenticate: createAuthenticate(client, clock), authorize: createAuthorize(client, nodeName, clock), log });
  const settings: AgentSettings = {
    ...options,
    simulated: runtime.simulated,
    address: options.server?.host,
    port: options.server?.port ?? 0,
    podLogs: node.directories.logs,
    maxPods: Number(facts.allocatable.pods),
    reserved,
    enforceNodeAllocatable,
    eviction,
    imageGarbage: options.imageGarbage ?? IMAGE_GARBAGE_DEFAULTS,
    imageVerification: options.imageVerification ?? IMAGE_VERIFICATION_DEFAULTS,
  };
  const server =
    options.server && metrics
      ? {
          port: options.server.port,
          host: options.server.host,
          listener: createNodeServer({ node: { ...node, podResources }, pods: manager, metrics, registry, settings, tls: options.server, door }),
        }
      : undefined;

  const ready = Promise.withResolvers<void>();
  const servicesReady = options.informers.of(services).ready;
  const evictions = {
    node,
    nodeName,
    settings: eviction,
    memoryLimit: isLimited ? limits.memoryBytes : undefined,
    pressure,
    pods: manager,
    reclaim: async () => {
      await garbage.removeDead();
      await imageGarbage.removeUnused();
    },
    onConditions: () => reporter.check(),
    onEviction: (eviction_signal: string) => metrics?.evictions.inc({ eviction_signal }),
    onRanking: (eviction_signal: string, seconds: number) => metrics?.evictionStatsAge.observe({ eviction_signal }, seconds),
  };
  const shutdowns = options.shutdown && {
    settings: options.shutdown,
    pods: manager,
    state: shutdown,
    onChange: () => reporter.check(),
    onStart: () => metrics?.shutdownStart.set(clock.now() / 1000),
    onEnd: () => metrics?.shutdownEnd.set(clock.now() / 1000),
    clock,
    log,
  };
  const parts = {
    node,
    podResources,
    evictions,
    shutdowns,
    metrics,
    reporter,
    manager,
    podSource,
    staticPods,
    servicesReady,
    garbage,
    imageGarbage,
    server,
    healthz: options.healthz,
    onReady: ready.resolve,
  };
  return {
    pods: manager,
    ready: ready.promise,
    run: (runSignal) => runAgent(parts, AbortSignal.any([signal, runSignal])),
  };
}

const defaultEviction = (): EvictionSettings => ({
  thresholds: parseThresholds({ hard: DEFAULT_EVICTION_HARD, soft: '', softGracePeriod: '', minimumReclaim: '' }),
  pressureTransitionMs: 5 * 60_000,
  maxPodGraceSeconds: 0,
});

/** @param isLimited all pods together may have less memory than the machine has */
function evictionSettings(settings = defaultEviction(), isLimited: boolean): EvictionSettings {
  return isLimited ? { ...settings, thresholds: withAllocatableMemory(settings.thresholds) } : settings;
}

/** Pods are not given what is reserved, nor the amounts below which they would be evicted at once. */
function reservedFor({ thresholds }: EvictionSettings, system: Reservation): Reserved {
  const below = (signal: Signal) => (capacity: number) => {
    const threshold = thresholds.find((each) => each.signal === signal && each.graceMs === 0);
    return threshold ? amountOf(threshold.amount, capacity) : 0;
  };
  return { system, memory: below('memory.available'), disk: below('nodefs.available') };
}

/** A watch of this node's pods alone. */
const ownPods = ({ client, clock, nodeName }: AgentOptions, log: Logger, signal: AbortSignal): PodSource =>
  createPodSource(createInformer(pods, { client, clock, log, signal }, { fieldSelector: `spec.nodeName=${nodeName}` }));
