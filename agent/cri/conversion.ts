import type { Of } from '../../base/protobuf/message.ts';
import type { RuntimeFeatures } from '../contract/node-abilities.ts';
import type { ContainerPhase, ContainerStats, ContainerSummary, Image, RuntimeContainer, Sandbox, SandboxSummary } from '../contract/runtime.ts';
import { NAMESPACE } from '../contract/runtime-config.ts';
import type { Container, ContainerStatus, Image as ImageMessage } from './container-messages.ts';
import type { ContainerStats as ContainerStatsMessage, StatusResponse } from './node-messages.ts';
import type { PodSandbox, PodSandboxStatus } from './sandbox-messages.ts';
import { SANDBOX_READY } from './sandbox-messages.ts';

const PHASES: readonly ContainerPhase[] = ['created', 'running', 'exited', 'unknown'];
const phaseOf = (state: number): ContainerPhase => PHASES[state] ?? 'unknown';
const milliseconds = (nanoseconds: number): number => Math.floor(nanoseconds / 1e6);

export function toSandboxSummary(sandbox: Of<typeof PodSandbox> | Of<typeof PodSandboxStatus>): SandboxSummary {
  return {
    id: sandbox.id,
    podUid: sandbox.metadata?.uid ?? '',
    podName: sandbox.metadata?.name ?? '',
    podNamespace: sandbox.metadata?.namespace ?? '',
    attempt: sandbox.metadata?.attempt ?? 0,
    ready: sandbox.state === SANDBOX_READY,
    createdAt: milliseconds(sandbox.created_at),
    labels: sandbox.labels,
    annotations: sandbox.annotations,
  };
}

export function toSandbox(sandbox: Of<typeof PodSandboxStatus>): Sandbox {
  const network = sandbox.network;
  const ips = network?.ip ? [network.ip, ...network.additional_ips.map((extra) => extra.ip)] : [];
  const hostNetwork = sandbox.linux?.namespaces?.options?.network === NAMESPACE.NODE;
  return { ...toSandboxSummary(sandbox), ips, hostNetwork, ...(sandbox.runtime_handler ? { handler: sandbox.runtime_handler } : {}) };
}

/** @param configured the names of the handlers in the runtime's configuration, for a runtime that does not list them */
export function toFeatures(status: Of<typeof StatusResponse>, configured: readonly string[] | undefined): RuntimeFeatures {
  // The agent gives no pod users of its own yet, whatever the runtime could do.
  const userNamespaces = false;
  const listed = status.runtime_handlers.map(({ name, features }) => ({
    name,
    recursiveReadOnlyMounts: features?.recursive_read_only_mounts ?? false,
    userNamespaces,
  }));
  return {
    supplementalGroupsPolicy: status.features?.supplemental_groups_policy ?? false,
    recursiveReadOnlyMounts: listed.find(({ name }) => name === '')?.recursiveReadOnlyMounts ?? false,
    userNamespaces,
    handlers: listed.length > 0 ? listed : configured?.map((name) => ({ name, recursiveReadOnlyMounts: false, userNamespaces })),
  };
}

export function toContainerSummary(container: Of<typeof Container>): ContainerSummary {
  return {
    id: container.id,
    sandboxId: container.pod_sandbox_id,
    name: container.metadata?.name ?? '',
    attempt: container.metadata?.attempt ?? 0,
    state: phaseOf(container.state),
    createdAt: milliseconds(container.created_at),
    labels: container.labels,
    annotations: container.annotations,
  };
}

export function toContainer(status: Of<typeof ContainerStatus>): RuntimeContainer {
  const user = status.user?.linux;
  return {
    id: status.id,
    name: status.metadata?.name ?? '',
    attempt: status.metadata?.attempt ?? 0,
    state: phaseOf(status.state),
    createdAt: milliseconds(status.created_at),
    startedAt: milliseconds(status.started_at),
    finishedAt: milliseconds(status.finished_at),
    exitCode: status.exit_code,
    reason: status.reason,
    message: status.message,
    image: status.image?.image ?? '',
    imageRef: status.image_ref,
    labels: status.labels,
    annotations: status.annotations,
    logPath: status.log_path,
    ...(user ? { user: { uid: user.uid, gid: user.gid, supplementalGroups: user.supplemental_groups } } : {}),
  };
}

export function toImage(image: Of<typeof ImageMessage>): Image {
  return {
    id: image.id,
    tags: image.repo_tags,
    digests: image.repo_digests,
    sizeBytes: image.size,
    ...(image.uid ? { uid: image.uid.value } : {}),
    username: image.username,
    pinned: image.pinned,
  };
}

export function toStats(stats: Of<typeof ContainerStatsMessage>): ContainerStats {
  return {
    id: stats.attributes?.id ?? '',
    name: stats.attributes?.metadata?.name ?? '',
    labels: stats.attributes?.labels ?? {},
    time: milliseconds(stats.cpu?.timestamp ?? 0),
    cpuNanoseconds: stats.cpu?.usage_core_nano_seconds?.value ?? 0,
    workingSetBytes: stats.memory?.working_set_bytes?.value ?? 0,
    rssBytes: stats.memory?.rss_bytes?.value ?? 0,
    usageBytes: stats.memory?.usage_bytes?.value ?? 0,
    writableLayerBytes: stats.writable_layer?.used_bytes?.value ?? 0,
    writableLayerInodes: stats.writable_layer?.inodes_used?.value ?? 0,
  };
}
