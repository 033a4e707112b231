import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import { runtimeClasses } from '../../../api/kinds/node/runtime-class.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { settledBefore } from '../../../base/abort.ts';
import { sleep } from '../../../base/clock.ts';
import type { ImageWish } from '../../contract/image-puller.ts';
import { ImageError } from '../../contract/image-puller.ts';
import type { ContainerSources, PodCgroups, PodDevices, PodFiles } from '../../contract/node-parts.ts';
import { nodeReference } from '../../contract/node-reference.ts';
import { latestContainer } from '../../contract/observation.ts';
import { ImageVolumeError, MountError } from '../../contract/pod-volumes.ts';
import type { ContainerLife, Image, Sandbox } from '../../contract/runtime.ts';
import { RuntimeError } from '../../contract/runtime.ts';
import type { Mount, SandboxConfig } from '../../contract/runtime-config.ts';
import { PROPAGATION } from '../../contract/runtime-config.ts';
import { runHandler, warnOfFallback } from '../../probe/handler.ts';
import { containerEvent, simulatedEvent } from '../../spec/container-events.ts';
import { sandboxResources } from '../../spec/container-resources.ts';
import { containerTypeOf } from '../../spec/pod-containers.ts';
import { podCgroup } from '../../spec/pod-resources.ts';
import { supportsRecursiveReadOnly } from '../../spec/recursive-read-only.ts';
import { containerConfig } from '../config/container-config.ts';
import { ContainerConfigError } from '../config/container-config-error.ts';
import { containerDevices } from '../config/container-devices.ts';
import { containerEnvironment } from '../config/environment.ts';
import { dnsWarnings, hostsFile } from '../config/name-resolution.ts';
import { sandboxConfig } from '../config/sandbox-config.ts';
import { serviceEnvironment } from '../config/service-environment.ts';
import type { KillerNode } from './container-killer.ts';
import { killContainer } from './container-killer.ts';
import { checkSandboxSupport } from './sandbox-support.ts';

/** The parts by which containers are started. */
export type StarterNode = KillerNode & PodCgroups & PodFiles & PodDevices & ContainerSources;

/** A container could not be started. Carries the reason for its status and the time of the next try (milliseconds since the epoch). */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly reason: string;
  readonly retryAt: number;
  constructor(reason: string, message: string, retryAt: number) {
    super(message);
    this.reason = reason;
    this.retryAt = retryAt;
  }
}

/** After a failure that is not a crash: kubelet's backOffPeriod. */
const RETRY_MS = 10_000;

export function podSandboxConfig(node: StarterNode, pod: Live<Pod>, attempt: number): SandboxConfig {
  return sandboxConfig(pod, attempt, {
    dns: node.dns,
    logDirectory: node.directories.podLogs(pod),
    cgroupParent: podCgroup(pod, node.cgroupRoot).path,
    resources: node.runtime.simulated ? undefined : sandboxResources(pod, node),
  });
}

/** Has the pod's devices prepared and makes its sandbox; its addresses are in the cache when it resolves. @throws DynamicResourcesError */
export async function createSandbox(node: StarterNode, pod: Live<Pod>, attempt: number): Promise<Sandbox | undefined> {
  const handler = await runtimeHandler(node, pod);
  checkSandboxSupport(pod, handler, node.abilities);
  // Simulated pods have no resolv.conf.
  if (!node.runtime.simulated) tellDnsWarnings(node, pod);
  await node.dynamicResources.prepare(pod);
  if (!node.runtime.simulated) {
    await Promise.all([
      node.cgroups.apply(podCgroup(pod, node.cgroupRoot, node.podMaxPids)),
      mkdir(node.directories.podLogs(pod), { recursive: true }),
    ]);
  }
  const start = node.clock.monotonic();
  const id = await node.runtime.runSandbox(podSandboxConfig(node, pod, attempt), handler).catch((error: unknown) => {
    node.podMetrics.sandboxFailed(handler ?? '');
    throw error;
  });
  node.podMetrics.sandboxStarted(handler ?? '', (node.clock.monotonic() - start) / 1000);
  return node.cache.refreshSandbox(id);
}

/** Tells on the pod, and on the node where it is the node's, that the pod's resolv.conf is not as asked for. */
function tellDnsWarnings({ recorder, dns }: StarterNode, pod: Live<Pod>): void {
  for (const { reason, message } of dnsWarnings(pod, dns)) {
    if (reason === 'MissingClusterDNS') recorder.event(nodeReference(pod.spec?.nodeName ?? ''), 'Warning', reason, message);
    const { name, namespace, uid } = pod.metadata;
    recorder.event(pod, 'Warning', reason, reason === 'MissingClusterDNS' ? `pod: "${name}_${namespace}(${uid})". ${message}` : message);
  }
}

/** Finds the handler of the RuntimeClass that the pod names; undefined for the runtime's default. */
async function runtimeHandler({ objects }: StarterNode, pod: Live<Pod>): Promise<string | undefined> {
  const name = pod.spec?.runtimeClassName;
  if (!name) return undefined;
  const runtimeClass = await objects.get(runtimeClasses, { namespace: '', name });
  if (!runtimeClass) throw new Error(`RuntimeClass ${JSON.stringify(name)} not found`);
  return runtimeClass.handler;
}

export interface StartRequest {
  readonly container: Container;
  readonly sandbox: Sandbox;
  readonly restartCount: number;
  /** Once it aborts, the postStart hook is not waited for. */
  readonly ending: AbortSignal;
}

/**
 * Starts one container: image, configuration, creation, start and postStart hook.
 * @throws StartError with the reason that the container's status shows.
 */
export async function startContainer(node: StarterNode, pod: Live<Pod>, request: StartRequest): Promise<void> {
  const { container, sandbox, restartCount, ending } = request;
  const retryAt = node.clock.now() + RETRY_MS;
  const ensure = (wish: ImageWish) =>
    node.images.ensure(pod, wish).catch((error: unknown) => {
      if (!(error instanceof ImageError)) throw failed(node, pod, container, 'ImageInspectError', error, retryAt);
      throw failed(node, pod, container, error.reason, error, error.retryAt);
    });
  const ofVolumes = new Map<string, Image>();
  for (const { name, wish } of imageVolumesOf(pod, container)) ofVolumes.set(name, await ensure(wish));
  const image = await ensure({ reference: container.image ?? '', pullPolicy: container.imagePullPolicy, container });
  const settings = await configure(node, pod, request, ofVolumes).catch((error: unknown) => {
    const isOfImage = error instanceof ImageVolumeError;
    if (isOfImage) node.podMetrics.imageVolumesMounted(ofVolumes.size, false);
    throw failed(
      node,
      pod,
      container,
      isOfImage ? 'CreateContainerError' : 'CreateContainerConfigError',
      error,
      retryAt,
      !(error instanceof ContainerConfigError || error instanceof MountError) || error.cause !== undefined,
    );
  });
  if (ofVolumes.size > 0) node.podMetrics.imageVolumesMounted(ofVolumes.size, true);
  const config = (() => {
    try {
      return containerConfig(pod, container, {
        ...settings,
        image,
        restartCount,
        machine: node,
        seccompDir: node.seccompDir,
        targetId: targetOf(node, pod, container),
      });
    } catch (error) {
      throw failed(node, pod, container, 'CreateContainerConfigError', error, retryAt);
    }
  })();
  const ofSandbox = podSandboxConfig(node, pod, sandbox.attempt);
  const id = await node.runtime.createContainer(sandbox.id, config, ofSandbox, lifeOf(pod, container)).catch((error: unknown) => {
    throw failed(node, pod, container, 'CreateContainerError', error, retryAt);
  });
  containerEvent(node.recorder, pod, container, 'Normal', 'Created', 'Container created');
  try {
    await node.runtime.startContainer(id);
  } catch (error) {
    await node.cache.refreshContainer(id);
    throw failed(node, pod, container, 'RunContainerError', error, node.clock.now());
  }
  containerEvent(node.recorder, pod, container, 'Normal', 'Started', 'Container started');
  node.podMetrics.containerStarted(containerTypeOf(pod, container.name));
  await node.cache.refreshContainer(id);
  await runPostStart(node, pod, container, id, sandbox, ending);
}

/** The volumes that are images and that a container mounts. */
function imageVolumesOf({ spec }: Live<Pod>, { volumeMounts = [] }: Container): readonly { readonly name: string; readonly wish: ImageWish }[] {
  const mounted = new Set(volumeMounts.map(({ name }) => name));
  return (spec?.volumes ?? []).flatMap(({ name, image }) =>
    image && mounted.has(name) ? [{ name, wish: { reference: image.reference ?? '', pullPolicy: image.pullPolicy } }] : [],
  );
}

function lifeOf({ metadata, spec }: Live<Pod>, { name, restartPolicy }: Container): ContainerLife {
  if (spec?.initContainers?.some((container) => container.name === name)) return restartPolicy === 'Always' ? 'sidecar' : 'init';
  const isOfJob = metadata.ownerReferences?.some(({ kind, controller }) => controller && kind === 'Job') ?? false;
  return isOfJob && spec?.containers?.some((container) => container.name === name) ? 'task' : 'service';
}

/** The container that `kubectl debug --target` names: an ephemeral container joins its processes. */
function targetOf(node: StarterNode, pod: Live<Pod>, container: Container): string | undefined {
  const name = pod.spec?.ephemeralContainers?.find((candidate) => candidate.name === container.name)?.targetContainerName;
  return name ? latestContainer(node.cache.of(pod.metadata.uid), name)?.id : undefined;
}

function failed(node: StarterNode, pod: Live<Pod>, container: Container, reason: string, error: unknown, retryAt: number, log = false): StartError {
  const message = wordsOf(reason, error);
  node.podMetrics.containerFailed(containerTypeOf(pod, container.name), reason);
  if (log) node.log.warn({ err: error, pod: pod.metadata.name, reason }, 'a container could not be set up');
  // Image errors come with their own events; the last one of each failure names the reason.
  containerEvent(
    node.recorder,
    pod,
    container,
    'Warning',
    'Failed',
    /^(ErrImage|ImagePull|InvalidImage)/.test(reason) ? `Error: ${reason}` : `Error: ${message}`,
  );
  return new StartError(reason, message, retryAt);
}

/** The text of an error for people. Of the runtime's errors in creating and starting only the description is shown. */
function wordsOf(reason: string, error: unknown): string {
  if (error instanceof RuntimeError && (reason === 'CreateContainerError' || reason === 'RunContainerError')) return error.description;
  return error instanceof Error ? error.message : String(error);
}

async function configure(node: StarterNode, pod: Live<Pod>, { container, sandbox, restartCount }: StartRequest, images: ReadonlyMap<string, Image>) {
  const podIps = sandbox.ips.length > 0 ? sandbox.ips : node.nodeIps;
  const links = pod.spec?.enableServiceLinks ?? true;
  const variables = containerEnvironment(pod, container, {
    objects: node.objects,
    addresses: { podIps, hostIps: node.nodeIps },
    allocatable: node.allocatable(),
    services: serviceEnvironment(node.services(), pod.metadata.namespace ?? '', links),
    emptyDir: (volume) => node.volumes.emptyDir(pod, volume),
  });
  if (node.runtime.simulated) return { environment: await pretended(node, pod, container, variables), ...NOTHING, messageFile: '' };
  const environment = await variables;
  const [given, volumeMounts, hosts, message] = await Promise.all([
    containerDevices(node, pod, container),
    node.volumes.mounts(pod, container, { environment, images, recursiveReadOnly: supportsRecursiveReadOnly(pod, sandbox, node.abilities) }),
    hostsMount(node, pod, container, podIps),
    messageMount(node, pod, container, restartCount),
  ]);
  return {
    // The container's own variables take precedence over those that come with devices.
    environment: given.environment.size === 0 ? environment : new Map([...given.environment, ...environment]),
    mounts: [...given.mounts, ...volumeMounts, ...hosts, ...message.mounts],
    devices: [...given.devices, ...node.volumes.devices(pod, container)],
    cdiDevices: given.cdiDevices,
    annotations: given.annotations,
    messageFile: message.file,
  };
}

const NOTHING = { mounts: [], devices: [], cdiDevices: [], annotations: {} };

/**
 * The variables of a simulated container. Where they name a Secret or ConfigMap that is missing, the container starts without them, and an event says
 * so: what makes such objects often runs in containers itself, of which none runs for real.
 */
async function pretended(
  node: StarterNode,
  pod: Live<Pod>,
  container: Container,
  variables: Promise<ReadonlyMap<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  try {
    return await variables;
  } catch (error) {
    if (!(error instanceof ContainerConfigError)) throw error;
    simulatedEvent(node.recorder, pod, container, error.message);
    return new Map();
  }
}

async function hostsMount(node: StarterNode, pod: Live<Pod>, container: Container, ips: readonly string[]): Promise<readonly Mount[]> {
  if (container.volumeMounts?.some(({ mountPath }) => mountPath === '/etc/hosts')) return [];
  const file = node.directories.hosts(pod.metadata.uid);
  const own = pod.spec?.hostNetwork ? await node.hostsFile() : '';
  await mkdir(dirname(file), { recursive: true });
  // Written in place: containers that run have this very file mounted.
  await writeFile(file, hostsFile(pod, ips, node.dns.domain, own), { mode: 0o644 });
  const readonly = container.securityContext?.readOnlyRootFilesystem ?? false;
  return [{ container_path: '/etc/hosts', host_path: file, readonly, propagation: PROPAGATION.PRIVATE }];
}

async function messageMount(node: StarterNode, pod: Live<Pod>, container: Container, restartCount: number) {
  const path = container.terminationMessagePath ?? '/dev/termination-log';
  if (path === '') return { mounts: [], file: '' };
  const file = join(node.directories.container(pod.metadata.uid, container.name), `${restartCount}.message`);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '');
  // Any user that the container runs as may write it.
  await chmod(file, 0o666);
  return { mounts: [{ container_path: path, host_path: file, propagation: PROPAGATION.PRIVATE }], file };
}

const POST_START_TIMEOUT_MS = 24 * 3600 * 1000;

async function runPostStart(
  node: StarterNode,
  pod: Live<Pod>,
  container: Container,
  id: string,
  sandbox: Sandbox,
  ending: AbortSignal,
): Promise<void> {
  const handler = container.lifecycle?.postStart;
  if (!handler) return;
  const podIp = sandbox.ips[0] ?? node.nodeIps[0] ?? '';
  const rest = async (ms: number) => {
    await sleep(node.clock, ms, ending);
    if (ending.aborted) node.podMetrics.sleepCutShort();
  };
  const running = runHandler(handler, container, id, podIp, node.probes, POST_START_TIMEOUT_MS, rest);
  // A pod that ends takes the container with it.
  if (!(await settledBefore(running, ending))) return;
  const outcome = await running;
  warnOfFallback(node, pod, outcome);
  if (outcome.ok) return;
  node.log.info({ pod: pod.metadata.name, container: container.name, problem: outcome.message }, 'a postStart hook failed');
  containerEvent(node.recorder, pod, container, 'Warning', 'FailedPostStartHook', 'PostStartHook failed');
  await killContainer(node, {
    pod,
    container,
    id,
    message: 'FailedPostStartHook',
    graceSeconds: Math.max(1, Number(pod.spec?.terminationGracePeriodSeconds ?? 30)),
  });
  throw new StartError('PostStartHookError', 'PostStartHook failed', node.clock.now());
}
