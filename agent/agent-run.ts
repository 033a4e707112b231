import { aborted, settledBefore } from '../base/abort.ts';
import type { ListenAddress } from '../base/kept-listener.ts';
import type { NodeCsi } from './agent-csi.ts';
import type { NodeDevicePlugins } from './agent-device-plugins.ts';
import type { NodeDra } from './agent-dra.ts';
import { runPlugins } from './agent-plugins.ts';
import type { NodePodResources } from './agent-pod-resources.ts';
import type { ApiAccess, PodFiles, RuntimeAccess, Surroundings } from './contract/node-parts.ts';
import type { EvictionManagerOptions } from './eviction/eviction-manager.ts';
import { imageCollection } from './image/image-collection.ts';
import type { ImageGarbage } from './image/image-garbage.ts';
import { ROTATION_MS, rotateLogs } from './log/log-rotation.ts';
import type { AgentMetrics } from './node/agent-metrics.ts';
import { watchExits } from './node/exit-watch.ts';
import type { GarbageCollector } from './node/garbage.ts';
import { renewLease } from './node/node-lease.ts';
import type { NodeReporter } from './node/node-reporter.ts';
import { createOomWatch } from './node/oom-watch.ts';
import type { PeriodicWork } from './node/periodic-loop.ts';
import { repeat } from './node/periodic-loop.ts';
import type { PodManager } from './pod/manager/pod-manager.ts';
import type { PodSource } from './pod/sources/pod-source.ts';
import type { StaticPods } from './pod/sources/static-pods.ts';
import type { NodeServer } from './server/node-server.ts';
import type { NodeShutdownOptions } from './shutdown/node-shutdown.ts';

/** The parts of an agent that do something of their own accord. */
export interface AgentLoops {
  readonly node: RuntimeAccess &
    ApiAccess &
    Surroundings &
    Pick<PodFiles, 'directories'> & {
      readonly nodeName: string;
      readonly csi: NodeCsi;
      readonly dra: NodeDra;
      readonly devicePlugins: NodeDevicePlugins;
    };
  readonly podResources: NodePodResources;
  readonly evictions: EvictionManagerOptions;
  /** Undefined if the machine's shutdown is not held up. */
  readonly shutdowns: Omit<NodeShutdownOptions, 'source'> | undefined;
  readonly metrics: AgentMetrics | undefined;
  readonly reporter: NodeReporter;
  readonly manager: PodManager;
  readonly podSource: PodSource;
  readonly staticPods: StaticPods | undefined;
  /** The services whose variables pods get are known. */
  readonly servicesReady: Promise<void>;
  readonly garbage: GarbageCollector;
  readonly imageGarbage: ImageGarbage;
  readonly server: { readonly listener: NodeServer; readonly port: number; readonly host?: string | undefined } | undefined;
  readonly healthz: ListenAddress | undefined;
  /** Called when the node is registered and its pods are looked after. */
  readonly onReady: () => void;
}

const RELIST_MS = 5_000;
const GARBAGE_MS = 60_000;
const IMAGE_GARBAGE_MS = 5 * 60_000;
/** kubelet's defaultReconcilePeriod of claims. */
const CLAIMS_MS = 60_000;
const KILLS_MS = 10_000;

/** Runs the agent until the signal aborts: its server, its node's status and lease, then its pods. Containers go on when it ends. */
export async function runAgent(agent: AgentLoops, signal: AbortSignal): Promise<void> {
  const { node, reporter, manager, podSource, staticPods, server } = agent;
  const { runtime, cache, clock, log } = node;
  const port = server ? await server.listener.listen(server.port, server.host) : 0;
  const background = [reporter.run(port, signal), keepLease(agent, signal)];
  if (agent.healthz) background.push(serveHealth(agent.healthz, agent, signal));
  // List the runtime first, so that pods that are running already are adopted, not started again.
  const relist = createRelist(agent);
  await Promise.all([relist(), node.devicePlugins.begin(signal)]);
  if (!runtime.simulated) {
    await agent.podResources.begin(signal);
    background.push(runPlugins({ ...node, root: node.directories.root, registry: agent.metrics?.registry }, reporter.registered, signal));
  }
  background.push(watchExits(runtime, cache, clock, log, signal));
  if (staticPods) background.push(staticPods.run(manager, signal));
  // Admission of a pod depends on the labels that the node is registered with.
  if (await settledBefore(Promise.all([podSource.ready, agent.servicesReady, reporter.registered, staticPods?.ready]), signal)) {
    const unsubscribe = podSource.subscribe(node.nodeName, staticPods?.filter(manager) ?? manager);
    signal.addEventListener('abort', unsubscribe, { once: true });
    agent.onReady();
    background.push(...periodicWork(agent, relist).map((work) => repeat(work, clock, log, signal)));
    if (!runtime.simulated) {
      void agent.garbage.collect();
      void reconcileClaims(agent);
      background.push(evict(agent, signal));
      if (agent.shutdowns) background.push(holdUpShutdown(agent.shutdowns, signal));
    }
  }
  await aborted(signal);
  manager.stop();
  await server?.listener.close();
  await Promise.all(background);
}

/** The lease belongs to the node, which has to be there first. */
async function keepLease({ node, reporter }: AgentLoops, signal: AbortSignal): Promise<void> {
  if (await settledBefore(reporter.registered, signal)) await renewLease({ ...node, nodeUid: () => reporter.node()?.metadata.uid }, signal);
}

async function holdUpShutdown(options: Omit<NodeShutdownOptions, 'source'>, signal: AbortSignal): Promise<void> {
  const [{ runNodeShutdown }, { systemdLogind }] = await Promise.all([import('./shutdown/node-shutdown.ts'), import('./shutdown/logind.ts')]);
  await runNodeShutdown({ ...options, source: systemdLogind() }, signal);
}

async function serveHealth(address: ListenAddress, { node }: AgentLoops, signal: AbortSignal): Promise<void> {
  const { serveHealthz } = await import('./server/healthz.ts');
  await serveHealthz(address, node.clock, node.log, signal);
}

async function evict({ evictions }: AgentLoops, signal: AbortSignal): Promise<void> {
  const { runEvictionManager } = await import('./eviction/eviction-manager.ts');
  await runEvictionManager(evictions, signal);
}

const reconcileClaims = ({ node, manager }: AgentLoops): Promise<void> => node.dra.reconcile((uid) => manager.byUid(uid) !== undefined);

/** Returns the look at all that the runtime has, which measures itself. */
function createRelist({ node, metrics }: AgentLoops): () => Promise<void> {
  const { clock } = node;
  let before: number | undefined;
  return async () => {
    const start = clock.monotonic();
    if (before !== undefined) metrics?.relistInterval.observe((start - before) / 1000);
    before = start;
    await node.cache.relist();
    metrics?.relist.observe((clock.monotonic() - start) / 1000);
    metrics?.lastRelist.set(clock.now() / 1000);
  };
}

function periodicWork(agent: AgentLoops, relist: () => Promise<void>): readonly PeriodicWork[] {
  const { node, garbage, imageGarbage } = agent;
  const always: PeriodicWork[] = [
    { everyMs: RELIST_MS, what: 'looking at the runtime', run: relist },
    { everyMs: GARBAGE_MS, what: 'removing garbage', run: () => garbage.collect() },
  ];
  if (node.runtime.simulated) return always;
  const lookForKills = createOomWatch(node);
  // Notes the count to begin with; that it cannot look is said at its next turn.
  void lookForKills().catch(() => {});
  return [
    ...always,
    { everyMs: IMAGE_GARBAGE_MS, what: 'removing images', run: imageCollection(imageGarbage, node.recorder, node.nodeName) },
    { everyMs: ROTATION_MS, what: 'rotating logs', run: () => rotateLogs(node) },
    { everyMs: KILLS_MS, what: 'looking for processes that were killed for want of memory', run: lookForKills },
    { everyMs: CLAIMS_MS, what: 'looking after device claims', run: () => reconcileClaims(agent) },
  ];
}
