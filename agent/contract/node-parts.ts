import type { Service } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { CgroupManager } from './cgroups.ts';
import type { ClusterDns } from './cluster-dns.ts';
import type { DynamicResources } from './dynamic-resources.ts';
import type { ImagePuller } from './image-puller.ts';
import type { NodeAbilities } from './node-abilities.ts';
import type { ObjectSource } from './object-source.ts';
import type { PluginDevices } from './plugin-devices.ts';
import type { PodDirectories } from './pod-directories.ts';
import type { PodMetrics } from './pod-metrics.ts';
import type { PodVolumes } from './pod-volumes.ts';
import type { ProbeTransport } from './probe-transport.ts';
import type { ContainerRuntime } from './runtime.ts';
import type { RuntimeCache } from './runtime-cache.ts';
import type { StatusWriter } from './status-writer.ts';

/**
 * The parts of a node by what they are needed for. A piece of the agent names those it uses, as an intersection:
 * `compose.ts` makes one object that has all of them.
 */
export interface Surroundings {
  readonly clock: Clock;
  readonly log: Logger;
  /** Its events show the component `kubelet`. */
  readonly recorder: EventRecorder;
}

export interface Measured {
  readonly podMetrics: PodMetrics;
}

export interface RuntimeAccess {
  readonly runtime: ContainerRuntime;
  readonly cache: RuntimeCache;
}

export interface NodeAddresses {
  /** The addresses that pods show as their host's. The first one is the primary address. */
  readonly nodeIps: readonly string[];
}

export interface PodCgroups {
  readonly cgroups: CgroupManager;
  /** The parent of all pods' cgroups. */
  readonly cgroupRoot: string;
  /** The number of processes and threads that one pod may have; 0 for any. */
  readonly podMaxPids: number;
}

export interface PodFiles {
  readonly volumes: PodVolumes;
  readonly directories: PodDirectories;
}

export interface PodDevices {
  readonly dynamicResources: DynamicResources;
  readonly pluginDevices: PluginDevices;
}

/** The way by which probes and lifecycle hooks reach into pods. */
export interface ProbeAccess {
  readonly probes: ProbeTransport;
}

export interface StatusAccess {
  readonly statusWriter: StatusWriter;
}

export interface ApiAccess {
  readonly client: Client;
}

/** The settings of a container that do not come from its pod. */
export interface ContainerSources {
  readonly images: ImagePuller;
  readonly objects: ObjectSource;
  /** The services whose variables pods get. */
  readonly services: () => readonly Live<Service>[];
  readonly dns: ClusterDns;
  /** The node's own /etc/hosts, for pods on its network. */
  readonly hostsFile: () => Promise<string>;
  readonly allocatable: () => Readonly<Record<string, string>>;
  /** Bytes. */
  readonly memoryCapacity: number;
  readonly abilities: NodeAbilities;
  /** The directory of seccomp profiles of type Localhost. */
  readonly seccompDir: string;
}
