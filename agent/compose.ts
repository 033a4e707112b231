import { mkdir, readFile } from 'node:fs/promises';
import { hostname as osHostname } from 'node:os';
import { join } from 'node:path';
import type { Registry } from 'prom-client';
import type { ContainerImage, Node } from '../api/kinds/core/node/index.ts';
import { pods } from '../api/kinds/core/pod/index.ts';
import { services } from '../api/kinds/core/service/index.ts';
import type { Clock } from '../base/clock.ts';
import { sleep } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../runtime/client/client.ts';
import type { Runnable } from '../runtime/control/runnable.ts';
import type { EventRecorder } from '../runtime/observe/event-recorder.ts';
import type { Informers } from '../runtime/watch/informer.ts';
import { createInformer } from '../runtime/watch/informer-set.ts';
import type { ContainerRuntime } from './contract/runtime.ts';
import { createImageGarbage } from './image/image-garbage.ts';
import { createImagePuller } from './image/image-puller.ts';
import { pullCredentials } from './image/pull-secrets.ts';
import { DEFAULT_ROTATION, rotateLog } from './log/log-rotation.ts';
import { countedRuntime, createAgentMetrics } from './node/agent-metrics.ts';
import { noCgroups, openCgroups } from './node/cgroups.ts';
import { watchExits } from './node/exit-watch.ts';
import { createGarbageCollector } from './node/garbage.ts';
import { nodeHealth } from './node/node-health.ts';
import type { NodeFacts } from './node/node-info.ts';
import { machineFacts } from './node/node-info.ts';
import { renewLease } from './node/node-lease.ts';
import { createNodeReporter } from './node/node-reporter.ts';
import { admitPod } from './pod/admission.ts';
import type { DnsSettings } from './pod/name-resolution.ts';
import { parseResolvConf } from './pod/name-resolution.ts';
import type { NodeContext } from './pod/node-context.ts';
import { isRunning } from './pod/observation.ts';
import { podDirectories } from './pod/pod-directories.ts';
import type { PodManager } from './pod/pod-manager.ts';
import { createPodManager } from './pod/pod-manager.ts';
import { createPodSource, type PodSource } from './pod/pod-source.ts';
import { createRuntimeCache } from './pod/runtime-cache.ts';
import type { StaticPods } from './pod/static-pods.ts';
import { createStaticPods } from './pod/static-pods.ts';
import type { StatusWriter } from './pod/status-writer.ts';
import { createStatusWriter } from './pod/status-writer.ts';
import { createNetworkTransport, simulatedTransport } from './probe/network-transport.ts';
import { createClientCheck } from './server/client-check.ts';
import type { NodeServerTls } from './server/node-server.ts';
import { createNodeServer } from './server/node-server.ts';
import { createLinuxVolumes, mountMemoryDir } from './volume/linux-volumes.ts';
import { createObjectCache, directSource } from './volume/object-cache.ts';
import { noVolumes } from './volume/pod-volumes.ts';
import { createTokenSource } from './volume/token-source.ts';

export interface AgentOptions {
  readonly client: Client;
  /** For the services whose variables pods get. */
  readonly informers: Informers;
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  /** Everything the agent keeps: `pods/`, `logs/`, `memory/` (a tmpfs). */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Its events show the component `kubelet`. */
  readonly recorder: EventRecorder;
  /** The first one is the node's address; all are shown. */
  readonly nodeIps: readonly string[];
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  /** The label kubernetes.io/hostname; default: the machine's name. */
  readonly hostname?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Pods by node, where several nodes share a process; default: a watch of this node's pods alone. */
  readonly podSource?: PodSource;
  /** Capacity and identity; default: this machine's. */
  readonly facts?: NodeFacts;
  /** The parent of all pods' cgroups; default `/kubepods`. */
  readonly cgroupRoot?: string;
  readonly maxPods?: number;
  /** Manifests of static pods; left out: there are none. */
  readonly staticPodDir?: string;
  /** The node's resolvers, for pods that use them directly; default /etc/resolv.conf. */
  readonly resolvConf?: string;
  /** More metrics for /metrics (of the node's network). */
  readonly registry?: Registry;
  /** The node's HTTPS server; without it there are no logs, exec or metrics. */
  readonly server?: NodeServerTls & { readonly port: number; readonly host?: string };
  /** More that must be well before the node is ready; answers what is wrong. */
  readonly checks?: () => Promise<readonly string[]>;
}

/** The node agent: `ready` once the node is registered and its pods are looked after. */
export interface Agent extends Runnable {
  readonly node: NodeContext;
  readonly pods: PodManager;
}

const RELIST_MS = 5_000;
const GARBAGE_MS = 60_000;
const IMAGE_GARBAGE_MS = 5 * 60_000;
const ROTATION_MS = 10_000;
const CONNECT_RETRY_MS = 100;

/** Sets up the agent of one node. Waits for the runtime; nothing is written to the API before `run`. */
export async function createAgent(options: AgentOptions, signal: AbortSignal): Promise<Agent> {
  const { client, clock, recorder, nodeName } = options;
  const log = options.log.child({ node: nodeName });
  const metrics = options.server && createAgentMetrics(nodeName);
  const runtime = metrics ? countedRuntime(options.runtime, metrics) : options.runtime;
  await connected(runtime, clock, log, signal);
  const version = await runtime.version();
  const directories = podDirectories(options.dataDir);
  const memoryDir = join(options.dataDir, 'memory');
  if (!runtime.simulated) {
    await Promise.all([directories.pods, directories.logs].map((directory) => mkdir(directory, { recursive: true })));
    await mountMemoryDir(memoryDir);
  }
  const facts = options.facts ?? (await machineFacts(options.dataDir, version, options.maxPods));
  const serviceInformer = options.informers.of(services);
  const cache = createRuntimeCache(runtime, (uid) => manager.wake(uid));
  const nodeIps = options.nodeIps;
  const addressesOf = (uid: string, hostNetwork: boolean) => {
    const ips = cache.of(uid).sandboxes[0]?.ips ?? [];
    return hostNetwork || ips.length === 0 ? nodeIps : ips;
  };
  const { objects, volumes } = (() => {
    if (runtime.simulated) return { objects: directSource(client), volumes: noVolumes };
    const objectCache = createObjectCache({ client, clock, log, signal, onChange: (kind, key) => linux.objectChanged(kind, key) });
    const linux = createLinuxVolumes({
      directories,
      memoryDir,
      objects: objectCache,
      tokens: createTokenSource(client, clock),
      addresses: (pod) => ({ podIps: addressesOf(pod.metadata.uid, pod.spec?.hostNetwork ?? false), hostIps: nodeIps }),
      allocatable: () => facts.allocatable,
      clock,
      log,
      signal,
    });
    return { objects: objectCache, volumes: linux };
  })();

  const statusWriter = createStatusWriter(client, clock, log, signal);
  const staticPods = options.staticPodDir
    ? createStaticPods({ directory: options.staticPodDir, nodeName, nodeUid: () => reporter.node()?.metadata.uid, client, clock, log })
    : undefined;
  const node: NodeContext = {
    nodeName,
    nodeIps,
    runtime,
    runtimeName: version.name,
    cache,
    client,
    clock,
    log,
    recorder,
    images: createImagePuller({ runtime, recorder, clock, credentials: (pod, reference) => pullCredentials(pod, reference, objects) }),
    volumes,
    objects,
    services: () => serviceInformer.list(),
    cgroups: runtime.simulated ? noCgroups : await openCgroups(),
    cgroupRoot: options.cgroupRoot ?? '/kubepods',
    statusWriter: staticPods ? mirroredWriter(statusWriter, staticPods) : statusWriter,
    probes: runtime.simulated ? simulatedTransport : createNetworkTransport(runtime),
    directories,
    dns: { servers: options.clusterDns, domain: options.clusterDomain, host: runtime.simulated ? NO_DNS : await hostDns(options.resolvConf) },
    hostsFile: () => readFile('/etc/hosts', 'utf8').catch(() => ''),
    allocatable: () => facts.allocatable,
    memoryCapacity: facts.memoryBytes,
    seccompDir: join(options.dataDir, 'seccomp'),
    observeStart: (seconds) => metrics?.podStart.observe(seconds),
  };
  const podSource =
    options.podSource ?? createPodSource(createInformer(pods, { client, clock, log, signal }, { fieldSelector: `spec.nodeName=${nodeName}` }));
  const reporter = createNodeReporter({
    client,
    clock,
    log,
    recorder,
    nodeName,
    nodeIps,
    hostname: options.hostname ?? osHostname(),
    facts,
    serverPort: () => port,
    labels: options.labels ?? {},
    taints: options.taints ?? [],
    images: () => nodeImages(runtime),
    async health() {
      const health = await nodeHealth(runtime, options.dataDir);
      return { ...health, problems: [...health.problems, ...((await options.checks?.()) ?? [])] };
    },
  });
  const self = (): Pick<Node, 'metadata' | 'spec'> => reporter.node() ?? { metadata: { name: nodeName, labels: { ...options.labels } } };
  const manager = createPodManager({
    node,
    admit: (pod, others) => admitPod(pod, { node: self(), allocatable: facts.allocatable, others }),
    refreshNode: () => reporter.refresh(),
    onGone: (pod) => garbage.podGone(pod.metadata.uid),
    signal,
  });
  const garbage = createGarbageCollector({ node, isKnown: (uid) => manager.byUid(uid) !== undefined });
  const imageGarbage = createImageGarbage({ runtime, clock, log, inUse: () => imagesInUse(cache) });
  const server =
    options.server && metrics
      ? createNodeServer({
          node,
          pods: manager,
          metrics,
          registry: options.registry,
          tls: options.server,
          check: createClientCheck(client, nodeName, clock),
        })
      : undefined;
  let port = options.server?.port ?? 0;
  let markReady = () => {};
  const ready = new Promise<void>((resolve) => {
    markReady = resolve;
  });

  return {
    node,
    pods: manager,
    ready,
    async run(runSignal) {
      const stop = AbortSignal.any([signal, runSignal]);
      if (server && options.server) port = await server.listen(options.server.port, options.server.host);
      const loop = async (everyMs: number, what: string, work: () => Promise<void>) => {
        while (!stop.aborted) {
          await sleep(clock, everyMs, stop);
          if (stop.aborted) return;
          await work().catch((error: unknown) => log.warn({ err: error }, `${what} failed`));
        }
      };
      // What runs is known before what should run: pods that are running already are adopted, not started again.
      const lease = async () => {
        // The lease belongs to the node, which has to be there first.
        await Promise.race([reporter.registered, aborted(stop)]);
        await renewLease({ client, clock, log, nodeName, nodeUid: () => reporter.node()?.metadata.uid }, stop);
      };
      const background = [reporter.run(stop), lease()];
      const relist = async () => {
        const end = metrics?.relist.startTimer();
        await cache.relist();
        end?.();
      };
      await relist();
      background.push(watchExits(runtime, cache, clock, log, stop));
      if (staticPods) background.push(staticPods.run(manager, stop));
      // Whether the node takes a pod depends on the labels that it is registered with.
      await Promise.race([Promise.all([podSource.ready, serviceInformer.ready, reporter.registered]), aborted(stop)]);
      if (!stop.aborted) {
        const unsubscribe = podSource.subscribe(nodeName, staticPods?.filter(manager) ?? manager);
        stop.addEventListener('abort', unsubscribe, { once: true });
        markReady();
        background.push(
          loop(RELIST_MS, 'looking at the runtime', relist),
          loop(GARBAGE_MS, 'removing garbage', () => garbage.collect()),
        );
        if (!runtime.simulated) {
          void garbage.collect();
          background.push(
            loop(IMAGE_GARBAGE_MS, 'removing images', () => imageGarbage.collect()),
            loop(ROTATION_MS, 'rotating logs', () => rotateLogs(node)),
          );
        }
      }
      await aborted(stop);
      manager.stop();
      await server?.close();
      await Promise.all(background);
    },
  };
}

/** The status of a static pod is written to its mirror. */
const mirroredWriter = (writer: StatusWriter, staticPods: StaticPods): StatusWriter => ({
  put(pod, status) {
    const shown = staticPods.shownAs(pod);
    if (shown) writer.put(shown, status);
  },
  flushed: (uid) => writer.flushed(uid),
  forget: (uid) => writer.forget(uid),
});

const NO_DNS: DnsSettings = { servers: [], searches: [], options: [] };

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

async function connected(runtime: ContainerRuntime, clock: Clock, log: Logger, signal: AbortSignal): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await runtime.version();
      return;
    } catch (error) {
      if (signal.aborted) throw error;
      if (tries === 50) log.warn({ err: error }, 'the container runtime does not answer');
      await sleep(clock, CONNECT_RETRY_MS, signal);
    }
  }
}

/** The node's own name servers, or what the file says that was asked for. systemd-resolved's stub is of no use inside pods: its upstreams stand in. */
async function hostDns(file?: string): Promise<DnsSettings> {
  const own = parseResolvConf(await readFile(file ?? '/etc/resolv.conf', 'utf8').catch(() => ''));
  if (file !== undefined || !own.servers.every((server) => server.startsWith('127.'))) return own;
  return parseResolvConf(await readFile('/run/systemd/resolve/resolv.conf', 'utf8').catch(() => ''));
}

/** As kubelet's nodeStatusMaxImages. */
const MAX_IMAGES = 50;

async function nodeImages(runtime: ContainerRuntime): Promise<readonly ContainerImage[]> {
  const images = await runtime.images().catch(() => []);
  return [...images]
    .sort((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MAX_IMAGES)
    .map(({ digests, tags, sizeBytes }) => ({ names: [...digests, ...tags], sizeBytes }));
}

function imagesInUse(cache: NodeContext['cache']): ReadonlySet<string> {
  const used = new Set<string>();
  for (const uid of cache.podUids()) for (const { image, imageRef } of cache.of(uid).containers) used.add(image).add(imageRef);
  return used;
}

async function rotateLogs({ cache, clock, log, runtime }: NodeContext): Promise<void> {
  for (const uid of cache.podUids()) {
    for (const container of cache.of(uid).containers) {
      if (!isRunning(container) || container.logPath === '') continue;
      await rotateLog(container.logPath, DEFAULT_ROTATION, clock, () => runtime.reopenLog(container.id)).catch((error: unknown) =>
        log.warn({ err: error, path: container.logPath }, 'a log could not be rotated'),
      );
    }
  }
}
