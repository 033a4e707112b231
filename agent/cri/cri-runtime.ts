import type { Clock } from '../../base/clock.ts';
import type { Message } from '../../base/protobuf/message.ts';
import type { ContainerRuntime, ContainerStats, ExecResult, Image, RegistryCredentials, StreamRequest } from '../contract/runtime.ts';
import { type Channel, openChannel } from './channel.ts';
import * as c from './container-messages.ts';
import { toContainer, toContainerSummary, toFeatures, toImage, toSandbox, toSandboxSummary, toStats } from './conversion.ts';
import { createDeviceInjection } from './device-injection.ts';
import { createImageMounts } from './image-mounts.ts';
import * as n from './node-messages.ts';
import * as s from './sandbox-messages.ts';
import { unlessGone } from './unless-gone.ts';

const MINUTE = 60_000;
/** Setting up a network may mean waiting for a plugin: kubelet gives sandboxes twice the usual time. */
const SANDBOX_TIMEOUT_MS = 4 * MINUTE;
/** Pulls take what they take; containerd gives up by itself when nothing moves. */
const PULL_TIMEOUT_MS = 60 * MINUTE;

/**
 * Drives a containerd (1.6 or newer) that listens at `socketPath`. Nothing is connected until the first call. Long, as it has a method per
 * operation of the contract, each a call with its conversion.
 */
export function createCriRuntime(socketPath: string, clock: Clock): ContainerRuntime {
  const channel: Channel = openChannel(socketPath, clock, { 'containerd-namespace': 'k8s.io' });
  const runtime = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In, timeoutMs?: number) =>
    channel.call(`/runtime.v1.RuntimeService/${method}`, request, response, value, timeoutMs);
  const imageService = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In, timeoutMs?: number) =>
    channel.call(`/runtime.v1.ImageService/${method}`, request, response, value, timeoutMs);

  const askVersion = () => runtime('Version', n.VersionRequest, n.VersionResponse, { version: 'v1' });
  const askVerbosely = () => runtime('Status', n.StatusRequest, n.StatusResponse, { verbose: true }, 10_000);
  const withDevices = createDeviceInjection(async () => {
    const [version, status] = await Promise.all([askVersion(), askVerbosely()]);
    return { version: version.runtime_version, config: status.info.config };
  });

  return {
    simulated: false,
    async version() {
      const answer = await askVersion();
      return { name: answer.runtime_name, version: answer.runtime_version, apiVersion: answer.runtime_api_version };
    },
    async conditions() {
      return (await runtime('Status', n.StatusRequest, n.StatusResponse, {}, 10_000)).status?.conditions ?? [];
    },
    async features() {
      const answer = await askVerbosely();
      return toFeatures(answer, configuredHandlers(answer.info.config));
    },
    async listSandboxes() {
      return (await runtime('ListPodSandbox', s.ListPodSandboxRequest, s.ListPodSandboxResponse, {})).items.map(toSandboxSummary);
    },
    async listContainers() {
      return (await runtime('ListContainers', c.ListContainersRequest, c.ListContainersResponse, {})).containers.map(toContainerSummary);
    },
    async sandbox(id) {
      const answer = await unlessGone(runtime('PodSandboxStatus', s.SandboxIdRequest, s.PodSandboxStatusResponse, { pod_sandbox_id: id }));
      return answer?.status && toSandbox(answer.status);
    },
    async container(id) {
      const answer = await unlessGone(runtime('ContainerStatus', c.ContainerIdRequest, c.ContainerStatusResponse, { container_id: id }));
      return answer?.status && toContainer(answer.status);
    },
    async runSandbox(config, handler = '') {
      const request = { config, runtime_handler: handler };
      return (await runtime('RunPodSandbox', s.RunPodSandboxRequest, s.RunPodSandboxResponse, request, SANDBOX_TIMEOUT_MS)).pod_sandbox_id;
    },
    async stopSandbox(id) {
      await unlessGone(runtime('StopPodSandbox', s.SandboxIdRequest, n.Empty, { pod_sandbox_id: id }));
    },
    async removeSandbox(id) {
      await unlessGone(runtime('RemovePodSandbox', s.SandboxIdRequest, n.Empty, { pod_sandbox_id: id }));
    },
    async createContainer(sandboxId, config, sandboxConfig) {
      const request = { pod_sandbox_id: sandboxId, config: await withDevices(config), sandbox_config: sandboxConfig };
      return (await runtime('CreateContainer', c.CreateContainerRequest, c.CreateContainerResponse, request)).container_id;
    },
    async startContainer(id) {
      await runtime('StartContainer', c.ContainerIdRequest, n.Empty, { container_id: id });
    },
    async stopContainer(id, graceSeconds) {
      const timeout = Math.max(0, Math.round(graceSeconds));
      await unlessGone(runtime('StopContainer', c.StopContainerRequest, n.Empty, { container_id: id, timeout }, timeout * 1000 + 2 * MINUTE));
    },
    async removeContainer(id) {
      await unlessGone(runtime('RemoveContainer', c.ContainerIdRequest, n.Empty, { container_id: id }));
    },
    async updateResources(id, resources) {
      await runtime('UpdateContainerResources', c.UpdateContainerResourcesRequest, n.Empty, { container_id: id, linux: resources });
    },
    async reopenLog(id) {
      await runtime('ReopenContainerLog', c.ContainerIdRequest, n.Empty, { container_id: id });
    },
    async execSync(id, command, timeoutSeconds): Promise<ExecResult> {
      const request = { container_id: id, cmd: command, timeout: timeoutSeconds };
      const deadline = timeoutSeconds === 0 ? 0 : timeoutSeconds * 1000 + MINUTE;
      const answer = await runtime('ExecSync', c.ExecSyncRequest, c.ExecSyncResponse, request, deadline);
      return { exitCode: answer.exit_code, stdout: Buffer.from(answer.stdout).toString(), stderr: Buffer.from(answer.stderr).toString() };
    },
    async stream(request: StreamRequest) {
      return { url: await streamingUrl(runtime, request) };
    },
    async images() {
      return (await imageService('ListImages', c.ListImagesRequest, c.ListImagesResponse, {})).images.map(toImage);
    },
    async image(reference): Promise<Image | undefined> {
      const answer = await imageService('ImageStatus', c.ImageRequest, c.ImageStatusResponse, { image: { image: reference } });
      return answer.image && toImage(answer.image);
    },
    async pullImage(reference, auth) {
      const request = { image: { image: reference }, ...(auth ? { auth: toAuth(auth) } : {}) };
      return (await imageService('PullImage', c.PullImageRequest, c.PullImageResponse, request, PULL_TIMEOUT_MS)).image_ref;
    },
    async removeImage(reference) {
      await unlessGone(imageService('RemoveImage', c.ImageRequest, n.Empty, { image: { image: reference } }));
    },
    ...createImageMounts(channel, socketPath, clock),
    async imageFilesystem() {
      const [usage] = (await imageService('ImageFsInfo', n.Empty, n.ImageFsInfoResponse, {})).image_filesystems;
      return usage && { mountpoint: usage.fs_id?.mountpoint ?? '', usedBytes: usage.used_bytes?.value ?? 0, usedInodes: usage.inodes_used?.value };
    },
    async containerStats(): Promise<readonly ContainerStats[]> {
      return (await runtime('ListContainerStats', n.Empty, n.ListContainerStatsResponse, {})).stats.map(toStats);
    },
    async watchExits(onExit, signal) {
      // containerd 1.6 has no CRI event stream (GetContainerEvents came with 1.7), so its own event service tells of exits.
      const filters = ['topic=="/tasks/exit",namespace==k8s.io'];
      const received = ({ event }: { readonly event: { readonly value: Uint8Array } | undefined }) => {
        if (!event) return;
        const exit = n.TaskExit.decode(event.value);
        // An exec'd process has an id of its own; the container's first process has the container's.
        if (exit.id === exit.container_id) onExit(exit.container_id);
      };
      await channel.stream('/containerd.services.events.v1.Events/Subscribe', n.SubscribeRequest, n.Envelope, { filters }, received, signal);
    },
    close: () => channel.close(),
  };
}

/** The runtimes of containerd's configuration, which its verbose status holds: before 1.7 it has no list of handlers. */
export function configuredHandlers(config: string | undefined): readonly string[] | undefined {
  try {
    const parsed: { readonly containerd?: { readonly runtimes?: object } } = JSON.parse(config ?? '');
    return parsed.containerd?.runtimes && ['', ...Object.keys(parsed.containerd.runtimes).sort()];
  } catch {
    return undefined;
  }
}

type Call = <In, Out>(method: string, request: Message<unknown, In>, response: Message<Out, never>, value: In) => Promise<Out>;

async function streamingUrl(call: Call, request: StreamRequest): Promise<string> {
  if (request.kind === 'portForward') {
    const value = { pod_sandbox_id: request.sandboxId, port: request.ports };
    return (await call('PortForward', c.PortForwardRequest, c.StreamingUrlResponse, value)).url;
  }
  const { stdin, stdout, tty } = request;
  const streams = { container_id: request.containerId, stdin, stdout, stderr: request.stderr && !tty, tty };
  if (request.kind === 'attach') return (await call('Attach', c.AttachRequest, c.StreamingUrlResponse, streams)).url;
  return (await call('Exec', c.ExecRequest, c.StreamingUrlResponse, { ...streams, cmd: request.command })).url;
}

const toAuth = (auth: RegistryCredentials) => ({
  username: auth.username,
  password: auth.password,
  auth: auth.auth,
  server_address: auth.serverAddress,
  identity_token: auth.identityToken,
  registry_token: auth.registryToken,
});
