import type { Registry } from 'prom-client';
import type { Clock } from '../base/clock.ts';
import type { ListenAddress } from '../base/kept-listener.ts';
import type { Logger } from '../base/log.ts';
import type { Client } from '../runtime/client/client.ts';
import type { EventRecorder } from '../runtime/observe/event-recorder.ts';
import type { Informers } from '../runtime/watch/informer.ts';
import type { ContainerRuntime } from './contract/runtime.ts';
import type { EvictionSettings } from './eviction/node-pressure.ts';
import type { CredentialProviders } from './image/credential-provider/provider-settings.ts';
import type { ImageGarbageSettings } from './image/image-garbage.ts';
import type { ImageVerification } from './image/verification-policy.ts';
import type { NodeFacts } from './node/node-info.ts';
import type { Reservation } from './node/reservation.ts';
import type { PodSource } from './pod/sources/pod-source.ts';
import type { NodeServerTls } from './server/node-server.ts';
import type { ShutdownSettings } from './shutdown/shutdown-plan.ts';

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
  /** The addresses that pods show as their host's. Default: `nodeIps`. */
  readonly hostIps?: readonly string[];
  readonly clusterDns: readonly string[];
  readonly clusterDomain: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly taints?: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
  /** Pods by node, where several nodes share a process; default: a watch of this node's pods alone. */
  readonly podSource?: PodSource;
  /** Capacity and identity; default: this machine's. */
  readonly facts?: NodeFacts;
  /** The parent of all pods' cgroups; default `/kubepods`. */
  readonly cgroupRoot?: string;
  readonly maxPods?: number;
  /** The number of processes and threads that one pod may have; default: any. */
  readonly podMaxPids?: number;
  /** The amounts that pods do not get; default: nothing but what evictions keep free. */
  readonly reserved?: Reservation;
  /** Whether all pods together are held to what is not reserved; default: they are. */
  readonly enforceNodeAllocatable?: boolean;
  /** Default: kubelet's. */
  readonly eviction?: EvictionSettings;
  /** Default: kubelet's. */
  readonly imageGarbage?: ImageGarbageSettings;
  /** Which images pods may use without credentials. Default: kubelet's. */
  readonly imageVerification?: ImageVerification;
  /** The most images that are pulled at once; default: any number. */
  readonly maxParallelPulls?: number | undefined;
  /** Programs that get credentials for images; default: none. */
  readonly credentialProviders?: CredentialProviders | undefined;
  /** The longest delay between two starts of a container that ends again and again; default: five minutes. */
  readonly maxRestartDelayMs?: number;
  /** Default: the machine's shutdown is not held up. */
  readonly shutdown?: ShutdownSettings;
  /** Sysctls, or patterns of them, that pods may set beside the safe ones. */
  readonly allowedUnsafeSysctls?: readonly string[];
  /** Directory of static pods' manifests. Without it the node has no static pods. */
  readonly staticPodDir?: string;
  /** The node's resolvers, for pods that use them directly; default /etc/resolv.conf. */
  readonly resolvConf?: string;
  /** More metrics for /metrics (of the node's network). */
  readonly registry?: Registry;
  /** Registers the metrics of the node's certificates among the agent's. */
  readonly measureCertificates?: (registry: Registry) => void;
  /** The address of a plain-HTTP server that tells this machine of the agent's health, as kubelet's does; default: none. */
  readonly healthz?: ListenAddress | undefined;
  /** The node's HTTPS server; without it there are no logs, exec or metrics. */
  readonly server?: NodeServerTls & { readonly port: number; readonly host?: string };
  /** Further checks before the node is ready; resolves with the problems found. */
  readonly checks?: () => Promise<readonly string[]>;
}
