import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { ClusterDns } from '../../contract/cluster-dns.ts';
import type { SandboxConfig } from '../../contract/runtime-config.ts';
import { PROFILE, PROTOCOL } from '../../contract/runtime-config.ts';
import { sandboxLabels } from '../../contract/runtime-labels.ts';
import type { SandboxResources } from '../../spec/container-resources.ts';
import { kernelHostname, podDns } from './name-resolution.ts';
import { groupsPolicy, namespaceOptions, supplementalGroups } from './security-config.ts';

export interface SandboxSettings {
  readonly dns: ClusterDns;
  readonly logDirectory: string;
  readonly cgroupParent: string;
  /** Undefined on a simulated node, which limits nothing. */
  readonly resources: SandboxResources | undefined;
}

/** The sandbox of a pod. Equal pods and attempts give equal configs: it is passed again with every container. */
export function sandboxConfig(pod: Live<Pod>, attempt: number, settings: SandboxSettings): SandboxConfig {
  const spec = pod.spec;
  const security = spec?.securityContext;
  const privileged = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some((container) => container.securityContext?.privileged);
  return {
    metadata: { name: pod.metadata.name, namespace: pod.metadata.namespace ?? '', uid: pod.metadata.uid, attempt },
    // With the host's network the UTS namespace is the host's too, unless an override asks for another name.
    hostname: spec?.hostNetwork && !spec.hostnameOverride ? '' : kernelHostname(pod, settings.dns.domain),
    log_directory: settings.logDirectory,
    dns_config: podDns(pod, settings.dns),
    port_mappings: spec?.hostNetwork ? [] : portMappings(pod),
    labels: sandboxLabels(pod),
    annotations: { ...pod.metadata.annotations },
    linux: {
      cgroup_parent: settings.cgroupParent,
      ...settings.resources,
      sysctls: Object.fromEntries((security?.sysctls ?? []).map(({ name, value }) => [name.replaceAll('/', '.'), value])),
      security_context: {
        namespace_options: namespaceOptions(spec),
        privileged,
        seccomp: { profile_type: privileged ? PROFILE.Unconfined : PROFILE.RuntimeDefault },
        supplemental_groups: supplementalGroups(pod),
        ...groupsPolicy(pod),
        ...(security?.runAsUser === undefined ? {} : { run_as_user: { value: security.runAsUser } }),
        ...(security?.runAsGroup === undefined || security.runAsUser === undefined ? {} : { run_as_group: { value: security.runAsGroup } }),
        ...(security?.seLinuxOptions ? { selinux_options: security.seLinuxOptions } : {}),
      },
    },
  };
}

/** Ports that the node forwards. Those without a host port are left out: the CNI plugin has nothing to do for them. */
function portMappings(pod: Live<Pod>) {
  const sidecars = (pod.spec?.initContainers ?? []).filter((container) => container.restartPolicy === 'Always');
  return [...sidecars, ...(pod.spec?.containers ?? [])].flatMap((container) =>
    (container.ports ?? [])
      .filter((port) => (port.hostPort ?? 0) > 0)
      .map((port) => ({
        protocol: PROTOCOL[(port.protocol ?? 'TCP') as keyof typeof PROTOCOL],
        container_port: port.containerPort,
        host_port: port.hostPort ?? 0,
        host_ip: port.hostIP ?? '',
      })),
  );
}
