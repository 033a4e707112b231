import type { Node } from '../api/kinds/core/node/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import { services } from '../api/kinds/core/service/index.ts';
import type { Logger } from '../base/log.ts';
import type { Runnable } from '../runtime/control/runnable.ts';
import { createInformer } from '../runtime/watch/informer-set.ts';
import type { AgentOptions } from './agent-options.ts';
import type { NodeGround } from './agent-parts.ts';
import { createNodeParts, createReporter, makeDirectories, nodeAbilities } from './agent-parts.ts';
import { runAgent } from './agent-run.ts';
import { createChannel } from './contract/channel.ts';
import { createImageGarbage, imagesInUse } from './image/image-garbage.ts';
import { countedRuntime, createAgentMetrics } from './node/agent-metrics.ts';
import { createGarbageCollector } from './node/garbage.ts';
import { machineFacts } from './node/node-info.ts';
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
import { createNodeServer } from './server/node-server.ts';

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
  const runtime = metrics ? countedRuntime(options.runtime, metrics) : options.runtime;
  const version = await connectRuntime(runtime, clock, log, signal);
  await makeDirectories(runtime, dataDir);
  const sysctls = sysctlAllowlist(options.allowedUnsafeSysctls);
  const abilities = await nodeAbilities(runtime);
  const facts = options.facts ?? (await machineFacts(dataDir, version, options.maxPods));

  // The cache wakes pods, which act on the runtime through it; pods that are gone become garbage, which asks whether they are known.
  const changedPods = createChannel<[podUid: string]>();
  const gonePods = createChannel<[podUid: string]>();
  const cache = createRuntimeCache(runtime, changedPods.send);
  const ground: NodeGround = { options, log, runtime, cache, facts, abilities, signal };
  const reporter = createReporter(ground);
  const nodeUid = () => reporter.node()?.metadata.uid;
  const staticPods = options.staticPodDir ? createStaticPods({ directory: options.staticPodDir, nodeName, nodeUid, client, clock, log }) : undefined;
  const writer = createStatusWriter(client, clock, log, signal);
  const statusWriter = staticPods ? mirroredWriter(writer, staticPods) : writer;
  const node = await createNodeParts(ground, version.name, statusWriter, (seconds) => metrics?.podStart.observe(seconds));
  const podSource = options.podSource ?? ownPods(options, log, signal);

  const self = (): Pick<Node, 'metadata' | 'spec'> => reporter.node() ?? { metadata: { name: nodeName, labels: { ...options.labels } } };
  const manager = createPodManager({
    node,
    admit: (pod, others) => admitPod(pod, { node: self(), allocatable: facts.allocatable, others, abilities, sysctls }),
    refreshNode: () => reporter.refresh(),
    onGone: (pod) => gonePods.send(pod.metadata.uid),
    signal,
  });
  changedPods.listen((uid) => manager.wake(uid));
  const garbage = createGarbageCollector({ node, isKnown: (uid) => manager.byUid(uid) !== undefined });
  gonePods.listen((uid) => garbage.podGone(uid));
  const imageGarbage = createImageGarbage({ runtime, clock, log, inUse: () => imagesInUse(cache) });
  const door = createDoor({ authenticate: createAuthenticate(client, clock), authorize: createAuthorize(client, nodeName, clock), log });
  const server =
    options.server && metrics
      ? {
          port: options.server.port,
          host: options.server.host,
          listener: createNodeServer({ node, pods: manager, metrics, registry, tls: options.server, door }),
        }
      : undefined;

  const ready = Promise.withResolvers<void>();
  const servicesReady = options.informers.of(services).ready;
  const parts = { node, metrics, reporter, manager, podSource, staticPods, servicesReady, garbage, imageGarbage, server, onReady: ready.resolve };
  return {
    pods: manager,
    ready: ready.promise,
    run: (runSignal) => runAgent(parts, AbortSignal.any([signal, runSignal])),
  };
}

/** A watch of this node's pods alone. */
const ownPods = ({ client, clock, nodeName }: AgentOptions, log: Logger, signal: AbortSignal): PodSource =>
  createPodSource(createInformer(pods, { client, clock, log, signal }, { fieldSelector: `spec.nodeName=${nodeName}` }));
