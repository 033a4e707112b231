import type { Pod } from '../../../api/kinds/core/pod/index.ts';
import type { Live } from '../../../api/meta/object.ts';
import type { Container } from '../../../api/pod/container/container.ts';
import { containerLogPath } from '../../contract/pod-directories.ts';
import type { Image } from '../../contract/runtime.ts';
import type { ContainerConfig, Device, Mount } from '../../contract/runtime-config.ts';
import { containerAnnotations, containerLabels } from '../../contract/runtime-labels.ts';
import type { Machine } from '../../spec/container-resources.ts';
import { containerResources } from '../../spec/container-resources.ts';
import { withPodLimits } from '../../spec/effective-resources.ts';
import { expand } from '../../spec/expansion.ts';
import { containerSecurity } from './security-config.ts';

export interface ContainerSettings {
  readonly image: Image | undefined;
  readonly environment: ReadonlyMap<string, string>;
  readonly mounts: readonly Mount[];
  readonly devices: readonly Device[];
  /** Devices by their CDI names. */
  readonly cdiDevices: readonly string[];
  /** Annotations for the runtime beside the agent's own. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly restartCount: number;
  /** The host's file behind terminationMessagePath; empty if there is none. */
  readonly messageFile: string;
  readonly machine: Machine;
  readonly seccompDir: string;
  /** The container whose processes this one sees (ephemeral containers); undefined applies the pod's own rule. */
  readonly targetId: string | undefined;
}

/** Builds a container's configuration. @throws ContainerConfigError if the security context cannot be met. */
export function containerConfig(pod: Live<Pod>, container: Container, settings: ContainerSettings): ContainerConfig {
  const { environment, restartCount } = settings;
  const expanded = (texts: readonly string[] | undefined) => (texts ?? []).map((text) => expand(text, (name) => environment.get(name)));
  const bounded = { ...container, resources: withPodLimits(container.resources, pod.spec?.resources) };
  const resources = containerResources(pod, container, settings.machine);
  return {
    metadata: { name: container.name, attempt: restartCount },
    // By id: a tag that moves between the check and the creation must not change what runs.
    image: { image: settings.image?.id ?? container.image ?? '', user_specified_image: container.image ?? '' },
    command: expanded(container.command),
    args: expanded(container.args),
    working_dir: container.workingDir ?? '',
    envs: [...environment].map(([key, value]) => ({ key, value })),
    mounts: settings.mounts,
    devices: settings.devices,
    CDI_devices: settings.cdiDevices.map((name) => ({ name })),
    labels: containerLabels(pod, container),
    annotations: { ...settings.annotations, ...containerAnnotations(pod, bounded, restartCount, settings.messageFile) },
    log_path: containerLogPath(container.name, restartCount),
    stdin: container.stdin ?? false,
    stdin_once: container.stdinOnce ?? false,
    tty: container.tty ?? false,
    linux: {
      resources,
      security_context: containerSecurity(pod, container, settings),
    },
  };
}
