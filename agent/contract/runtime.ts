import type { RuntimeFeatures } from './node-abilities.ts';
import type { ContainerConfig, LinuxContainerResources, SandboxConfig } from './runtime-config.ts';

/**
 * Runs pods. Two implementations pass one contract suite (runtime-suite.fixture.ts): `cri/` drives containerd over its socket,
 * `simulated/` keeps everything in memory. Configuration is in the terms of the CRI (runtime.v1), the observed state in ours.
 *
 * Every method rejects with RuntimeError if the runtime refuses or cannot be reached. Stopping or removing something that is gone succeeds.
 */
export interface ContainerRuntime {
  /** Nothing runs for real: the agent then neither mounts volumes, nor writes cgroups, nor sends probes over the network. */
  readonly simulated: boolean;
  version(): Promise<RuntimeVersion>;
  /** RuntimeReady and NetworkReady. Rejects if the runtime cannot be reached. */
  conditions(): Promise<readonly RuntimeCondition[]>;
  /** A runtime that does not tell has none. */
  features(): Promise<RuntimeFeatures>;

  listSandboxes(): Promise<readonly SandboxSummary[]>;
  listContainers(): Promise<readonly ContainerSummary[]>;
  /** The sandbox with its addresses. Resolves with undefined if it is gone. */
  sandbox(id: string): Promise<Sandbox | undefined>;
  container(id: string): Promise<RuntimeContainer | undefined>;

  /** Creates and starts a sandbox with its network; resolves with its id. `handler` names a configuration of the runtime other than its default. */
  runSandbox(config: SandboxConfig, handler?: string): Promise<string>;
  /** Stops its containers and takes its network away. */
  stopSandbox(id: string): Promise<void>;
  /** Removes a sandbox and the containers in it. */
  removeSandbox(id: string): Promise<void>;
  /** `life` is for runtimes that run nothing for real. Default 'service'. */
  createContainer(sandboxId: string, config: ContainerConfig, sandboxConfig: SandboxConfig, life?: ContainerLife): Promise<string>;
  startContainer(id: string): Promise<void>;
  /** Sends the stop signal, and SIGKILL after `graceSeconds`; resolves when the container is dead. */
  stopContainer(id: string, graceSeconds: number): Promise<void>;
  removeContainer(id: string): Promise<void>;
  updateResources(id: string, resources: LinuxContainerResources): Promise<void>;
  /** Continues the container's log in a new file after the old one was moved away. */
  reopenLog(id: string): Promise<void>;
  /** Runs a command to its end; `timeoutSeconds` 0 means no limit. Rejects with code 'DeadlineExceeded' past it. */
  execSync(id: string, command: readonly string[], timeoutSeconds: number): Promise<ExecResult>;
  /** Prepares exec, attach or port-forward. */
  stream(request: StreamRequest): Promise<StreamTarget>;
  /** Lines that a simulated container printed. Absent if logs are files (`logPath`). */
  logLines?(id: string): readonly LogLine[];

  images(): Promise<readonly Image[]>;
  image(reference: string): Promise<Image | undefined>;
  /** Pulls an image; resolves with its id. */
  pullImage(reference: string, auth?: RegistryCredentials): Promise<string>;
  removeImage(reference: string): Promise<void>;
  /**
   * Keeps an image's content until `key` is released, whatever becomes of the image, and resolves with the mounts that show it at a directory,
   * each upon the one before. Safe to repeat.
   */
  imageMounts(imageId: string, key: string): Promise<readonly FilesystemMount[]>;
  /** The directory of the image's content is unmounted by then. */
  releaseImageMounts(key: string): Promise<void>;
  /** The file system of the images, and what they take of it. */
  imageFilesystem(): Promise<ImageFilesystem | undefined>;
  containerStats(): Promise<readonly ContainerStats[]>;

  /** Calls `onExit` with the id of every container or sandbox whose process ended, as it happens; resolves when the stream or `signal` ends. */
  watchExits(onExit: (id: string) => void, signal: AbortSignal): Promise<void>;
  close(): void;
}

/** The arguments of a mount: `options` as mount(8) takes them. */
export interface FilesystemMount {
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
}

/** The life that a container is expected to have: init containers and the tasks of Jobs end by themselves, sidecars and services run until they are stopped. */
export type ContainerLife = 'init' | 'sidecar' | 'task' | 'service';

/** gRPC's codes, by name, as the CRI answers with them. */
export type RuntimeErrorCode =
  | 'Canceled'
  | 'Unknown'
  | 'InvalidArgument'
  | 'DeadlineExceeded'
  | 'NotFound'
  | 'AlreadyExists'
  | 'PermissionDenied'
  | 'ResourceExhausted'
  | 'FailedPrecondition'
  | 'Aborted'
  | 'OutOfRange'
  | 'Unimplemented'
  | 'Internal'
  | 'Unavailable'
  | 'DataLoss'
  | 'Unauthenticated';

/** The message has the form in which kubelet prints errors of the CRI: `rpc error: code = NotFound desc = …`. */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: RuntimeErrorCode;
  /** The message without its prefix. */
  readonly description: string;
  constructor(code: RuntimeErrorCode, description: string) {
    super(`rpc error: code = ${code} desc = ${description}`);
    this.code = code;
    this.description = description;
  }
}

export interface RuntimeVersion {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface SandboxSummary {
  readonly id: string;
  readonly podUid: string;
  readonly podName: string;
  readonly podNamespace: string;
  readonly attempt: number;
  readonly ready: boolean;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface Sandbox extends SandboxSummary {
  /** Empty with the host's network. */
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  /** The handler that runs it. Undefined for the default one. */
  readonly handler?: string;
}

export type ContainerPhase = 'created' | 'running' | 'exited' | 'unknown';

export interface ContainerSummary {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerPhase;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuntimeContainer extends Omit<ContainerSummary, 'sandboxId'> {
  /** As the container was created with. */
  readonly image: string;
  /** The digest, or the id where there is none. */
  readonly imageRef: string;
  /** 0: not yet. */
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  /** `OOMKilled`, `Completed`, `Error`, `StartError` or `ContainerCannotRun`. */
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
  /** Undefined if the runtime does not tell: containerd does from 2.0 on. */
  readonly user?: ContainerIdentity;
}

/** The identity that the first process of a container was started with. */
export interface ContainerIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly supplementalGroups: readonly number[];
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface StreamSet {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}
export type StreamRequest =
  | ({ readonly kind: 'exec'; readonly containerId: string; readonly command: readonly string[] } & StreamSet)
  | ({ readonly kind: 'attach'; readonly containerId: string } & StreamSet)
  | { readonly kind: 'portForward'; readonly sandboxId: string; readonly ports: readonly number[] };

/** Bytes go to a streaming server of the runtime, or the answer is known already (simulated): `refusal` is that of every forwarded connection. */
export type StreamTarget = { readonly url: string } | { readonly stdout: string; readonly exitCode: number } | { readonly refusal: string };

export interface LogLine {
  readonly time: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface Image {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** The user of the image, by id or by name; neither: root. */
  readonly uid?: number;
  readonly username: string;
  readonly pinned: boolean;
}

export interface ImageFilesystem {
  readonly mountpoint: string;
  readonly usedBytes: number;
  /** Undefined if the runtime does not count them. */
  readonly usedInodes?: number | undefined;
}

export interface RegistryCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface ContainerStats {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly time: number;
  readonly cpuNanoseconds: number;
  readonly workingSetBytes: number;
  readonly rssBytes: number;
  readonly usageBytes: number;
  readonly writableLayerBytes: number;
  readonly writableLayerInodes: number;
}
