import type { Service } from '../../api/kinds/core/service/index.ts';
import type { Live } from '../../api/meta/object.ts';
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import type { Client } from '../../runtime/client/client.ts';
import type { EventRecorder } from '../../runtime/observe/event-recorder.ts';
import type { ContainerRuntime } from '../contract/runtime.ts';
import type { ImagePuller } from '../image/image-puller.ts';
import type { CgroupManager } from '../node/cgroups.ts';
import type { ProbeTransport } from '../probe/probe-transport.ts';
import type { ObjectSource } from '../volume/object-source.ts';
import type { PodVolumes } from '../volume/pod-volumes.ts';
import type { ClusterDns } from './name-resolution.ts';
import type { PodDirectories } from './pod-directories.ts';
import type { RuntimeCache } from './runtime-cache.ts';
import type { StatusWriter } from './status-writer.ts';

/** What pod workers share: the node they are on, and everything by which they act. */
export interface NodeContext {
  readonly nodeName: string;
  /** The first one is the primary address. */
  readonly nodeIps: readonly string[];
  readonly runtime: ContainerRuntime;
  /** The prefix of container IDs in statuses. */
  readonly runtimeName: string;
  readonly cache: RuntimeCache;
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Logger;
  readonly recorder: EventRecorder;
  readonly images: ImagePuller;
  readonly volumes: PodVolumes;
  readonly objects: ObjectSource;
  readonly services: () => readonly Live<Service>[];
  readonly cgroups: CgroupManager;
  readonly cgroupRoot: string;
  readonly statusWriter: StatusWriter;
  readonly probes: ProbeTransport;
  readonly directories: PodDirectories;
  readonly dns: ClusterDns;
  /** The node's own /etc/hosts, for pods on its network. */
  readonly hostsFile: () => Promise<string>;
  readonly allocatable: () => Readonly<Record<string, string>>;
  readonly memoryCapacity: number;
  readonly seccompDir: string;
  /** Hears how long each pod took from the first sight of it to all of its containers running, in seconds. */
  readonly observeStart: (seconds: number) => void;
}
