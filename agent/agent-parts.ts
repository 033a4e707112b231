import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Kind } from '../api/definition/kind.ts';
import type { Pod } from '../api/kinds/core/pod/index.ts';
import { services } from '../api/kinds/core/service/index.ts';
import type { Live, ObjectKey } from '../api/meta/object.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { CsiReporter, NodeCsi } from './agent-csi.ts';
import { createNodeCsi, noCsi } from './agent-csi.ts';
import type { NodeDevicePlugins } from './agent-device-plugins.ts';
import { createNodeDevicePlugins, noDevicePlugins } from './agent-device-plugins.ts';
import type { NodeDra } from './agent-dra.ts';
import { createNodeDra, noDra } from './agent-dra.ts';
import { createNodeImages } from './agent-images.ts';
import type { AgentOptions } from './agent-options.ts';
import type { CgroupManager } from './contract/cgroups.ts';
import { createChannel } from './contract/channel.ts';
import type { ClusterDns, DnsSettings } from './contract/cluster-dns.ts';
import type { LocalVolumes } from './contract/local-volumes.ts';
import type { NodeAbilities } from './contract/node-abilities.ts';
import type { PodCgroups, PodFiles, RuntimeAccess } from './contract/node-parts.ts';
import { nodeReference } from './contract/node-reference.ts';
import type { ObjectSource } from './contract/object-source.ts';
import { podDirectories } from './contract/pod-directories.ts';
import { noPodMetrics } from './contract/pod-metrics.ts';
import type { ContainerRuntime } from './contract/runtime.ts';
import type { StatusWriter } from './contract/status-writer.ts';
import type { AgentMetrics } from './node/agent-metrics.ts';
import type { PodsLimits } from './node/allocatable-limits.ts';
import { enforceAllocatable } from './node/allocatable-limits.ts';
import { measuredCgroups } from './node/cgroup-metrics.ts';
import { openCgroups } from './node/cgroups.ts';
import { withClassWeights } from './node/class-weights.ts';
import { appArmorEnabled } from './node/kernel-security.ts';
import { runtimeProblems } from './node/node-health.ts';
import { nodeImages } from './node/node-images.ts';
import type { NodeFacts } from './node/node-info.ts';
import type { NodeReporter } from './node/node-reporter.ts';
import { createNodeReporter } from './node/node-reporter.ts';
import type { NodeStartup } from './node/node-startup.ts';
import { hostDns } from './pod/config/host-dns.ts';
import { createNetworkTransport } from './probe/network-transport.ts';
import { noCgroups, noLocalVolumes, noVolumes, simulatedTransport } from './simulated/simulated-parts.ts';
import { DECLARED_FEATURES } from './spec/declared-features.ts';
import { createLinuxVolumes, mountMemoryDir } from './volume/linux-volumes.ts';
import { createLocalVolumes } from './volume/local-volumes.ts';
import { createObjectCache, directSource } from './volume/object-cache.ts';
import { createStorageMetrics, noStorageMetrics } from './volume/storage-metrics.ts';
import { createTokenSource } from './volume/token-source.ts';

/** The ground that the parts of one node stand on. */
export interface NodeGround extends RuntimeAccess {
  readonly options: AgentOptions;
  /** Its lines name the node. */
  readonly log: Logger;
  readonly facts: NodeFacts;
  readonly limits: PodsLimits;
  readonly abilities: NodeAbilities;
  /** Has a pod's worker look at it again. */
  readonly wakePod: (podUid: string) => void;
  /** Whether the node has anything to do with a pod still. */
  readonly isHolder: (podUid: string) => boolean;
  readonly signal: AbortSignal;
}

/** Finds out what the runtime and the kernel can do. A simulated node can do everything: it does nothing. */
export async function nodeAbilities(runtime: ContainerRuntime): Promise<NodeAbilities> {
  const [features, appArmor] = await Promise.all([runtime.features(), runtime.simulated || appArmorEnabled()]);
  return { ...features, appArmor, declaredFeatures: DECLARED_FEATURES };
}

/** The facts about the node that come from other parts of the agent. */
export interface NodeState {
  /** The node's conditions that are True because it runs out of something: `DiskPressure`. */
  readonly pressure: () => readonly string[];
  /** Further reasons why it is not ready. */
  readonly problems: () => readonly string[];
  /** Volumes that must not be detached. Undefined until that is known. */
  readonly volumesInUse: () => readonly string[] | undefined;
  readonly cgroups: () => Pick<PodCgroups, 'cgroups' | 'cgroupRoot'>;
  readonly devicePlugins: () => NodeDevicePlugins;
}

/** Makes the reporter of the node's status: the runtime's health, the agent's parts and the options' own checks decide whether it is ready. */
export function createReporter(
  { options, log, runtime, facts, limits, abilities }: NodeGround,
  state: NodeState,
  startup: NodeStartup | undefined,
): NodeReporter {
  const { client, clock, recorder, nodeName, nodeIps, labels = {}, taints = [] } = options;
  return createNodeReporter({
    client,
    clock,
    log,
    recorder,
    nodeName,
    nodeIps,
    facts,
    features: abilities,
    declaredFeatures: abilities.declaredFeatures,
    labels,
    taints,
    images: () => nodeImages(runtime),
    volumesInUse: state.volumesInUse,
    pluginResources: () => state.devicePlugins().resources(),
    isNewNode: () => state.devicePlugins().isNewNode(),
    startup,
    enforceAllocatable: () => enforceAllocatable(state.cgroups(), limits),
    async health() {
      const pressure = state.pressure();
      return {
        memoryPressure: pressure.includes('MemoryPressure'),
        diskPressure: pressure.includes('DiskPressure'),
        pidPressure: pressure.includes('PIDPressure'),
        problems: [...state.problems(), ...(await runtimeProblems(runtime)), ...((await options.checks?.()) ?? [])],
      };
    },
  });
}

/** Makes the directories that pods' files are kept in. Nothing on a simulated node. */
export async function makeDirectories(runtime: ContainerRuntime, dataDir: string): Promise<void> {
  if (runtime.simulated) return;
  const { pods, logs } = podDirectories(dataDir);
  await Promise.all([pods, logs].map((directory) => mkdir(directory, { recursive: true })));
  await mountMemoryDir(memoryDir(dataDir));
}

/** On tmpfs: the content of Secrets and tokens never touches a disk. */
const memoryDir = (dataDir: string): string => join(dataDir, 'memory');

/** Volumes, and the reader of the objects that they and containers' variables are made of. */
function createFiles(
  { options, log, runtime, cache, facts, signal }: NodeGround,
  reporter: CsiReporter,
  metrics: AgentMetrics | undefined,
): PodFiles & { readonly objects: ObjectSource; readonly csi: NodeCsi } {
  const { client, clock, nodeIps, dataDir } = options;
  const directories = podDirectories(dataDir);
  if (runtime.simulated) return { directories, objects: directSource(client), volumes: noVolumes, csi: noCsi };
  const podIpsOf = ({ metadata, spec }: Live<Pod>) => {
    const ips = cache.of(metadata.uid).sandboxes[0]?.ips ?? [];
    return spec?.hostNetwork || ips.length === 0 ? nodeIps : ips;
  };
  const changes = createChannel<[kind: Kind, key: ObjectKey]>();
  const objects = createObjectCache({ client, clock, log, signal, onChange: changes.send });
  const tokens = createTokenSource(client, clock);
  const { nodeName, recorder } = options;
  const storage = metrics ? createStorageMetrics(metrics.registry, clock, () => volumes.counts()) : noStorageMetrics;
  const csi = createNodeCsi({ nodeName, directories, objects, tokens, client, clock, log, recorder, reporter, storage, signal });
  const volumes = createLinuxVolumes({
    nodeName,
    directories,
    memoryDir: memoryDir(dataDir),
    objects,
    csi: csi.volumes,
    runtime,
    tokens,
    addresses: (pod) => ({ podIps: podIpsOf(pod), hostIps: nodeIps }),
    allocatable: () => facts.allocatable,
    metrics: storage,
    clock,
    log,
    signal,
  });
  changes.listen((kind, key) => volumes.objectChanged(kind, key));
  return { directories, objects, volumes, csi };
}

function createDevices(
  { options, log, runtime, wakePod, isHolder, signal }: NodeGround,
  reportNode: () => void,
): { readonly dra: NodeDra; readonly devicePlugins: NodeDevicePlugins } {
  if (runtime.simulated) return { dra: noDra, devicePlugins: noDevicePlugins };
  const { nodeName, dataDir, client, clock } = options;
  const shared = { root: dataDir, clock, log, wakePod, signal };
  return { dra: createNodeDra({ ...shared, nodeName, client }), devicePlugins: createNodeDevicePlugins({ ...shared, isHolder, reportNode }) };
}

async function openMeasured(clock: Clock, metrics: AgentMetrics | undefined): Promise<CgroupManager> {
  const cgroups = await openCgroups();
  return metrics ? measuredCgroups(cgroups, clock, metrics.registry) : cgroups;
}

/** The directories of the class `local-path`: nothing below the pods' own, which go with them. */
function localVolumes(dataDir: string, runtime: ContainerRuntime): LocalVolumes {
  const root = join(dataDir, 'storage');
  return runtime.simulated ? noLocalVolumes(root) : createLocalVolumes(root);
}

const NO_DNS: DnsSettings = { servers: [], searches: [], options: [] };

/** The names that pods resolve. Says on the node if its own resolv.conf exceeds what pods can have. */
async function clusterDns({ options, runtime }: NodeGround): Promise<ClusterDns> {
  const { clusterDns: servers, clusterDomain: domain, recorder, nodeName, resolvConf } = options;
  if (runtime.simulated) return { servers, domain, host: NO_DNS };
  const { settings, fault } = await hostDns(domain, resolvConf);
  if (fault !== undefined) recorder.event(nodeReference(nodeName), 'Warning', 'CheckLimitsForResolvConf', fault);
  return { servers, domain, host: settings };
}

/** All that pods are run with on this node: each piece of the agent takes from it what it needs. */
export async function createNodeParts(
  ground: NodeGround,
  runtimeName: string,
  statusWriter: StatusWriter,
  metrics: AgentMetrics | undefined,
  reporter: CsiReporter,
  activePods: () => Iterable<Pod>,
) {
  const { options, log, runtime, cache, facts, abilities } = ground;
  const cgroupRoot = options.cgroupRoot ?? '/kubepods';
  const { client, clock, recorder, nodeName, nodeIps, hostIps = nodeIps } = options;
  const serviceInformer = options.informers.of(services);
  const { directories, objects, volumes, csi } = createFiles(ground, reporter, metrics);
  const { dra, devicePlugins } = createDevices(ground, () => reporter.check());
  const images = createNodeImages({ ...options, runtime, log, objects, metrics });
  return {
    nodeName,
    nodeIps: hostIps,
    runtime,
    runtimeName,
    cache,
    client,
    clock,
    log,
    recorder,
    images: images.puller,
    imageRecords: images.records,
    volumes,
    csi,
    dra,
    dynamicResources: dra.resources,
    devicePlugins,
    pluginDevices: devicePlugins.devices,
    objects,
    localVolumes: localVolumes(options.dataDir, runtime),
    services: () => serviceInformer.list(),
    cgroups: runtime.simulated ? noCgroups : withClassWeights(await openMeasured(clock, metrics), cgroupRoot, activePods),
    cgroupRoot,
    podMaxPids: options.podMaxPids ?? 0,
    statusWriter,
    probes: runtime.simulated ? simulatedTransport : createNetworkTransport(runtime, clock),
    directories,
    dns: await clusterDns(ground),
    hostsFile: () => readFile('/etc/hosts', 'utf8').catch(() => ''),
    allocatable: () => facts.allocatable,
    memoryCapacity: facts.memoryBytes,
    maxRestartDelayMs: options.maxRestartDelayMs,
    abilities,
    seccompDir: join(options.dataDir, 'seccomp'),
    podMetrics: metrics?.pods ?? noPodMetrics,
  };
}
